"""Repaying before it is due: only the days used cost, and later rows get smaller."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.schedules.rules import Method
from tests.credit.world import START, World, minor, yuan

NOTHING = {"principal": 0, "interest": 0, "penalty": 0}


def pay_to_the_end(world: World, customer: UUID, loan_id: UUID) -> None:
    """Every row on its due day from here on."""
    for due_on in [row.due_on for row in world.rows(loan_id) if row.paid_on is None]:
        world.go_to(due_on)
        world.pay_loan(customer, loan_id, yuan(world.schedule(customer, loan_id).next_due.minor))


@pytest.mark.parametrize("method", list(Method))
def test_paying_off_early_costs_only_the_days_used(world: World, method: Method) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 6, method)
    world.go(10)
    assert world.schedule(customer, loan).payoff_today.minor == minor("3009.00")  # 3,000 × 0.0003 × 10 days
    world.pay_loan(customer, loan)
    assert world.loan_owed(loan) == NOTHING
    assert world.loan(loan).settled_on == world.today
    assert world.app.schedules(customer).loans == []
    assert world.available(customer, "cashloan") == minor("20000")
    world.go(40)
    assert -world.balance("house/income/interest") == minor("9.00")


def test_paying_off_on_the_day_of_borrowing_costs_nothing(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 12)
    world.pay_loan(customer, loan, "3000.00")
    assert world.loan(loan).settled_on == START
    assert world.balance("house/income/interest") == 0
    assert world.balance("house/cash") == 0


@pytest.mark.parametrize("method", list(Method))
def test_repaying_part_early_lowers_the_rows_and_still_ends_at_zero(world: World, method: Method) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3, method)
    before = world.rows(loan)
    world.go(10)
    world.pay_loan(customer, loan, "1000.00")
    assert world.loan_owed(loan) == {"principal": minor("2009.00"), "interest": 0, "penalty": 0}
    rows = world.rows(loan)
    assert [row.due_on for row in rows] == [row.due_on for row in before]
    assert sum(row.principal_minor for row in rows) == minor("2009.00")
    for row, planned in zip(rows, before, strict=True):
        left = row.principal_minor + row.interest_minor - row.interest_paid
        assert left < planned.principal_minor + planned.interest_minor
    pay_to_the_end(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING
    # 10 days on 3,000, then the plan's own days on what was left
    assert -world.balance("house/income/interest") == world.loan(loan).interest_posted
    assert world.balance("house/cash") == world.loan(loan).interest_posted
    assert world.loan(loan).settled_on == before[-1].due_on


def test_a_payment_smaller_than_the_interest_so_far_lowers_only_that(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    planned = world.rows(loan)[0]
    world.go(10)
    world.pay_loan(customer, loan, "5.00")
    assert world.loan_owed(loan) == {"principal": minor("3000"), "interest": minor("4.00"), "penalty": 0}
    world.go_to(planned.due_on)
    due = world.schedule(customer, loan).next_due.minor
    assert due == planned.principal_minor + planned.interest_minor - minor("5.00")
    pay_to_the_end(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING


def test_paying_more_than_is_due_on_the_due_day_repays_the_rest_of_it_early(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    first = world.rows(loan)[0]
    world.go_to(first.due_on)
    world.pay_loan(customer, loan, yuan(first.principal_minor + first.interest_minor + minor("500")))
    assert world.loan_owed(loan)["principal"] == minor("2500") - first.principal_minor
    assert world.rows(loan)[0].paid_on == first.due_on
    assert world.schedule(customer, loan).days_overdue == 0
    pay_to_the_end(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING


def test_several_part_repayments_still_end_at_zero(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    for days, amount in ((3, "100.01"), (4, "0.01"), (5, "777.77"), (10, "333.33"), (8, "1.00")):
        world.go(days)
        world.pay_loan(customer, loan, amount)
    pay_to_the_end(world, customer, loan)
    assert world.loan_owed(loan) == NOTHING
    assert world.balance("house/cash") == world.loan(loan).interest_posted


def test_all_but_a_fen_leaves_a_loan_of_a_fen(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go(10)
    world.pay_loan(customer, loan, "3008.99")
    assert world.loan_owed(loan) == {"principal": 1, "interest": 0, "penalty": 0}
    assert len(world.app.schedules(customer).loans) == 1
    world.go_to(date(2026, 12, 1))
    world.pay_loan(customer, loan)
    assert world.loan(loan).settled_on == date(2026, 12, 1)


def test_without_a_name_the_loan_due_next_is_repaid(world: World) -> None:
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.go_to(date(2026, 11, 20))
    later = world.borrow(customer, "2000.00", 3)  # first due a month later
    offer = world.propose(customer, "repay_loan")
    assert offer.amount.minor == minor("1006.90")  # 1,000 × 0.0003 × 23 days
    world.execute(customer, offer)
    assert [loan.loan_id for loan in world.app.schedules(customer).loans] == [later]
