"""A payment that the bank takes back: the debt stands again with its dates, and nothing is charged for it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.repayments.acting import arrives, bounces
from tests.credit.world import World, minor, yuan

DUE = date(2026, 11, 28)


def marks(world: World, loan: UUID) -> list[tuple[object, ...]]:
    return [
        (row.number, row.due_on, row.principal_minor, row.interest_minor, row.principal_paid, row.paid_on)
        for row in world.rows(loan)
    ]


@pytest.mark.parametrize("amount", ["500.00", "1004.94", "2500.00", "3009.00"])
def test_a_bounce_on_the_same_day_puts_everything_back(world: World, amount: str) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go(10)
    before = (world.loan_owed(loan), marks(world, loan), world.available(customer, "cashloan"))
    arrives(world, customer, amount, "ref-1", chosen=loan)
    assert (world.loan_owed(loan), marks(world, loan), world.available(customer, "cashloan")) != before
    bounces(world, "ref-1")
    assert (world.loan_owed(loan), marks(world, loan), world.available(customer, "cashloan")) == before
    assert world.loan(loan).settled_on is None
    assert world.balance("house/cash") == minor("-3000.00")


def test_a_bounced_installment_is_overdue_since_its_due_day(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(DUE)
    arrives(world, customer, yuan(world.schedule(customer, loan).next_due.minor), "ref-1", chosen=loan)
    world.go(5)
    assert world.schedule(customer, loan).days_overdue == 0
    bounces(world, "ref-1")
    schedule = world.schedule(customer, loan)
    assert (schedule.days_overdue, schedule.rows[0].due_on, schedule.penalty.minor) == (5, DUE, 0)
    world.pay_loan(customer, loan)
    assert world.loan(loan).settled_on == DUE + timedelta(days=5)


def test_a_bounce_whose_limit_was_borrowed_again_still_stands_as_debt(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "20000.00", 3)
    arrives(world, customer, "15000.00", "ref-1", chosen=loan)
    other = world.borrow(customer, "12000.00", 3)
    bounces(world, "ref-1")
    assert world.loan_owed(loan)["principal"] == minor("20000.00")
    assert world.loan_owed(other)["principal"] == minor("12000.00")
    assert world.available(customer, "cashloan") == 0
    world.pay_loan(customer, other)
    assert world.available(customer, "cashloan") == 0  # the limit is used up by the first alone
    world.pay_loan(customer, loan)
    assert world.available(customer, "cashloan") == minor("20000.00")


def test_a_bounce_of_the_first_of_two_payments_keeps_the_second(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go(5)
    arrives(world, customer, "1000.00", "ref-1", chosen=loan)
    world.go(5)
    arrives(world, customer, "700.00", "ref-2", chosen=loan)
    owed = world.loan_owed(loan)
    bounces(world, "ref-1")
    split_principal = minor("1000.00") - minor("4.50")  # five days on 3,000 were interest
    assert world.loan_owed(loan)["principal"] == owed["principal"] + split_principal
    assert (
        sum(row.principal_minor - row.principal_paid for row in world.rows(loan)) == world.loan_owed(loan)["principal"]
    )
    for row in [row for row in world.rows(loan) if row.paid_on is None]:
        world.go_to(row.due_on)
        world.pay_loan(customer, loan, yuan(world.schedule(customer, loan).next_due.minor))
    assert world.loan_owed(loan) == {"principal": 0, "interest": 0, "penalty": 0}


def test_a_bounced_payment_of_the_bill_is_owed_again(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    before = (world.paylater_owed(customer), world.available(customer), world.standing(customer).settled_minor)
    arrives(world, customer, "1000.00", "ref-1")
    bounces(world, "ref-1")
    assert (world.paylater_owed(customer), world.available(customer), world.standing(customer).settled_minor) == before


def test_a_bill_that_bounced_after_its_due_day_is_overdue_since_that_day(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 9))
    arrives(world, customer, "1000.00", "ref-1")
    world.go_to(date(2026, 11, 15))
    bounces(world, "ref-1")
    standing = world.standing(customer)
    assert (standing.overdue_since, standing.overdue_minor) == (date(2026, 11, 10), minor("100.00"))
    assert world.app.bill(customer).days_overdue == 5
    world.pay_bill(customer)
    assert world.standing(customer).overdue_since is None


def test_a_bounce_is_booked_once(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    arrives(world, customer, "300.00", "ref-1", chosen=loan)
    bounces(world, "ref-1")
    before = world.everything()
    for reference, code in (("ref-1", ErrorCode.PAYMENT_ALREADY_BOUNCED), ("ref-2", ErrorCode.PAYMENT_UNKNOWN)):
        with pytest.raises(CreditError) as refusal:
            bounces(world, reference)
        assert refusal.value.code is code
    assert world.everything() == before


def test_money_on_its_way_back_cannot_bounce(world: World) -> None:
    customer = world.borrower()
    arrives(world, customer, "300.00", "ref-1")
    with pytest.raises(CreditError) as refusal:
        bounces(world, "ref-1")
    assert refusal.value.code is ErrorCode.PAYMENT_CANNOT_BOUNCE
