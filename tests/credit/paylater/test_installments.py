"""Splitting the open bill: rows, fees, and how they come back on later statements."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.world import World, minor, yuan

DUE = date(2026, 11, 10)


def billed(world: World, amount: str = "1000.00") -> UUID:
    customer = world.borrower()
    world.buy(customer, amount)
    world.go_to(date(2026, 11, 5))
    return customer


@pytest.mark.parametrize(("term", "fee"), [(3, "15.00"), (6, "30.00"), (9, "45.00"), (12, "60.00")])
def test_a_split_has_a_row_a_month_that_sum_to_the_bill_and_its_fee(world: World, term: int, fee: str) -> None:
    customer = billed(world)
    offer = world.propose(customer, "installment", None, term=term)
    world.execute(customer, offer)
    rows = world.plan_rows()
    assert len(rows) == len(offer.rows) == term
    assert [row.due_on.day for row in rows] == [10] * term
    assert rows[0].due_on == date(2026, 12, 10)
    assert sum(row.principal_minor for row in rows) == minor("1000") == offer.amount.minor
    assert sum(row.fee_minor for row in rows) == minor(fee) == offer.total_fee.minor
    assert max(row.principal_minor for row in rows) - min(row.principal_minor for row in rows) < term


def test_a_split_bill_is_settled_but_still_uses_the_limit(world: World) -> None:
    customer = billed(world)
    receipt = world.split_bill(customer, None, 3)
    card = world.app.bill(customer)
    assert (card.outstanding.minor, card.minimum_outstanding.minor, card.paid.minor) == (0, 0, minor("1000"))
    assert world.available(customer) == minor("9000")
    assert receipt.first_due_on == date(2026, 12, 10)


def test_each_row_comes_on_its_statement_with_its_fee_and_is_due_whole(world: World) -> None:
    customer = billed(world)
    world.split_bill(customer, None, 3)
    for month, principal in ((date(2026, 12, 1), "333.33"), (date(2027, 1, 1), "333.33"), (date(2027, 2, 1), "333.34")):
        world.go_to(month)
        statement = world.statements(customer)[-1]
        assert (statement.installments_minor, statement.fees_minor) == (minor(principal), minor("5.00"))
        assert statement.total_minor == statement.minimum_minor == minor(principal) + minor("5.00")
        before = world.available(customer)
        world.pay_bill(customer)
        assert world.available(customer) - before == minor(principal)
    assert world.available(customer) == minor("10000")
    assert -world.balance("house/income/fee") == minor("15.00")
    world.go_to(date(2027, 3, 1))
    assert world.statements(customer)[-1].total_minor == 0


def test_part_of_a_bill_can_be_split_and_the_rest_is_still_due(world: World) -> None:
    customer = billed(world)
    world.split_bill(customer, "600.00", 3)
    card = world.app.bill(customer)
    assert (card.outstanding.minor, card.minimum_outstanding.minor) == (minor("400"), 0)


def test_a_split_bill_shows_in_the_schedules_until_its_last_row_was_billed(world: World) -> None:
    customer = billed(world)
    world.split_bill(customer, None, 3)
    (plan,) = world.app.schedules(customer).loans
    assert (plan.kind, plan.term, len(plan.rows)) == ("installment_plan", 3, 3)
    assert plan.remaining.minor == minor("1000")
    assert plan.next_due.minor == minor("338.33")
    assert {row.status for row in plan.rows} == {"planned"}
    world.go_to(date(2026, 12, 2))
    (plan,) = world.app.schedules(customer).loans
    assert [row.status for row in plan.rows] == ["due", "planned", "planned"]
    assert plan.remaining.minor == minor("666.67")


def test_an_installment_that_was_not_paid_is_not_shown_as_paid(world: World) -> None:
    customer = billed(world)
    world.split_bill(customer, None, 3)
    world.go_to(date(2026, 12, 13))
    assert world.app.bill(customer).days_overdue == 3
    (plan,) = world.app.schedules(customer).loans
    assert plan.rows[0].status == "overdue"


@pytest.mark.parametrize(
    ("amount", "term", "code"),
    [
        (None, 4, ErrorCode.TERM_NOT_SOLD),
        (None, 0, ErrorCode.TERM_NOT_SOLD),
        (None, -3, ErrorCode.TERM_NOT_SOLD),
        ("0.00", 3, ErrorCode.AMOUNT_NOT_POSITIVE),
        ("-1.00", 3, ErrorCode.AMOUNT_NOT_POSITIVE),
        ("99.99", 3, ErrorCode.AMOUNT_BELOW_MINIMUM),
        ("1000.01", 3, ErrorCode.REPAYMENT_EXCEEDS_DEBT),
    ],
)
def test_a_split_that_is_not_sold_moves_nothing(world: World, amount: str | None, term: int, code: ErrorCode) -> None:
    customer = billed(world)
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "installment", amount, term=term)
    assert refusal.value.code is code
    assert world.everything() == before


def test_a_bill_below_the_smallest_split_cannot_be_split(world: World) -> None:
    customer = billed(world, "99.99")
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "installment", None, term=3)
    assert refusal.value.code is ErrorCode.INSTALLMENT_NOT_POSSIBLE


def test_a_bill_can_be_split_on_its_due_day_and_not_the_day_after(world: World) -> None:
    customer = billed(world)
    world.go_to(DUE)
    world.propose(customer, "installment", None, term=3)
    world.go(1)
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "installment", None, term=3)
    assert refusal.value.code is ErrorCode.INSTALLMENT_NOT_POSSIBLE


def test_an_overdue_bill_cannot_be_split(world: World) -> None:
    customer = billed(world)
    world.go_to(date(2026, 12, 5))
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "installment", None, term=3)
    assert refusal.value.code is ErrorCode.OVERDUE_BLOCKS_CREDIT


def test_two_splits_of_one_bill_run_side_by_side(world: World) -> None:
    customer = billed(world)
    world.split_bill(customer, "600.00", 3)
    world.split_bill(customer, "400.00", 6)
    assert sorted(plan.term for plan in world.app.schedules(customer).loans) == [3, 6]
    world.go_to(date(2026, 12, 1))
    statement = world.statements(customer)[-1]
    assert statement.installments_minor == minor("200.00") + minor("66.66")
    assert yuan(statement.fees_minor) == "5.00"  # 9.00 / 3 and 12.00 / 6
