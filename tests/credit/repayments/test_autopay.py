"""Autopay: sources in their order, several attempts a day, every one written down, none made twice."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.payments.demo import Behaviour
from credit.payments.port import Direction, Source
from credit.repayments import autopay, settling
from credit.repayments.autopay import AutopayResult
from tests.credit.repayments.acting import bank_does, bank_moved, has
from tests.credit.world import World, minor, yuan

DUE = date(2026, 11, 28)


def due_today(world: World) -> tuple[UUID, UUID, int]:
    """A customer with autopay whose loan's row is due today, the loan, and what is due."""
    customer = world.borrower(autopay=True)
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(DUE)
    return customer, loan, world.schedule(customer, loan).next_due.minor


def attempt(world: World, customer: UUID, nth: int = 1) -> AutopayResult:
    return world.do(lambda books: autopay.attempt(books, books.lock_customer(customer), books.today, nth))


def told(result: AutopayResult) -> list[tuple[str, int, str]]:
    return [(each.source, each.amount, each.status) for each in result.tried]


def test_the_card_alone_pays_all_that_is_due(world: World) -> None:
    customer, loan, due = due_today(world)
    result = attempt(world, customer)
    assert (result.outcome, result.paid.minor, result.at) == ("paid", due, "08:00")
    assert told(result) == [("debit_card", due, "done")]
    assert world.rows(loan)[0].paid_on == DUE


def test_balance_and_money_fund_come_before_the_card(world: World) -> None:
    customer, loan, due = due_today(world)
    has(world, customer, Source.BALANCE, "100.00")
    has(world, customer, Source.MONEY_FUND, "0.50")  # below the smallest part
    assert told(attempt(world, customer)) == [
        ("balance", minor("100.00"), "done"),
        ("debit_card", due - minor("100.00"), "done"),
    ]
    assert world.rows(loan)[0].paid_on == DUE
    assert bank_moved(world) == world.balance("house/cash")


def test_a_card_with_too_little_pays_nothing_and_the_rest_is_tried_later(world: World) -> None:
    customer, loan, due = due_today(world)
    has(world, customer, Source.BALANCE, "100.00")
    has(world, customer, Source.DEBIT_CARD, "20.00")
    first = attempt(world, customer)
    assert (first.outcome, first.paid.minor) == ("partial", minor("100.00"))
    assert first.tried[-1].reason == "insufficient_funds"
    second = attempt(world, customer, 2)
    assert (second.outcome, second.wanted.minor) == ("failed", due - minor("100.00"))
    has(world, customer, Source.DEBIT_CARD, "5000.00")
    assert attempt(world, customer, 3).outcome == "paid"
    assert attempt(world, customer, 4).outcome == "nothing"
    assert world.rows(loan)[0].paid_on == DUE
    assert [result.outcome for result in world.app.autopay_attempts(customer, DUE)] == ["partial", "failed", "paid"]


def test_an_attempt_made_again_gets_the_first_result(world: World) -> None:
    customer, _, due = due_today(world)
    has(world, customer, Source.BALANCE, "100.00")
    has(world, customer, Source.DEBIT_CARD, "0.00")
    first = attempt(world, customer)
    has(world, customer, Source.DEBIT_CARD, yuan(due))
    before = world.everything()
    assert attempt(world, customer) == first
    assert world.everything() == before


def test_while_the_bank_owes_an_answer_nothing_is_taken_twice(world: World) -> None:
    customer, loan, due = due_today(world)
    bank_does(world, customer, Direction.PAYIN, Behaviour.LOSE)
    assert attempt(world, customer).outcome == "waiting"
    assert attempt(world, customer, 2).outcome == "waiting"
    assert len(world.do(lambda books: settling.settle_pending(books, books.today)).done) == 1
    assert world.rows(loan)[0].paid_on == DUE
    assert bank_moved(world) == world.balance("house/cash") == due - minor("3000.00")


def test_the_bill_is_taken_on_its_due_day_and_not_before(world: World) -> None:
    customer = world.borrower(autopay=True)
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 9))
    assert attempt(world, customer).outcome == "nothing"
    world.go_to(date(2026, 11, 10))
    assert attempt(world, customer).paid.minor == minor("1000.00")
    assert world.app.bill(customer).outstanding.minor == 0


def test_switched_off_it_takes_nothing(world: World) -> None:
    customer, _, _ = due_today(world)
    assert world.app.switch_autopay(customer, on=False) is True
    assert attempt(world, customer).outcome == "nothing"
    assert world.app.switch_autopay(customer, on=True) is False
    assert attempt(world, customer).outcome == "paid"


@pytest.mark.parametrize("nth", [0, 5])
def test_an_attempt_the_catalogue_does_not_have_is_refused(world: World, nth: int) -> None:
    customer = world.borrower(autopay=True)
    with pytest.raises(CreditError) as refusal:
        attempt(world, customer, nth)
    assert refusal.value.code is ErrorCode.AUTOPAY_ATTEMPT_UNKNOWN
