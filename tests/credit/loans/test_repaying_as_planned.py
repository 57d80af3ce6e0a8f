"""Loans of every term and method, from the offer to the last row."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.schedules.rules import Method
from tests.credit.world import World, minor, yuan

pytestmark = pytest.mark.long

TERMS = (3, 6, 12)
METHODS = tuple(Method)


def interest_posted(world: World, loan_id: UUID) -> int:
    return world.loan(loan_id).interest_posted


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("term", TERMS)
def test_a_loan_has_a_dated_row_a_month_that_repays_it_exactly(world: World, term: int, method: Method) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=term, method=method)
    receipt = world.execute(customer, offer)
    assert receipt.loan_id is not None
    rows = world.rows(receipt.loan_id)
    assert len(rows) == term
    assert [row.due_on.day for row in rows] == [28] * term
    assert rows[0].due_on == date(2026, 11, 28)
    assert sum(row.principal_minor for row in rows) == minor("5000")
    assert sum(row.interest_minor for row in rows) == offer.total_interest.minor
    if method is Method.INTEREST_FIRST:
        assert [row.principal_minor for row in rows] == [0] * (term - 1) + [minor("5000")]
    elif method is Method.LEVEL_PRINCIPAL:
        assert len({row.principal_minor for row in rows[:-1]}) == 1
    else:
        assert len({row.principal_minor + row.interest_minor for row in rows[:-1]}) == 1


@pytest.mark.parametrize("method", METHODS)
def test_paying_every_row_on_its_due_day_ends_at_exactly_zero_and_costs_what_was_offered(
    world: World, method: Method
) -> None:
    """On PostgreSQL without the year-long loan: the same code, and a year of closings is long."""
    customer = world.borrower()
    terms = TERMS if world.url.startswith("sqlite") else TERMS[:2]
    offered: dict[UUID, int] = {}
    for term in terms:
        offer = world.propose(customer, "borrow", "3333.00", term=term, method=method)
        loan_id = world.execute(customer, offer).loan_id
        assert loan_id is not None
        offered[loan_id] = offer.total_interest.minor
    for due_on in [row.due_on for row in world.rows(list(offered)[-1])]:
        world.go_to(due_on)
        for schedule in world.app.schedules(customer).loans:
            assert (schedule.next_due_on, schedule.days_overdue) == (due_on, 0)
            world.pay_loan(customer, schedule.loan_id, yuan(schedule.next_due.minor))
    for loan_id, interest in offered.items():
        assert world.loan_owed(loan_id) == {"principal": 0, "interest": 0, "penalty": 0}
        assert interest_posted(world, loan_id) == interest
        assert all(row.paid_on == row.due_on for row in world.rows(loan_id))
        assert world.loan(loan_id).settled_on == world.rows(loan_id)[-1].due_on
    assert world.app.schedules(customer).loans == []
    assert world.available(customer, "cashloan") == minor("20000")
    assert -world.balance("house/income/interest") == sum(offered.values())
    assert world.balance("house/income/penalty") == 0
    assert world.balance("house/cash") == sum(offered.values())


def test_the_first_loan_sets_the_repayment_day_that_all_loans_share(world: World) -> None:
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.go_to(date(2026, 11, 5))
    second = world.borrow(customer, "1000.00", 3)
    world.go_to(date(2026, 11, 20))
    third = world.borrow(customer, "1000.00", 3)
    assert next(row.due_on for row in world.rows(second)) == date(2026, 11, 28)  # 23 days
    assert next(row.due_on for row in world.rows(third)) == date(2026, 12, 28)  # 8 days would be too short
    days = {row.due_on.day for loan in world.loans(customer) for row in world.rows(loan.id)}
    assert days == {28}


def test_the_repayment_day_stays_when_the_first_loan_is_settled(world: World) -> None:
    customer = world.borrower()
    world.pay_loan(customer, world.borrow(customer, "1000.00", 3))
    world.go_to(date(2026, 11, 5))
    loan = world.borrow(customer, "1000.00", 3)
    assert {row.due_on.day for row in world.rows(loan)} == {28}


@pytest.mark.parametrize("opened_on", [date(2026, 10, 29), date(2026, 10, 31)])
def test_a_first_loan_at_the_end_of_a_month_is_due_on_a_day_every_month_has(world: World, opened_on: date) -> None:
    customer = world.borrower()
    world.go_to(opened_on)
    loan = world.borrow(customer, "1000.00", 6)
    assert [row.due_on.day for row in world.rows(loan)] == [28] * 6


def test_two_customers_have_repayment_days_of_their_own(world: World) -> None:
    first, second = world.borrower(), world.borrower()
    world.borrow(first, "1000.00", 3)
    world.go_to(date(2026, 11, 5))
    loan = world.borrow(second, "1000.00", 3)
    assert {row.due_on.day for row in world.rows(loan)} == {5}


def test_autopay_pays_each_row_on_its_due_day(world: World) -> None:
    customer = world.borrower(autopay=True)
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(date(2027, 1, 29))
    assert world.loan(loan).settled_on == date(2027, 1, 28)
    assert world.balance("house/income/penalty") == 0
    assert [journal.effective_on for journal in world.journals("loan_repaid")] == [
        row.due_on for row in world.rows(loan)
    ]


def test_paying_out_moves_cash_to_the_customer_and_nothing_is_held_back(world: World) -> None:
    customer = world.borrower()
    receipt = world.execute(customer, world.propose(customer, "borrow", "5000.00", term=12))
    line = world.line(customer, "cashloan")
    assert world.postings(receipt.journal_id) == {
        "house/cash": minor("-5000"),
        f"loan/{receipt.loan_id}/principal": minor("5000"),
        f"line/{line.id}/held": minor("-5000"),
        f"line/{line.id}/used": minor("5000"),
    }


def test_each_payment_gives_back_limit_for_its_principal_only(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    first = world.rows(loan)[0]
    world.go_to(first.due_on)
    world.pay_loan(customer, loan, yuan(first.principal_minor + first.interest_minor))
    assert world.available(customer, "cashloan") == minor("17000") + first.principal_minor
