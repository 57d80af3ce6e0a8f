"""Repaying pay-later with a cash loan: one journal, and each guard with its own refusal."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.offers.service import pay_bill
from tests.credit.products import products
from tests.credit.world import World, minor


def billed(world: World, amount: str = "3000.55", **who: Any) -> UUID:
    """A customer with both products and an open bill on 5 November."""
    customer = world.borrower(**who)
    world.buy(customer, amount)
    world.go_to(date(2026, 11, 5))
    return customer


def refused(world: World, customer: UUID, amount: str | None = None, *, term: int = 6) -> CreditError:
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_with_loan", amount, term=term)
    assert world.everything() == before
    return refusal.value


def test_one_journal_settles_the_bill_and_opens_the_loan(world: World) -> None:
    customer = billed(world)
    offer = world.propose(customer, "repay_with_loan", term=6)
    assert (offer.purpose, offer.pays_into) == ("repay_paylater", "paylater_bill")
    assert offer.bill_after is not None
    assert (offer.amount.minor, offer.bill_after.minor, len(offer.rows)) == (minor("3000.55"), 0, 6)
    count = len(world.everything()["journals"])
    receipt = world.confirm(customer, offer)
    assert len(world.everything()["journals"]) == count + 1

    paylater, cash = world.line(customer), world.line(customer, "cashloan")
    amount = minor("3000.55")
    assert world.postings(receipt.journal_id) == {
        f"loan/{receipt.loan_id}/principal": amount,
        f"paylater/{paylater.id}/billed": -amount,
        f"line/{paylater.id}/available": amount,
        f"line/{paylater.id}/used": -amount,
        f"line/{cash.id}/available": -amount,
        f"line/{cash.id}/used": amount,
    }
    assert world.app.bill(customer).outstanding.minor == 0
    assert world.available(customer) == minor("10000")
    assert world.available(customer, "cashloan") == minor("16999.45")
    assert [loan.loan_id for loan in world.app.schedules(customer).loans] == [receipt.loan_id]
    assert receipt.bill_outstanding is not None
    assert receipt.bill_outstanding.minor == 0


def test_the_customer_never_gets_the_money_in_hand(world: World) -> None:
    customer = billed(world)
    world.bridge(customer)
    assert world.balance("house/cash") == 0


def test_part_of_a_bill_can_be_repaid_with_a_loan(world: World) -> None:
    customer = billed(world)
    receipt = world.bridge(customer, "1000.55", 3)
    assert world.app.bill(customer).outstanding.minor == minor("2000")
    assert receipt.loan_id is not None
    assert world.loan(receipt.loan_id).purpose == "repay_paylater"


def test_a_bill_with_interest_is_settled_whole(world: World) -> None:
    """An earlier rest bears interest; the loan pays that too."""
    customer = billed(world)
    world.go_to(date(2026, 11, 10))
    world.pay_bill(customer, "300.55")
    world.go_to(date(2026, 12, 2))
    bill = world.app.bill(customer).outstanding.minor
    assert bill == minor("2700") + 1620  # 2,700 × 0.0003 × 20 days
    receipt = world.bridge(customer)
    assert receipt.amount.minor == bill
    assert world.app.bill(customer).outstanding.minor == 0
    assert world.postings(receipt.journal_id)[f"paylater/{world.line(customer).id}/interest"] == -1620


def test_it_is_refused_where_the_lender_does_not_allow_it(world: World) -> None:
    customer = billed(world)
    world.app.catalogue = products(bridge__allowed=False)
    assert refused(world, customer).code is ErrorCode.BRIDGE_OFF


def test_it_is_refused_on_an_overdue_bill(world: World) -> None:
    customer = billed(world)
    world.go_to(date(2026, 11, 12))
    refusal = refused(world, customer)
    assert (refusal.code, refusal.facts) == (ErrorCode.BRIDGE_OVERDUE, {"days": 2})


def test_it_is_refused_while_a_loan_is_overdue(world: World) -> None:
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.go_to(date(2026, 11, 20))
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 12, 3))
    refusal = refused(world, customer)
    assert (refusal.code, refusal.facts) == (ErrorCode.BRIDGE_OVERDUE, {"days": 5})


def test_it_is_refused_above_the_bill(world: World) -> None:
    customer = billed(world)
    assert refused(world, customer, "3000.56").code is ErrorCode.BRIDGE_ABOVE_BILL


def test_spending_that_is_not_billed_yet_cannot_be_refinanced(world: World) -> None:
    customer = billed(world)
    world.buy(customer, "500.00")
    assert refused(world, customer, "3000.56").code is ErrorCode.BRIDGE_ABOVE_BILL
    world.bridge(customer)
    assert refused(world, customer).code is ErrorCode.NO_OPEN_BILL


def test_it_is_refused_while_an_earlier_one_runs(world: World) -> None:
    customer = billed(world)
    world.bridge(customer)
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 12, 2))
    assert refused(world, customer).code is ErrorCode.BRIDGE_OF_BRIDGE


def test_it_is_refused_soon_after_an_earlier_one_was_repaid(world: World) -> None:
    customer = billed(world)
    receipt = world.bridge(customer)
    assert receipt.loan_id is not None
    world.pay_loan(customer, receipt.loan_id)
    world.go_to(date(2027, 1, 25))
    world.buy(customer, "1000.00")
    world.go_to(date(2027, 2, 2))
    refusal = refused(world, customer)
    assert (refusal.code, refusal.facts) == (ErrorCode.BRIDGE_TOO_SOON, {"again_on": date(2027, 2, 3)})
    world.go(1)
    world.bridge(customer)


def test_it_is_refused_without_a_bill(world: World) -> None:
    customer = world.borrower()
    world.go_to(date(2026, 11, 2))
    assert refused(world, customer).code is ErrorCode.NO_OPEN_BILL


@pytest.mark.parametrize("opened", ["paylater", "cashloan"])
def test_it_needs_both_products(world: World, opened: str) -> None:
    customer = world.join()
    if opened == "paylater":
        world.open_paylater(customer)
        world.buy(customer, "1000.00")
    else:
        world.open_cashloan(customer)
    world.go_to(date(2026, 11, 2))
    assert refused(world, customer).code is ErrorCode.PRODUCT_NOT_OPEN


def test_a_student_may_not(world: World) -> None:
    customer = billed(world, student=True)
    assert refused(world, customer).code is ErrorCode.STUDENT_MAY_NOT_BORROW


def test_a_frozen_cash_line_is_not_drawn_on(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 25))
    world.pay_bill(customer)
    world.go_to(date(2026, 12, 2))
    assert world.app.bill(customer).outstanding.minor > 0  # the interest of those days
    assert refused(world, customer).code is ErrorCode.LINE_FROZEN


def test_a_bill_above_the_cash_limit_is_refused_with_the_limit(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer)
    world.open_cashloan(customer, "2000.00")
    world.buy(customer, "3000.00")
    world.go_to(date(2026, 11, 2))
    assert refused(world, customer).code is ErrorCode.LIMIT_EXCEEDED
    assert refused(world, customer, "2000.01").code is ErrorCode.LIMIT_EXCEEDED
    world.bridge(customer, "2000.00")


@pytest.mark.parametrize(
    ("amount", "term", "code"),
    [
        ("0.00", 6, ErrorCode.AMOUNT_NOT_POSITIVE),
        ("-1.00", 6, ErrorCode.AMOUNT_NOT_POSITIVE),
        ("99.99", 6, ErrorCode.AMOUNT_BELOW_MINIMUM),
        (None, 9, ErrorCode.TERM_NOT_SOLD),
    ],
)
def test_an_amount_or_term_that_is_not_sold_is_refused(
    world: World, amount: str | None, term: int, code: ErrorCode
) -> None:
    customer = billed(world)
    assert refused(world, customer, amount, term=term).code is code


def test_a_bill_smaller_than_the_smallest_loan_is_refused(world: World) -> None:
    customer = billed(world, "99.99")
    assert refused(world, customer).code is ErrorCode.AMOUNT_BELOW_MINIMUM


def test_it_counts_as_one_of_the_loans_that_may_run(world: World) -> None:
    customer = billed(world)
    for _ in range(3):
        world.borrow(customer, "500.00", 3)
    assert refused(world, customer).code is ErrorCode.TOO_MANY_LOANS


def test_an_offer_to_bridge_is_outdated_when_the_bill_was_paid_meanwhile(world: World) -> None:
    customer = billed(world)
    offer = world.propose(customer, "repay_with_loan", term=6)
    world.do(lambda books: pay_bill(books, customer, Money(100), request_id="elsewhere-1"))
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.confirm(customer, offer)
    assert refusal.value.code is ErrorCode.OFFER_OUTDATED
    assert world.everything() == before


def test_a_missed_bill_is_not_refinanced_within_the_grace_day_either(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 11))  # due on the 10th
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_with_loan", term=6)
    assert (refusal.value.code, refusal.value.facts["days"]) == (ErrorCode.BRIDGE_OVERDUE, 1)


def test_only_the_customer_can_have_the_idea(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_with_loan", term=6, asked_by="lender")
    assert refusal.value.code is ErrorCode.BRIDGE_NOT_ASKED_FOR


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bridge__allowed": False}, "bridge_off"),
        ({"cashloan__largest_loan": "500.00"}, "loan_above_cap"),
    ],
)
def test_every_guard_stands_at_the_execution_too(world: World, change: dict[str, object], why: str) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    offer = world.propose(customer, "repay_with_loan", term=6)
    world.app.catalogue = products(**change)
    before = world.everything()
    with pytest.raises(CreditError, match=why) as refusal:
        world.execute(customer, offer)
    assert refusal.value.code is ErrorCode.OFFER_OUTDATED
    assert world.everything() == before


def test_a_second_bridge_made_meanwhile_stops_the_first_offer(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    world.bridge(customer, "400.00")
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_with_loan", "400.00", term=6)
    assert refusal.value.code is ErrorCode.BRIDGE_OF_BRIDGE
