"""Refunds go where the purchase stands: to what is not billed yet, to the bill, or to the customer's credit."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.world import World, minor

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def test_a_refund_before_the_statement_lowers_the_statement(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.refund(customer, bought, "400.00")
    assert world.available(customer) == minor("9400")
    world.go_to(NOVEMBER)
    (statement,) = world.statements(customer)
    assert (statement.purchases_minor, statement.refunds_minor) == (minor("1000"), minor("-400"))
    assert (statement.total_minor, statement.minimum_minor) == (minor("600"), minor("60"))


def test_a_refund_after_the_statement_lowers_what_is_left_and_counts_for_the_minimum(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(NOVEMBER)
    world.refund(customer, bought, "400.00")
    card = world.app.bill(customer)
    assert (card.total.minor, card.outstanding.minor) == (minor("1000"), minor("600"))
    assert card.minimum_outstanding.minor == 0
    assert [entry.amount.minor for entry in card.entries if entry.kind == "refund"] == [minor("-400")]
    world.go_to(date(2026, 11, 12))
    assert world.app.bill(customer).days_overdue == 0


def test_a_refund_after_the_bill_was_paid_becomes_a_credit_set_against_the_next_bill(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(NOVEMBER)
    world.pay_bill(customer)
    world.refund(customer, bought, "1000.00")
    assert world.paylater_owed(customer)["credit"] == minor("1000")
    assert world.available(customer) == minor("10000")

    world.buy(customer, "300.00")
    world.go_to(DECEMBER)
    statement = world.statements(customer)[-1]
    assert (statement.purchases_minor, statement.payments_minor) == (minor("300"), minor("-300"))
    assert (statement.total_minor, statement.minimum_minor) == (0, 0)
    assert world.paylater_owed(customer)["credit"] == minor("700")
    assert world.available(customer) == minor("10000")


def test_a_refund_of_a_bill_paid_in_part_first_lowers_the_rest_of_the_bill(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(NOVEMBER)
    world.pay_bill(customer, "700.00")
    world.refund(customer, bought, "500.00")
    owed = world.paylater_owed(customer)
    assert (owed["billed"], owed["credit"]) == (0, minor("200"))
    assert world.available(customer) == minor("10000")


def test_a_refund_of_what_is_overdue_makes_up_the_missed_minimum(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 15))
    assert world.app.bill(customer).days_overdue == 5
    world.refund(customer, bought, "100.00")
    assert world.app.bill(customer).days_overdue == 0


def test_a_refund_gives_back_what_was_paid_to_the_merchant(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.refund(customer, bought, "400.00")
    assert world.balance("house/clearing") == -minor("600")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("-5.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("1000.01", ErrorCode.REFUND_EXCEEDS_PURCHASE),
    ],
)
def test_a_refund_that_does_not_fit_the_purchase_moves_nothing(world: World, amount: str, code: ErrorCode) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.refund(customer, bought, amount)
    assert refusal.value.code is code
    assert world.everything() == before


def test_several_refunds_together_cannot_exceed_the_purchase(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.refund(customer, bought, "600.00")
    with pytest.raises(CreditError) as refusal:
        world.refund(customer, bought, "400.01")
    assert refusal.value.code is ErrorCode.REFUND_EXCEEDS_PURCHASE
    world.refund(customer, bought, "400.00")
    assert world.available(customer) == minor("10000")


def test_a_foreign_purchase_and_a_missing_one_are_refused_alike(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    foreign = world.buy(other, "1000.00")
    refusals = []
    for purchase in (foreign, uuid4()):
        with pytest.raises(CreditError) as refusal:
            world.refund(customer, purchase, "1.00")
        refusals.append((refusal.value.code, refusal.value.facts))
    assert refusals == [(ErrorCode.PURCHASE_NOT_FOUND, {})] * 2


def test_a_credit_that_settles_an_overdue_bill_ends_being_overdue(world: World) -> None:
    """Only interest was left overdue, a refund became a credit, and the next statement set one against the other."""
    customer = world.borrower()
    bought = world.buy(customer, "3000.00")
    world.go_to(date(2026, 11, 20))
    world.pay_bill(customer)
    world.go_to(date(2026, 12, 15))
    assert world.app.bill(customer).days_overdue == 5
    world.refund(customer, bought, "100.00")
    world.go_to(date(2027, 1, 1))
    card = world.app.bill(customer)
    assert (card.outstanding.minor, card.days_overdue) == (0, 0)
    assert world.customer_row(customer).overdue_cured_on == date(2027, 1, 1)
