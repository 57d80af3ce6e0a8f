"""What cannot be asked for: each with its code, and nothing moves."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from tests.credit.products import products
from tests.credit.world import START, World, minor


def refused(world: World, customer: UUID, amount: int, *, term: int = 12, method: str | None = None) -> CreditError:
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.app.propose_borrow(customer, amount=Money(amount), term=term, method=method, request_id=world.request())
    assert world.everything() == before
    return refusal.value


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, ErrorCode.AMOUNT_NOT_POSITIVE),
        (-1, ErrorCode.AMOUNT_NOT_POSITIVE),
        (-500_000, ErrorCode.AMOUNT_NOT_POSITIVE),
        (-(10**400), ErrorCode.AMOUNT_NOT_POSITIVE),
        (1, ErrorCode.AMOUNT_BELOW_MINIMUM),
        (9_999, ErrorCode.AMOUNT_BELOW_MINIMUM),
        (500_050, ErrorCode.AMOUNT_STEP),
        (500_001, ErrorCode.AMOUNT_STEP),
        (1_500_100, ErrorCode.LIMIT_EXCEEDED),
        (2**63, ErrorCode.LIMIT_EXCEEDED),
        (10**400, ErrorCode.LIMIT_EXCEEDED),
    ],
)
def test_an_amount_that_cannot_be_lent_is_refused(world: World, amount: int, code: ErrorCode) -> None:
    customer = world.join()
    world.open_cashloan(customer, "15000.00")
    rounded = amount if abs(amount) < 2**53 else amount - amount % 100
    assert refused(world, customer, rounded).code is code


def test_an_amount_above_the_limit_names_the_limit(world: World) -> None:
    customer = world.join()
    world.open_cashloan(customer, "15000.00")
    refusal = refused(world, customer, minor("15001"))
    assert refusal.facts == {"amount": Money(minor("15001")), "available": Money(minor("15000"))}


def test_an_amount_above_the_cap_of_one_loan_names_the_cap_though_the_limit_is_larger(world: World) -> None:
    customer = world.join()
    world.open_cashloan(customer, "50000.00")
    refusal = refused(world, customer, minor("20001"))
    assert refusal.code is ErrorCode.LOAN_ABOVE_CAP
    assert refusal.facts["cap"] == Money(minor("20000"))
    world.propose(customer, "borrow", "20000.00", term=12)


@pytest.mark.parametrize("term", [0, -12, 1, 2, 9, 13, 24, 10**9])
def test_a_term_that_is_not_sold_is_refused(world: World, term: int) -> None:
    customer = world.borrower()
    assert refused(world, customer, minor("5000"), term=term).code is ErrorCode.TERM_NOT_SOLD


@pytest.mark.parametrize("method", ["", "level", "LEVEL_PAYMENT", "balloon", "等额本息"])
def test_an_unknown_method_is_refused(world: World, method: str) -> None:
    customer = world.borrower()
    assert refused(world, customer, minor("5000"), method=method).code is ErrorCode.METHOD_NOT_SOLD


def test_a_method_that_this_lender_does_not_sell_is_refused(world: World) -> None:
    world.app.catalogue = products(cashloan__methods=["level_payment"])
    customer = world.borrower()
    assert refused(world, customer, minor("5000"), method="interest_first").code is ErrorCode.METHOD_NOT_SOLD


def test_a_student_may_not_borrow(world: World) -> None:
    customer = world.borrower(student=True)
    assert refused(world, customer, minor("5000")).code is ErrorCode.STUDENT_MAY_NOT_BORROW


@pytest.mark.parametrize(("born_on", "old_enough"), [(date(2008, 10, 29), False), (date(2008, 10, 28), True)])
def test_nobody_borrows_before_the_eighteenth_birthday(world: World, born_on: date, old_enough: bool) -> None:
    customer = world.borrower(born_on=born_on)
    assert date(2026, 10, 28) == START
    if old_enough:
        world.propose(customer, "borrow", "5000.00", term=12)
    else:
        assert refused(world, customer, minor("5000")).code is ErrorCode.UNDERAGE


def test_without_the_product_nothing_can_be_borrowed(world: World) -> None:
    assert refused(world, world.join(), minor("5000")).code is ErrorCode.PRODUCT_NOT_OPEN


def test_no_more_loans_run_at_once_than_the_lender_allows(world: World) -> None:
    customer = world.borrower()
    for _ in range(3):
        world.borrow(customer, "1000.00", 3)
    refusal = refused(world, customer, minor("1000"))
    assert (refusal.code, refusal.facts["most"]) == (ErrorCode.TOO_MANY_LOANS, 3)
    world.pay_loan(customer, world.loans(customer)[0].id)
    world.borrow(customer, "1000.00", 3)


def test_a_loan_dearer_than_the_cap_is_refused(world: World) -> None:
    world.app.catalogue = products(cost__strict_cap_ppm=100_000)
    customer = world.borrower()
    refusal = refused(world, customer, minor("5000"))
    assert (refusal.code, refusal.facts["cap"]) == (ErrorCode.COST_ABOVE_CAP, "10.00")


def test_an_unknown_customer_is_refused(world: World) -> None:
    assert refused(world, uuid4(), minor("5000")).code is ErrorCode.CUSTOMER_UNKNOWN
    with pytest.raises(CreditError) as refusal:
        world.app.limits(uuid4())
    assert refusal.value.code is ErrorCode.CUSTOMER_UNKNOWN


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("-1.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("5000.01", ErrorCode.REPAYMENT_EXCEEDS_DEBT),
    ],
)
def test_a_loan_repayment_that_does_not_fit_the_debt_is_refused(world: World, amount: str, code: ErrorCode) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "5000.00", 12)
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_loan", amount, loan_id=loan)
    assert refusal.value.code is code
    assert world.everything() == before


def test_a_foreign_a_settled_and_a_missing_loan_are_answered_alike(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    foreign, settled = world.borrow(other, "5000.00", 12), world.borrow(customer, "5000.00", 12)
    world.pay_loan(customer, settled)
    for loan in (foreign, settled, uuid4()):
        with pytest.raises(CreditError) as refusal:
            world.propose(customer, "repay_loan", "1.00", loan_id=loan)
        assert (refusal.value.code, refusal.value.facts) == (ErrorCode.LOAN_NOT_FOUND, {})


def test_without_a_loan_there_is_nothing_to_repay(world: World) -> None:
    with pytest.raises(CreditError) as refusal:
        world.propose(world.borrower(), "repay_loan")
    assert refusal.value.code is ErrorCode.NOTHING_OWED
