"""Buckets, rolls and vintages: by hand, and the same whenever a past day is looked at."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest

from credit.monitoring.book import MonthEnd, month_end_book, rolls, vintages
from credit.monitoring.spells import Spell, bucket_of, days_late_on, first_reached, month_ends, spells
from tests.credit.monitoring.conftest import Watch, cut, sign
from tests.credit.world import World, minor

DAY = date(2026, 11, 10)
NAMES = UUID("0190c0de-0000-7000-8000-000000000000")


def debt(name: str) -> UUID:
    return uuid5(NAMES, name)


def spell(name: str, since: date, until: date | None = None, first: date | None = None) -> Spell:
    return Spell(debt(name), "cashloan", debt("owner"), since, first or since + timedelta(days=1), until)


@pytest.mark.parametrize(
    ("days", "bucket"), [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (180, 6), (181, 7), (2_000, 7)]
)
def test_a_bucket_is_thirty_days(days: int, bucket: int) -> None:
    assert bucket_of(days) == bucket


def test_a_spell_holds_from_the_evening_after_the_due_day_until_the_day_it_was_paid() -> None:
    late = spell("a", DAY, until=DAY + timedelta(days=5))
    assert [late.days_on(DAY + timedelta(days=nth)) for nth in range(-1, 7)] == [0, 0, 1, 2, 3, 4, 0, 0]
    assert late.reaches(4, DAY + timedelta(days=9)) == DAY + timedelta(days=4)
    assert late.reaches(5, DAY + timedelta(days=9)) is None
    assert spell("b", DAY).reaches(30, DAY + timedelta(days=29)) is None


def test_the_oldest_due_day_counts_where_several_are_missed() -> None:
    known = [spell("a", DAY), spell("a", DAY - timedelta(days=30), until=DAY + timedelta(days=2))]
    after = [DAY + timedelta(days=1), DAY + timedelta(days=2)]
    assert [days_late_on(known, after)[day][debt("a")] for day in after] == [31, 2]
    assert first_reached(known, 10, DAY + timedelta(days=40)) == {debt("a"): DAY - timedelta(days=20)}


def test_month_ends_go_back_from_the_last_one_that_is_over() -> None:
    assert month_ends(date(2026, 11, 30), 2) == [date(2026, 10, 31), date(2026, 11, 30)]
    assert month_ends(date(2026, 11, 29), 3) == [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]
    assert month_ends(date(2027, 1, 15), 1) == [date(2026, 12, 31)]


def test_accounts_and_principal_roll_from_bucket_to_bucket() -> None:
    before, after = date(2026, 10, 31), date(2026, 11, 30)
    known = [
        spell("worse", date(2026, 10, 20)),
        spell("cured", date(2026, 10, 20), until=date(2026, 11, 5)),
        spell("new", date(2026, 11, 20)),
    ]
    ends = [
        MonthEnd(before, (8, 2, 0, 0, 0, 0, 0, 0), (800, 200, 0, 0, 0, 0, 0, 0)),
        MonthEnd(after, (8, 1, 1, 0, 0, 0, 0, 0), (850, 40, 110, 0, 0, 0, 0, 0)),
    ]
    [roll] = rolls(known, ends)
    assert roll.moved[0][:3] == (7, 1, 0)
    assert roll.moved[1][:3] == (1, 0, 1)
    assert roll.flow == (0.05, 0.55, None, None, None, None, None)


def test_a_past_day_has_the_figures_it_had_on_that_day(world: World, watching: Watch) -> None:
    """Looked at on the morning after, and again when everything late was repaid, cut, or late again."""
    watching(late=sign("days_late", cut(500_000, "paylater"), from_day=3))
    bills, loans, calm = world.borrower(), world.borrower(), world.borrower()
    world.buy(bills, "3000.00")
    loan = world.borrow(loans, "6000.00", 6)
    seen: dict[date, MonthEnd] = {}

    def look() -> None:
        day = world.today - timedelta(days=1)
        seen[day] = world.look(lambda books: month_end_book(books, spells(books), [day])[0])

    for day in (date(2026, 11, 9), date(2026, 11, 12), date(2026, 12, 11), date(2026, 12, 16), date(2027, 1, 12)):
        world.go_to(day)
        look()
        if day == date(2026, 12, 11):
            world.pay_bill(bills, "1500.00")
            world.pay_loan(loans, loan, "500.00")
        if day == date(2026, 12, 16):
            world.buy(calm, "700.00")
    world.go(1)
    assert {end.accounts[1] for end in seen.values()} == {0, 1, 2}
    assert {sum(end.accounts) for end in seen.values()} == {4}
    again = world.look(lambda books: month_end_book(books, spells(books), list(seen)))
    assert again == list(seen.values())
    last = again[-1]
    owed = world.paylater_owed(bills)
    principal = sum(owed[part] for part in ("unbilled", "plan", "billed")) + world.loan_owed(loan)["principal"]
    assert sum(last.principal_minor) == principal + minor("700.00")


def test_vintages_are_shares_of_what_was_opened_in_a_month(world: World, watching: Watch) -> None:
    watching()
    late, good = world.borrower(), world.borrower()
    first, second = world.borrow(late, "1000.00", 3), world.borrow(good, "1000.00", 3)
    due = world.rows(first)[0].due_on
    world.go_to(due)
    world.pay_loan(good, second)
    world.go_to(due + timedelta(days=6))
    ends = [date(2026, 10, 31), date(2026, 11, 30), world.today - timedelta(days=1)]
    found = world.look(lambda books: vintages(books, spells(books), [5, 30], ends))
    [loans] = [one for one in found if one.product == "cashloan"]
    assert (loans.month, loans.accounts) == (date(2026, 10, 1), 2)
    reached = (due.year - 2026) * 12 + (due + timedelta(days=5)).month - 10
    assert loans.ever[5][reached] == 0.5
    assert set(loans.ever[5][:reached]) == {0.0}
    assert set(loans.ever[30]) == {0.0}
    lines = [one for one in found if one.product == "paylater"]
    assert [(one.accounts, set(one.ever[5])) for one in lines] == [(2, {0.0})]
