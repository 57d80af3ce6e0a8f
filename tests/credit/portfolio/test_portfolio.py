"""Classes by days past due, provisions as journals, candidates for write-off."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from credit.kernel.money import PPM, round_half_up
from credit.paylater.models import Standing
from credit.portfolio.models import DebtClass, WriteOffCandidate
from credit.portfolio.rules import CLASSES, class_of, provision
from credit.portfolio.service import ALLOWANCE, EXPENSE
from tests.credit.products import products
from tests.credit.world import World, minor

BOUNDARIES = {
    0: "normal", 1: "special_mention", 90: "special_mention", 91: "substandard", 270: "substandard", 271: "doubtful",
    360: "doubtful", 361: "loss", 2000: "loss",
}  # fmt: skip


@pytest.mark.parametrize(("days", "code"), BOUNDARIES.items())
def test_a_class_begins_on_its_day(days: int, code: str) -> None:
    assert class_of(days, products().classification) == code


def test_provisions_are_shares_of_the_principal() -> None:
    exposures = dict(zip(CLASSES, (1_000_033, 200, 101, 3, 7), strict=True))
    assert list(provision(exposures, products().provisions).values()) == [15_000, 6, 30, 2, 7]


def late(world: World) -> UUID:
    """A customer who missed the minimum payment of a bill of 1,000.00."""
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 11))
    return customer


def move_missed_day(world: World, customer: UUID, days: int) -> None:
    """As if the due day had been missed so long ago that the closing of today finds `days` past due."""
    line, since = world.line(customer).id, world.today - timedelta(days=days)
    world.do(
        lambda books: books.session.execute(
            update(Standing).where(Standing.line_id == line).values(overdue_since=since)
        )
    )


def classes(world: World) -> list[tuple[str, date, date | None]]:
    query = select(DebtClass).order_by(DebtClass.on)
    return world.look(lambda books: [(row.code, row.on, row.until) for row in books.session.scalars(query)])


def test_closing_moves_a_debt_from_class_to_class_and_back(world: World) -> None:
    customer = late(world)
    principal = minor("1000.00")
    quiet = world.borrower()
    world.borrow(quiet, "2000.00", 12)
    rates = world.catalogue.provisions
    expected = []
    for days in [days for days in BOUNDARIES if 1 <= days <= 361]:
        move_missed_day(world, customer, days)
        code, day = BOUNDARIES[days], world.today
        world.go(1)
        if not expected or expected[-1][0] != code:
            expected.append((code, day))
        assert [(code, on) for code, on, _ in classes(world)] == expected
        wanted = round_half_up(principal * getattr(rates, code), PPM)
        wanted += round_half_up(minor("2000.00") * rates.normal, PPM)
        assert -world.balance(ALLOWANCE) == world.balance(EXPENSE) == wanted
        assert sum(world.postings(row.id)[EXPENSE] for row in world.journals("provision")) == wanted
    told = json.loads(world.journals("provision")[-1].facts)
    assert told["exposures"] == dict.fromkeys(CLASSES, 0) | {"normal": minor("2000.00"), "loss": principal}
    world.pay_bill(customer)
    day = world.today
    world.go(1)
    assert classes(world)[-1] == ("normal", day, None)
    assert [until for _, _, until in classes(world)] == [on for _, on, _ in classes(world)[1:]] + [None]
    assert -world.balance(ALLOWANCE) == round_half_up(minor("2000.00") * rates.normal, PPM)


def candidates(world: World) -> list[WriteOffCandidate]:
    query = select(WriteOffCandidate).order_by(WriteOffCandidate.listed_on)
    return world.look(lambda books: list(books.session.scalars(query)))


def test_a_debt_late_for_long_enough_is_listed_once_and_withdrawn_when_it_is_repaid(world: World) -> None:
    customer = late(world)
    move_missed_day(world, customer, 360)
    world.go(1)
    assert candidates(world) == world.app.write_off_candidates() == []
    day = world.today  # Thursday, 12 November: the next closing finds 361 days
    world.go(2)
    (listed,) = candidates(world)
    assert (listed.listed_on, listed.days_past_due, listed.principal_minor) == (day, 361, minor("1000.00"))
    assert listed.review_on == date(2026, 11, 19)  # five business days later, a weekend between
    assert [found.debt_id for found in world.app.write_off_candidates()] == [world.line(customer).id]
    world.pay_bill(customer)
    repaid = world.today
    world.go(1)
    assert [row.withdrawn_on for row in candidates(world)] == [repaid]
    assert world.app.write_off_candidates() == []
