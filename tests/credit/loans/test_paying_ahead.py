"""Shortly before its due day a payment is that day's installment; what goes beyond shortens or lightens the loan."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.loans import repaying
from credit.loans.models import Loan
from credit.loans.replanning import Effect
from credit.repayments.debts import pay_loan
from credit.schedules.rules import Method
from tests.credit.conftest import NewDatabase
from tests.credit.world import START, World, minor, yuan

FIRST = date(2026, 11, 28)
NOTHING = {"principal": 0, "interest": 0, "penalty": 0}


def left(world: World, loan: UUID) -> list[int]:
    """What each unpaid row asks for, minor units."""
    return [
        row.principal_minor + row.interest_minor - row.principal_paid - row.interest_paid
        for row in world.rows(loan)
        if row.paid_on is None
    ]


def pay_rest_as_planned(world: World, customer: UUID, loan: UUID) -> None:
    for due_on in [row.due_on for row in world.rows(loan) if row.paid_on is None]:
        world.go_to(due_on)
        world.pay_loan(customer, loan, yuan(world.schedule(customer, loan).next_due.minor))


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("days", [1, 7])
def test_an_installment_paid_some_days_ahead_is_that_installment(world: World, method: Method, days: int) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "3000.00", term=3, method=method)
    loan = world.execute(customer, offer).loan_id
    assert loan is not None
    world.go_to(FIRST - timedelta(days=days))
    asked = world.schedule(customer, loan).next_due.minor
    world.pay_loan(customer, loan, yuan(asked))
    first, *later = world.rows(loan)
    assert (first.paid_on, first.principal_paid + first.interest_paid) == (world.today, asked)
    assert world.schedule(customer, loan).next_due_on == later[0].due_on
    assert sum(row.principal_minor for row in later) == world.loan_owed(loan)["principal"]
    world.go_to(FIRST + timedelta(days=5))
    assert world.schedule(customer, loan).days_overdue == 0
    pay_rest_as_planned(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING
    assert world.loan(loan).interest_posted < offer.total_interest.minor


def test_earlier_than_that_it_is_early_repayment_and_the_installment_stays(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(FIRST - timedelta(days=8))
    world.pay_loan(customer, loan, yuan(world.schedule(customer, loan).next_due.minor))
    assert [row.paid_on for row in world.rows(loan)] == [None] * 3


def test_part_of_an_installment_ahead_lowers_that_installment_alone(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    before = left(world, loan)
    world.go_to(FIRST - timedelta(days=5))
    world.pay_loan(customer, loan, "400.00")
    assert left(world, loan) == [before[0] - minor("400.00"), *before[1:]]
    world.go_to(FIRST)
    asked = world.schedule(customer, loan).next_due.minor
    assert before[0] - minor("400.00") - minor("0.65") < asked < before[0] - minor("400.00")  # five days on less
    world.pay_loan(customer, loan, yuan(asked))
    pay_rest_as_planned(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING


def test_paying_ahead_and_more_pays_the_installment_and_then_early(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(FIRST - timedelta(days=2))
    before = left(world, loan)
    world.pay_loan(customer, loan, yuan(before[0] + minor("500.00")))
    assert world.rows(loan)[0].paid_on == world.today
    assert all(now < then for now, then in zip(left(world, loan), before[1:], strict=True))
    pay_rest_as_planned(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING


def early(world: World, customer: UUID, loan: UUID, amount: str, effect: Effect) -> Any:
    offer = world.propose(customer, "repay_loan", amount, loan_id=loan, effect=effect)
    shown = [(row.number, row.due_on, row.principal.minor, row.interest.minor) for row in offer.rows]
    world.execute(customer, offer)
    return shown


@pytest.mark.parametrize("method", [Method.LEVEL_PAYMENT, Method.LEVEL_PRINCIPAL])
def test_reducing_the_term_keeps_the_installment_and_drops_the_last_rows(world: World, method: Method) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "6000.00", 6, method)
    before = world.rows(loan)
    world.go(10)
    shown = early(world, customer, loan, "2500.00", Effect.REDUCE_TERM)
    rows = world.rows(loan)
    assert len(rows) < 6
    assert [row.due_on for row in rows] == [row.due_on for row in before[: len(rows)]]
    if method is Method.LEVEL_PAYMENT:
        level = before[0].principal_minor + before[0].interest_minor
        assert set(left(world, loan)[1:-1]) == {level}
        assert left(world, loan)[-1] <= level
    else:
        assert {row.principal_minor for row in rows[:-1]} == {minor("1000.00")}
    assert shown == [
        (row.number, row.due_on, row.principal_minor - row.principal_paid, row.interest_minor - row.interest_paid)
        for row in rows
    ]
    pay_rest_as_planned(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING
    assert world.loan(loan).settled_on == rows[-1].due_on


def test_reducing_the_installment_keeps_every_due_day(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "6000.00", 6)
    before = left(world, loan)
    world.go(10)
    shown = early(world, customer, loan, "2500.00", Effect.REDUCE_INSTALLMENT)
    assert len(shown) == len(world.rows(loan)) == 6
    assert all(now < then for now, then in zip(left(world, loan), before, strict=True))
    assert [principal + interest for _, _, principal, interest in shown] == left(world, loan)


def test_reducing_the_term_saves_more_interest_than_reducing_the_installment(world: World) -> None:
    posted = []
    for effect in Effect:
        customer = world.borrower()
        loan = world.borrow(customer, "3000.00", 3)
        world.do(lambda books, loan=loan, effect=effect: _repay_early(books, loan, effect))
        posted.append(sum(row.interest_minor for row in world.rows(loan)))
    assert posted[1] < posted[0]


def _repay_early(books: Any, loan: UUID, effect: Effect) -> None:
    pay_loan(
        books, books.session.get_one(Loan, loan), Money(minor("1500.00")), request_id=f"early-{loan}", effect=effect
    )


def test_an_interest_first_loan_has_no_shorter_term_to_give(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "6000.00", 6, Method.INTEREST_FIRST)
    world.go(10)
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_loan", "2500.00", loan_id=loan, effect=Effect.REDUCE_TERM)
    assert refusal.value.code is ErrorCode.EARLY_EFFECT_NOT_POSSIBLE
    assert world.everything() == before


def test_showing_an_early_repayment_changes_nothing(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "6000.00", 6)
    world.go(10)
    before = (world.everything(), left(world, loan))
    world.propose(customer, "repay_loan", "2500.00", loan_id=loan, effect=Effect.REDUCE_TERM)
    assert (world.everything(), left(world, loan)) == before


payments = st.lists(
    st.tuples(st.integers(0, 25), st.integers(1, 150_000), st.sampled_from([None, *Effect])), min_size=1, max_size=5
)


@pytest.mark.timeout(240)
@settings(
    max_examples=4,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(payments, st.sampled_from(list(Method)))
def test_paying_early_never_costs_more_and_repays_what_was_lent(
    new_sqlite: NewDatabase, tmp_path: Path, life: list[tuple[int, int, Effect | None]], method: Method
) -> None:
    world = World(new_sqlite(), tmp_path)
    try:
        customer = world.borrower()
        offer = world.propose(customer, "borrow", "3000.00", term=3, method=method)
        loan = world.execute(customer, offer).loan_id
        assert loan is not None
        for days, amount, effect in life:
            _until(world, customer, loan, world.today + timedelta(days=days))
            if world.loan(loan).settled_on is None:
                whole = world.schedule(customer, loan).payoff_today.minor
                chosen = None if method is Method.INTEREST_FIRST else effect
                wish = {"loan_id": loan, "effect": chosen}
                world.execute(customer, world.propose(customer, "repay_loan", yuan(min(amount, whole)), **wish))
        _until(world, customer, loan, START + timedelta(days=100))
        assert world.loan_owed(loan) == NOTHING
        assert world.loan(loan).interest_posted <= offer.total_interest.minor
        assert world.app.settlement_certificate(customer, loan).facts["principal_paid"] == minor("3000.00")
        assert world.balance("house/cash") == world.loan(loan).interest_posted
        assert world.problems() == []
    finally:
        world.close()


def _until(world: World, customer: UUID, loan: UUID, day: date) -> None:
    """Go to a day, paying each row on its due day."""
    for due_on in [row.due_on for row in world.rows(loan) if row.paid_on is None]:
        if world.loan(loan).settled_on is None and world.today <= due_on <= day:
            world.go_to(due_on)
            if due := world.look(lambda books: _due(books, loan)):
                world.pay_loan(customer, loan, yuan(due))
    world.go_to(max(day, world.today))


def _due(books: Any, loan: UUID) -> int:

    return repaying.due_now(books, books.session.get_one(Loan, loan)).minor
