"""The business date: moved by closing days, once each, in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from credit.closing import day as closing_day
from credit.closing.service import close_day
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.models import Account, Balance, Journal
from tests.credit.conftest import NewDatabase
from tests.credit.world import START, World, minor


def digest(world: World) -> dict[str, Any]:
    """All that closing decides, without the ids, which differ from world to world."""

    def how(books: Any) -> dict[str, Any]:
        balances = books.session.execute(
            select(Account.kind, Balance.balance_minor, Balance.posting_count).join(
                Balance, Balance.account_id == Account.id
            )
        )
        journals = books.session.execute(select(Journal.kind, Journal.effective_on))
        return {
            "today": books.today,
            "balances": sorted(map(tuple, balances)),
            "journals": sorted((kind, str(day)) for kind, day in journals),
        }

    return world.look(how)


def busy(world: World) -> list[UUID]:
    """A customer who pays, one who is late with a bill, one with loans and a split, one on autopay."""
    payer, late, splitter, automatic = (world.borrower(autopay=nth == 3) for nth in range(4))
    for customer in (payer, late, splitter, automatic):
        world.buy(customer, "1000.00")
        world.borrow(customer, "2000.00", 3)
    return [payer, late, splitter, automatic]


def test_closing_a_day_moves_the_date_by_one(world: World) -> None:
    assert world.app.close_days(START + timedelta(days=1)) == [START + timedelta(days=1)]
    assert world.app.business_date() == START + timedelta(days=1)


def test_closing_several_days_names_each_day_that_was_opened(world: World) -> None:
    expected = [START + timedelta(days=nth) for nth in range(1, 6)]
    assert world.app.close_days(expected[-1]) == expected


@pytest.mark.parametrize("ahead", [0, -1, -365, 367, 10_000])
def test_a_day_that_is_past_or_too_far_ahead_is_refused(world: World, ahead: int) -> None:
    before = digest(world)
    with pytest.raises(CreditError) as refusal:
        world.app.close_days(START + timedelta(days=ahead))
    assert refusal.value.code is ErrorCode.CLOSING_WRONG_DAY
    assert refusal.value.facts == {"today": START, "until": START + timedelta(days=ahead)}
    assert digest(world) == before


@pytest.mark.parametrize("day", [START - timedelta(days=1), START + timedelta(days=1)])
def test_only_the_present_day_can_be_closed(world: World, day: date) -> None:
    before = digest(world)
    with pytest.raises(CreditError) as refusal:
        world.app.writing(lambda books: close_day(books, day), closing=True)
    assert refusal.value.code is ErrorCode.CLOSING_WRONG_DAY
    assert digest(world) == before


def test_a_month_closed_at_once_is_a_month_closed_day_by_day(new_database: NewDatabase, tmp_path: Path) -> None:
    at_once, by_day = World(new_database(), tmp_path), World(new_database(), tmp_path)
    for world in (at_once, by_day):
        busy(world)
    at_once.app.close_days(START + timedelta(days=35))
    for nth in range(1, 36):
        by_day.app.close_days(START + timedelta(days=nth))
    assert digest(at_once) == digest(by_day)
    assert at_once.problems() == by_day.problems() == []
    for world in (at_once, by_day):
        world.close()


def at_the_same_time(*work: Callable[[], None]) -> None:
    together = threading.Barrier(len(work))

    def begin(what: Callable[[], None]) -> None:
        together.wait()
        what()

    threads = [threading.Thread(target=begin, args=(what,)) for what in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.timeout(120)
def test_two_runs_at_once_close_each_day_once(new_database: NewDatabase, tmp_path: Path) -> None:
    raced, alone = World(new_database(), tmp_path), World(new_database(), tmp_path)
    for world in (raced, alone):
        busy(world)
    until = START + timedelta(days=16)
    alone.app.close_days(until)
    opened: list[date] = []
    other: list[BaseException] = []

    def run() -> None:
        day = START
        while day < until:
            day += timedelta(days=1)
            try:
                opened.extend(raced.app.close_days(day))
            except CreditError as refusal:
                if refusal.code is not ErrorCode.CLOSING_WRONG_DAY:
                    other.append(refusal)
            except BaseException as error:  # noqa: BLE001  (told to the test, which runs in another thread)
                other.append(error)

    at_the_same_time(run, run)
    assert other == []
    assert sorted(opened) == [START + timedelta(days=nth) for nth in range(1, 17)]
    assert digest(raced) == digest(alone)
    assert raced.problems() == []
    for world in (raced, alone):
        world.close()


@pytest.mark.timeout(120)
def test_what_customers_do_while_a_day_is_closed_falls_on_one_day_or_the_other(world: World) -> None:
    customer = world.borrower()
    failed: list[BaseException] = []

    def shop() -> None:
        try:
            for _ in range(12):
                world.buy(customer, "1.00")
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    at_the_same_time(shop, lambda: world.app.close_days(date(2026, 11, 4)) and None)
    assert failed == []
    (statement,) = world.statements(customer)
    assert statement.purchases_minor + world.paylater_owed(customer)["unbilled"] == minor("12")


def test_a_closing_that_fails_half_way_leaves_the_day_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(world)
    before = digest(world)

    def fails(*_: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(closing_day, "freeze_or_release", fails)  # autopay and accrual are written by then
    with pytest.raises(RuntimeError):
        world.app.close_days(START + timedelta(days=1))
    assert digest(world) == before
    monkeypatch.undo()
    world.app.close_days(START + timedelta(days=1))
    assert world.app.business_date() == START + timedelta(days=1)
