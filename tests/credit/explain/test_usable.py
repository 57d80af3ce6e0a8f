"""Why a product cannot be used: by table, in the order of weight, and agreeing with what the services refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from credit.explain.findings import Code, Finding, codes
from credit.explain.limit import OwnCapFact
from credit.explain.usable import (
    BorrowFacts,
    LateState,
    LineState,
    LoanBounds,
    OpenFacts,
    PayFacts,
    PersonFacts,
    borrow_findings,
    frozen_findings,
    opening_findings,
    payment_findings,
)
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import ZERO, Money
from credit.lines import service as lines
from credit.loans import service as loans
from credit.paylater import life
from credit.paylater.spending import check_payment
from credit.payments.demo import Behaviour
from credit.payments.port import Direction
from tests.credit.repayments.acting import bank_does
from tests.credit.world import World, minor

DAY = date(2026, 11, 8)
OPEN = LineState("paylater", "open", changed_on=DAY)
FROZEN = LineState("paylater", "frozen", "overdue", DAY)
RELEASED = replace(FROZEN, released_on=DAY)
CLOSED = LineState("paylater", "closed", changed_on=DAY)
LATE = LateState(12, Money(900))
OWN_CAP = OwnCapFact(Money(300), None, Money(100), Money(200), DAY)
PAY = PayFacts(OPEN, LateState(), Money(1_000), Money(600), ZERO, Money(500))
AMOUNT = Money(550)

PAYMENTS = {
    "never opened": (replace(PAY, line=None), None, [Code.PAY_NOT_OPEN]),
    "closed": (replace(PAY, line=CLOSED), None, [Code.PAY_CLOSED]),
    "frozen": (replace(PAY, line=FROZEN, late=LATE), None, [Code.PAY_FROZEN, Code.PAY_OVERDUE]),
    "released soon": (replace(PAY, line=RELEASED), None, [Code.PAY_FROZEN_UNTIL]),
    "nothing left": (replace(PAY, available=ZERO, held=Money(9)), None, [Code.PAY_NOTHING_LEFT, Code.PAY_HELD]),
    "own cap reached": (replace(PAY, own_cap=replace(OWN_CAP, left=ZERO)), None, [Code.PAY_OWN_CAP_REACHED]),
    "possible": (PAY, None, [Code.PAY_POSSIBLE]),
    "possible up to the cap": (PAY, Money(500), [Code.PAY_FITS]),
    "above the cap": (PAY, AMOUNT, [Code.PAY_ABOVE_CAP]),
    "above the limit": (replace(PAY, available=Money(501)), AMOUNT, [Code.PAY_ABOVE_LIMIT, Code.PAY_ABOVE_CAP]),
    "above the own cap": (replace(PAY, own_cap=OWN_CAP), Money(201), [Code.PAY_ABOVE_OWN_CAP]),
}

BOUNDS = LoanBounds(Money(100), Money(800), Money(10), 3)
ADULT = PersonFacts(30, 18)
BORROW = BorrowFacts(
    ADULT, replace(OPEN, product="cashloan"), LateState(), Money(1_000), Money(905), 1, 0, ZERO, BOUNDS
)  # fmt: skip
LOANS = {
    "never opened": (replace(BORROW, line=None), None, [Code.BORROW_NOT_OPEN]),
    "a student without it": (
        replace(BORROW, line=None, person=replace(ADULT, is_student=True)),
        None,
        [Code.BORROW_STUDENT, Code.BORROW_NOT_OPEN],
    ),
    "closed": (replace(BORROW, line=CLOSED), None, [Code.BORROW_CLOSED]),
    "too young": (replace(BORROW, person=replace(ADULT, age=17)), None, [Code.BORROW_UNDERAGE]),
    "students may": (
        replace(BORROW, person=replace(ADULT, is_student=True, students_may=True)),
        None,
        [Code.BORROW_POSSIBLE],
    ),
    "late and frozen": (replace(BORROW, line=FROZEN, late=LATE), None, [Code.BORROW_OVERDUE, Code.BORROW_FROZEN]),
    "released soon": (replace(BORROW, line=RELEASED), None, [Code.BORROW_FROZEN_UNTIL]),
    "too many, one of them at the bank": (
        replace(BORROW, running=2, waiting=1, waiting_amount=Money(50)),
        None,
        [Code.BORROW_TOO_MANY, Code.BORROW_PAYOUT_WAITING],
    ),
    "too little left": (replace(BORROW, available=Money(99)), None, [Code.BORROW_LIMIT_USED]),
    "possible": (BORROW, None, [Code.BORROW_POSSIBLE]),
    "too small": (BORROW, Money(90), [Code.BORROW_BELOW_SMALLEST]),
    "between two steps": (BORROW, Money(105), [Code.BORROW_STEP]),
    "above the limit": (BORROW, Money(910), [Code.BORROW_ABOVE_LIMIT]),
    "above the cap": (BORROW, Money(900), [Code.BORROW_ABOVE_CAP]),
}

TO_OPEN = OpenFacts("cashloan", ADULT, None, LateState(), Money(500), Money(1_000), Money(100))
OPENINGS = {
    "open": (replace(TO_OPEN, line=OPEN), [Code.OPEN_ALREADY]),
    "frozen": (replace(TO_OPEN, line=FROZEN), [Code.OPEN_FROZEN]),
    "released soon": (replace(TO_OPEN, line=RELEASED), [Code.OPEN_FROZEN_UNTIL]),
    "closed before": (replace(TO_OPEN, line=CLOSED), [Code.OPEN_CLOSED, Code.OPEN_NOTHING_FOUND]),
    "no rule against it": (TO_OPEN, [Code.OPEN_NOTHING_FOUND]),
    "every rule against it": (
        replace(
            TO_OPEN,
            person=PersonFacts(17, 18, is_student=True, identity_checked=False, is_blocked=True),
            late=LATE,
            other_limit=Money(950),
        ),
        [
            Code.OPEN_IDENTITY, Code.OPEN_UNDERAGE, Code.OPEN_STUDENT, Code.OPEN_BLOCKED, Code.OPEN_OVERDUE,
            Code.OPEN_NO_ROOM,
        ],
    ),
}  # fmt: skip

FREEZES = {
    "none": ((OPEN,), [Code.FROZEN_NOT]),
    "overdue": ((FROZEN, OPEN), [Code.FROZEN_OVERDUE]),
    "cured": ((RELEASED,), [Code.FROZEN_CURED]),
    "student": ((replace(FROZEN, frozen_reason="student"),), [Code.FROZEN_STUDENT]),
    "fraud": ((replace(FROZEN, frozen_reason="fraud_report"),), [Code.FROZEN_FRAUD]),
    "another": ((replace(FROZEN, frozen_reason="risk_review"),), [Code.FROZEN_OTHER]),
}


@pytest.mark.parametrize("case", PAYMENTS)
def test_why_a_payment_does_not_go_through(case: str) -> None:
    facts, amount, expected = PAYMENTS[case]
    assert codes(payment_findings(facts, amount)) == expected


@pytest.mark.parametrize("case", LOANS)
def test_why_nothing_can_be_borrowed(case: str) -> None:
    facts, amount, expected = LOANS[case]
    assert codes(borrow_findings(facts, amount)) == expected


@pytest.mark.parametrize("case", OPENINGS)
def test_why_a_product_cannot_be_opened(case: str) -> None:
    facts, expected = OPENINGS[case]
    assert codes(opening_findings(facts)) == expected


@pytest.mark.parametrize("case", FREEZES)
def test_why_a_line_is_frozen(case: str) -> None:
    states, expected = FREEZES[case]
    assert codes(frozen_findings(states, LATE, 30)) == expected


def test_every_code_about_use_is_reached() -> None:
    tables = (*PAYMENTS.values(), *LOANS.values(), *OPENINGS.values(), *FREEZES.values())
    reached = {code for case in tables for code in case[-1]}
    assert reached == {code for code in Code if code.startswith(("pay_", "borrow_", "open_", "frozen_"))}


def test_the_most_of_a_payment_and_of_a_loan_keep_all_bounds() -> None:
    assert PAY.most == Money(500)
    assert replace(PAY, own_cap=OWN_CAP).most == Money(200)
    assert replace(PAY, available=Money(3)).most == Money(3)
    assert BORROW.most == Money(800)
    assert replace(BORROW, available=Money(705)).most == Money(700)


# ── agreeing with the services ──────────────────────────────────────────────────────────────────────────────

REFUSED_FOR = {
    Code.PAY_FROZEN: ErrorCode.LINE_FROZEN,
    Code.PAY_NOTHING_LEFT: ErrorCode.LIMIT_EXCEEDED,
    Code.PAY_ABOVE_LIMIT: ErrorCode.LIMIT_EXCEEDED,
    Code.PAY_ABOVE_CAP: ErrorCode.PAYMENT_ABOVE_CAP,
    Code.PAY_ABOVE_OWN_CAP: ErrorCode.OWN_CAP_EXCEEDED,
    Code.PAY_OWN_CAP_REACHED: ErrorCode.OWN_CAP_EXCEEDED,
    Code.BORROW_NOT_OPEN: ErrorCode.PRODUCT_NOT_OPEN,
    Code.BORROW_UNDERAGE: ErrorCode.UNDERAGE,
    Code.BORROW_STUDENT: ErrorCode.STUDENT_MAY_NOT_BORROW,
    Code.BORROW_OVERDUE: ErrorCode.OVERDUE_BLOCKS_CREDIT,
    Code.BORROW_FROZEN: ErrorCode.LINE_FROZEN,
    Code.BORROW_TOO_MANY: ErrorCode.TOO_MANY_LOANS,
    Code.OPEN_ALREADY: ErrorCode.PRODUCT_ALREADY_OPEN,
    Code.OPEN_IDENTITY: ErrorCode.IDENTITY_NOT_CHECKED,
    Code.OPEN_UNDERAGE: ErrorCode.UNDERAGE,
    Code.OPEN_STUDENT: ErrorCode.STUDENT_MAY_NOT_BORROW,
    Code.OPEN_BLOCKED: ErrorCode.CUSTOMER_BLOCKED,
    Code.OPEN_OVERDUE: ErrorCode.OVERDUE_BLOCKS_CREDIT,
}


def refused_payment(world: World, customer: UUID, amount: str) -> ErrorCode | None:
    def look(books: object) -> None:
        check_payment(books, lines.require_line(books, customer, "paylater"), Money(minor(amount)), "goods")  # type: ignore[arg-type]

    try:
        world.look(look)
    except CreditError as refusal:
        return refusal.code
    return None


def refused_loan(world: World, customer: UUID) -> ErrorCode | None:
    try:
        world.look(lambda books: loans.require_may_borrow(books, books.customer(customer)).id)
    except CreditError as refusal:
        return refusal.code
    return None


def first(findings: tuple[Finding, ...]) -> ErrorCode | None:
    return REFUSED_FOR.get(findings[0].code)


@pytest.mark.parametrize("amount", ["1.00", "400.01", "9999.99", "10000.00", "10000.01", "12000.00"])
def test_payments_are_refused_for_what_is_found_first(world: World, amount: str) -> None:
    customer = world.join()
    world.open_paylater(customer, "11000.00")
    for prepare in (
        lambda: None,
        lambda: world.app.set_own_cap(customer, monthly=Money(minor("400.00")), payment=None),
        lambda: world.buy(customer, "400.00"),
        lambda: world.do(lambda books: lines.freeze(books, lines.require_line(books, customer, "paylater"), "student")),
    ):
        prepare()
        found = payment_findings(world.app.pay_facts(customer), Money(minor(amount)))
        assert first(found) == refused_payment(world, customer, amount)


def test_loans_are_refused_for_what_is_found_first(world: World) -> None:
    student, young, without = world.join(student=True), world.join(born_on=date(2010, 1, 1)), world.join()
    busy = world.borrower()
    for _ in range(3):
        world.borrow(busy, "500.00", 3)
    fine = world.borrower()
    for customer in (student, young, without, busy, fine):
        assert first(borrow_findings(world.app.borrow_facts(customer))) == refused_loan(world, customer)
    world.go_to(date(2026, 12, 3))  # the first rows were due on 28 November
    late = borrow_findings(world.app.borrow_facts(busy))
    assert codes(late) == [Code.BORROW_OVERDUE, Code.BORROW_FROZEN, Code.BORROW_TOO_MANY]
    assert first(late) == refused_loan(world, busy)
    due = sum(loan.next_due.minor for loan in world.app.schedules(busy).loans)
    assert late[0].money("amount").minor == due


def test_a_loan_at_the_bank_counts_among_the_loans(world: World) -> None:
    customer = world.borrower()
    bank_does(world, customer, Direction.PAYOUT, Behaviour.DELAY)
    world.confirm(customer, world.propose(customer, "borrow", "5000.00", term=6))
    told = borrow_findings(world.app.borrow_facts(customer))
    assert codes(told) == [Code.BORROW_POSSIBLE, Code.BORROW_PAYOUT_WAITING]
    assert told[0].money("most").minor == minor("15000.00")
    assert told[1].money("amount").minor == minor("5000.00")


def test_openings_are_refused_for_what_is_found_first(world: World) -> None:
    student, young = world.join(student=True), world.join(born_on=date(2010, 1, 1))
    unseen, blocked, open_already, fine = world.join(), world.join(), world.borrower(), world.join()

    def mark(books: object) -> None:
        books.customer(unseen).identity_checked = False  # type: ignore[attr-defined]
        books.customer(blocked).is_blocked = True  # type: ignore[attr-defined]

    world.do(mark)
    for customer in (student, young, unseen, blocked, open_already, fine):
        for facts in world.app.opening_facts(customer):
            assert first(opening_findings(facts)) == refused_opening(world, customer, facts.product)


def refused_opening(world: World, customer: UUID, product: str) -> ErrorCode | None:
    def look(books: object) -> None:
        person = books.customer(customer)  # type: ignore[attr-defined]
        version = books.catalogue.borrowers.consent_version  # type: ignore[attr-defined]
        late = life.days_overdue(books, person)  # type: ignore[arg-type]
        life.life.require_may_open(books, person, product, consent_version=version, days_overdue=late)  # type: ignore[arg-type]

    try:
        world.look(look)
    except CreditError as refusal:
        return refusal.code
    return None


def test_a_freeze_for_being_overdue_ends_on_the_day_that_is_told(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 14))
    states, late = world.app.line_states(customer)
    (told, *_) = frozen_findings(states, late, 30)
    assert (told.code, told.evidence["days"]) == (Code.FROZEN_OVERDUE, 4)
    assert told.money("amount").minor == world.app.bill(customer).minimum_outstanding.minor
    world.pay_bill(customer, None)
    states, late = world.app.line_states(customer)
    (cured, *_) = frozen_findings(states, late, 30)
    assert (cured.code, cured.evidence["released_on"]) == (Code.FROZEN_CURED, date(2026, 12, 14))
    world.go_to(date(2026, 12, 2))
    world.pay_bill(customer, None)  # the interest of the days between; missing it would begin a new freeze
    world.go_to(date(2026, 12, 13))
    assert world.line(customer).status == "frozen"
    world.go(1)
    assert world.line(customer).status == "open"
    assert codes(frozen_findings(*world.app.line_states(customer), 30)) == [Code.FROZEN_NOT]
