"""Buying in installments, refunds of what was split, and paying a plan off early."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import from_yuan
from credit.paylater import plans
from tests.credit.world import World, minor


def buy(world: World, customer: UUID, amount: str, term: int, *, seller_pays: bool = False) -> UUID:
    request_id = world.request()
    return world.do(
        lambda books: (
            plans.buy_in_installments(
                books,
                customer,
                from_yuan(amount),
                term,
                merchant="shop",
                category="goods",
                seller_pays=seller_pays,
                request_id=request_id,
            ).id
        )
    )


def rows(world: World) -> list[tuple[int, int]]:
    """Principal and fee of each row that is there, minor units."""
    return [(row.principal_minor, row.fee_minor) for row in world.plan_rows()]


def test_a_purchase_in_installments_uses_the_limit_and_comes_on_the_bills_row_by_row(world: World) -> None:
    customer = world.borrower()
    buy(world, customer, "1000.00", 3)
    assert world.available(customer) == minor("9000")
    assert rows(world) == [(33333, 500), (33333, 500), (33334, 500)]
    world.go_to(date(2026, 12, 2))
    statement = world.statements(customer)[-1]
    assert (statement.purchases_minor, statement.installments_minor, statement.fees_minor) == (0, 33333, 500)
    assert statement.total_minor == statement.minimum_minor == 33833


def test_a_fee_that_the_seller_carries_is_kept_from_the_seller(world: World) -> None:
    customer = world.borrower()
    buy(world, customer, "1000.00", 3, seller_pays=True)
    assert [fee for _, fee in rows(world)] == [0, 0, 0]
    assert -world.balance("house/clearing") == minor("985.00")
    assert -world.balance("house/income/fee") == minor("15.00")


@pytest.mark.parametrize(
    ("amount", "term", "code"),
    [
        ("1000.00", 9, ErrorCode.TERM_NOT_SOLD),
        ("99.99", 3, ErrorCode.AMOUNT_BELOW_MINIMUM),
        ("10000.01", 3, ErrorCode.LIMIT_EXCEEDED),
        ("-5.00", 3, ErrorCode.AMOUNT_NOT_POSITIVE),
    ],
)
def test_what_is_not_sold_in_installments_moves_nothing(world: World, amount: str, term: int, code: ErrorCode) -> None:
    customer = world.borrower()
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        buy(world, customer, amount, term)
    assert refusal.value.code is code
    assert world.everything() == before


def test_a_partial_refund_cuts_the_last_rows_and_their_fees(world: World) -> None:
    customer = world.borrower()
    bought = buy(world, customer, "1200.00", 12)  # rows of 100.00 and a fee of 6.00 each
    world.refund(customer, bought, "350.00")
    assert rows(world) == [(10000, 600)] * 8 + [(5000, 300)]
    assert world.available(customer) == minor("9150")
    world.refund(customer, bought, "850.00")
    assert rows(world) == []
    assert world.available(customer) == minor("10000")
    assert world.app.schedules(customer).loans == []


def test_a_refund_after_rows_were_billed_takes_the_rows_ahead_first_and_fees_paid_stay_paid(world: World) -> None:
    customer = world.borrower()
    bought = buy(world, customer, "300.00", 3)
    world.go_to(date(2026, 12, 2))
    world.pay_bill(customer)
    assert -world.balance("house/income/fee") == minor("1.50")
    world.refund(customer, bought, "300.00")
    owed = world.paylater_owed(customer)
    assert (owed["plan"], owed["billed"], owed["credit"]) == (0, 0, minor("100"))
    assert -world.balance("house/income/fee") == minor("1.50")


def test_a_refund_of_a_split_bill_takes_the_bill_first_then_the_plan(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    world.split_bill(customer, "600.00", 3)
    world.refund(customer, bought, "500.00")
    owed = world.paylater_owed(customer)
    assert (owed["billed"], owed["plan"], owed["credit"]) == (0, minor("500"), 0)
    assert [principal for principal, _ in rows(world)] == [20000, 20000, 10000]


def test_settling_a_plan_pays_the_principal_ahead_and_waives_later_fees(world: World) -> None:
    customer = world.borrower()
    buy(world, customer, "1200.00", 12)
    world.go_to(date(2026, 12, 2))
    offer = world.propose(customer, "settle_plan")
    assert offer.amount.minor == minor("1100.00")
    receipt = world.execute(customer, offer)
    assert receipt.amount.minor == minor("1100.00")
    assert world.paylater_owed(customer)["plan"] == 0
    assert world.available(customer) == minor("9900"), "the row on the bill is paid with the bill"
    world.pay_bill(customer)
    assert -world.balance("house/income/fee") == minor("6.00")
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "settle_plan")
    assert refusal.value.code is ErrorCode.PLAN_NOT_FOUND


def test_where_later_fees_are_kept_settling_asks_for_them(world: World) -> None:
    rules = world.catalogue.paylater.installments.model_copy(update={"waive_later_fees": False})
    paylater = world.catalogue.paylater.model_copy(update={"installments": rules})
    world.app.catalogue = world.catalogue.model_copy(update={"paylater": paylater})
    customer = world.borrower()
    buy(world, customer, "1200.00", 12)
    assert world.execute(customer, world.propose(customer, "settle_plan")).amount.minor == minor("1272.00")
    assert -world.balance("house/income/fee") == minor("72.00")


def test_a_plan_of_somebody_else_answers_like_a_missing_one(world: World) -> None:
    mine, other = world.borrower(), world.borrower()
    buy(world, other, "1200.00", 12)
    theirs = world.app.schedules(other).loans[0].loan_id
    for plan in (theirs, new_id()):
        with pytest.raises(CreditError) as refusal:
            world.propose(mine, "settle_plan", loan_id=plan)
        assert refusal.value.code is ErrorCode.PLAN_NOT_FOUND


def test_a_repeated_checkout_buys_once(world: World) -> None:
    customer = world.borrower()

    def once(amount: str) -> UUID:
        return world.do(
            lambda books: (
                plans.buy_in_installments(
                    books,
                    customer,
                    from_yuan(amount),
                    3,
                    merchant="shop",
                    category="goods",
                    seller_pays=False,
                    request_id="same",
                ).id
            )
        )

    assert once("500.00") == once("500.00")
    with pytest.raises(CreditError) as refusal:
        once("501.00")
    assert refusal.value.code is ErrorCode.REQUEST_ID_REUSED
    assert world.available(customer) == minor("9500")
