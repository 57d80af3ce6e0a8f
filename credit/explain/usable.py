"""Why a product cannot be used: not for a payment, not for a loan, not opened, or frozen. Pure.

Unlike the refusals of the services, which stop at the first reason, these name every reason there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from credit.explain.findings import Code, Finding, Findings, Proof, found
from credit.explain.limit import OwnCapFact
from credit.kernel.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class LineState:
    """Whether a line may be drawn on. `status` is `open`, `frozen` or `closed`; `changed_on` when it became so."""

    product: str
    status: str
    frozen_reason: str | None = None
    changed_on: date | None = None
    released_on: date | None = None
    """The day on which a freeze for being overdue ends by itself."""


@dataclass(frozen=True, slots=True)
class LateState:
    """How late the customer is, by whatever debt, and what ends it."""

    days: int = 0
    amount: Money = ZERO


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the lender's rules ask of a person, and what this one is."""

    age: int
    youngest: int
    is_student: bool = False
    students_may: bool = False
    identity_checked: bool = True
    is_blocked: bool = False


# ── a payment ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PayFacts:
    """The pay-later line, None when it was never opened."""

    line: LineState | None
    late: LateState
    limit: Money
    available: Money
    held: Money
    """For merchants' authorisations."""
    largest_payment: Money
    own_cap: OwnCapFact | None = None

    @property
    def most(self) -> Money:
        """The most that one payment may be now."""
        bounds = [self.available, self.largest_payment]
        return min([*bounds, self.own_cap.left] if self.own_cap is not None else bounds)


def payment_findings(facts: PayFacts, amount: Money | None = None) -> Findings:
    """Why a payment, of that amount when it is known, does not go through.

    PAY_POSSIBLE when the account allows payments, PAY_FITS when it allows that amount."""
    if facts.line is None:
        return (found(Code.PAY_NOT_OPEN),)
    if facts.line.status == "closed":
        return (found(Code.PAY_CLOSED, on=facts.line.changed_on),)
    reasons = [*_frozen(facts.line, Code.PAY_FROZEN, Code.PAY_FROZEN_UNTIL)]
    if facts.late.days:
        reasons.append(found(Code.PAY_OVERDUE, days=facts.late.days, amount=facts.late.amount))
    reasons += [*_bounds(facts, amount)]
    if facts.held and (not facts.available or any(each.code is Code.PAY_ABOVE_LIMIT for each in reasons)):
        reasons.append(found(Code.PAY_HELD, amount=facts.held))
    code = Code.PAY_POSSIBLE if amount is None else Code.PAY_FITS
    bounds: Proof = {"most": facts.most, "available": facts.available, "cap": facts.largest_payment}
    return tuple(reasons) or (found(code, amount=amount, **bounds),)


def _bounds(facts: PayFacts, amount: Money | None) -> Iterator[Finding]:
    """The bounds that the amount passes; without an amount those that let nothing through."""
    wanted = amount if amount is not None else Money(1)
    cap = facts.own_cap
    if wanted > facts.available:
        used = facts.limit - facts.available
        code = Code.PAY_NOTHING_LEFT if not facts.available else Code.PAY_ABOVE_LIMIT
        yield found(code, amount=amount, available=facts.available, limit=facts.limit, used=used)
    if wanted > facts.largest_payment:
        yield found(Code.PAY_ABOVE_CAP, amount=amount, cap=facts.largest_payment)
    if cap is not None and wanted > cap.left:
        code = Code.PAY_ABOVE_OWN_CAP if cap.left else Code.PAY_OWN_CAP_REACHED
        yield found(code, amount=amount, left=cap.left, spent=cap.spent, set_on=cap.set_on)


def _frozen(line: LineState, code: Code, code_until: Code) -> Iterator[Finding]:
    if line.status != "frozen":
        return
    facts: Proof = {"reason": line.frozen_reason or "", "on": line.changed_on}
    if line.released_on is not None:
        yield found(code_until, **facts, released_on=line.released_on)
    else:
        yield found(code, **facts)


# ── a loan ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LoanBounds:
    """The catalogue's bounds of one loan, and how many may run at a time."""

    smallest: Money
    largest: Money
    step: Money
    most_loans: int


@dataclass(frozen=True, slots=True)
class BorrowFacts:
    person: PersonFacts
    line: LineState | None
    late: LateState
    """By loans alone: a missed bill freezes the line, which is a reason of its own."""
    limit: Money
    available: Money
    running: int
    waiting: int
    """Loans that the bank has been asked to pay out."""
    waiting_amount: Money
    bounds: LoanBounds

    @property
    def most(self) -> Money:
        """The most that one loan may be now, in whole steps."""
        whole = min(self.available, self.bounds.largest)
        return Money(whole.minor - whole.minor % self.bounds.step.minor)


def borrow_findings(facts: BorrowFacts, amount: Money | None = None) -> Findings:
    """Why no loan is possible, or not of that amount: in the order in which an application is checked.

    A payout that waits is named although it stops nothing by itself. BORROW_POSSIBLE when nothing stands against it."""
    if facts.line is None or facts.line.status == "closed":
        return (*_person(facts.person, Code.BORROW_UNDERAGE, Code.BORROW_STUDENT), _not_open(facts.line))
    reasons = [*_against(facts)]
    if not reasons:
        reasons = [*_amount(facts, amount)]
    if not reasons:
        possible: Proof = {"most": facts.most, "available": facts.available, "smallest": facts.bounds.smallest}
        reasons = [found(Code.BORROW_POSSIBLE, **possible)]
    if facts.waiting:
        reasons.append(found(Code.BORROW_PAYOUT_WAITING, count=facts.waiting, amount=facts.waiting_amount))
    return tuple(reasons)


def _not_open(line: LineState | None) -> Finding:
    return found(Code.BORROW_NOT_OPEN) if line is None else found(Code.BORROW_CLOSED, on=line.changed_on)


def _against(facts: BorrowFacts) -> Iterator[Finding]:
    assert facts.line is not None
    yield from _person(facts.person, Code.BORROW_UNDERAGE, Code.BORROW_STUDENT)
    if facts.late.days:
        yield found(Code.BORROW_OVERDUE, days=facts.late.days, amount=facts.late.amount)
    yield from _frozen(facts.line, Code.BORROW_FROZEN, Code.BORROW_FROZEN_UNTIL)
    if facts.running + facts.waiting >= facts.bounds.most_loans:
        yield found(Code.BORROW_TOO_MANY, most=facts.bounds.most_loans, count=facts.running + facts.waiting)
    if facts.most < facts.bounds.smallest:
        used = facts.limit - facts.available
        amounts: Proof = {"available": facts.available, "limit": facts.limit, "used": used}
        yield found(Code.BORROW_LIMIT_USED, **amounts, smallest=facts.bounds.smallest)


def _amount(facts: BorrowFacts, amount: Money | None) -> Iterator[Finding]:
    bounds = facts.bounds
    if amount is None:
        return
    if amount < bounds.smallest:
        yield found(Code.BORROW_BELOW_SMALLEST, amount=amount, smallest=bounds.smallest)
    if amount.minor % bounds.step.minor:
        yield found(Code.BORROW_STEP, amount=amount, step=bounds.step)
    if amount > facts.available:
        yield found(Code.BORROW_ABOVE_LIMIT, amount=amount, available=facts.available, most=facts.most)
    elif amount > bounds.largest:
        yield found(Code.BORROW_ABOVE_CAP, amount=amount, cap=bounds.largest)


def _person(person: PersonFacts, underage: Code, student: Code) -> Iterator[Finding]:
    if person.age < person.youngest:
        yield found(underage, youngest=person.youngest)
    if person.is_student and not person.students_may:
        yield found(student)


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OpenFacts:
    """One product that is to be opened. What a score says of the customer is not in it."""

    product: str
    person: PersonFacts
    line: LineState | None
    late: LateState
    other_limit: Money
    """Of the other product."""
    both_lines: Money
    """The most that both may be together."""
    smallest_line: Money


def opening_findings(facts: OpenFacts) -> Findings:
    """Why the product cannot be opened, apart from a score: every rule that says no.

    OPEN_ALREADY or OPEN_FROZEN alone when there is nothing to open; OPEN_NOTHING_FOUND when no rule stands against
    it, after OPEN_CLOSED when it had been closed."""
    line = facts.line
    if line is not None and line.status == "open":
        return (found(Code.OPEN_ALREADY, product=facts.product),)
    if line is not None and line.status == "frozen":
        return tuple(_frozen(line, Code.OPEN_FROZEN, Code.OPEN_FROZEN_UNTIL))
    closed = [found(Code.OPEN_CLOSED, on=line.changed_on)] if line is not None else []
    return (*closed, *(tuple(_rules_against(facts)) or (found(Code.OPEN_NOTHING_FOUND, product=facts.product),)))


def _rules_against(facts: OpenFacts) -> Iterator[Finding]:
    if not facts.person.identity_checked:
        yield found(Code.OPEN_IDENTITY)
    yield from _person(facts.person, Code.OPEN_UNDERAGE, Code.OPEN_STUDENT)
    if facts.person.is_blocked:
        yield found(Code.OPEN_BLOCKED)
    if facts.late.days:
        yield found(Code.OPEN_OVERDUE, days=facts.late.days, amount=facts.late.amount)
    if facts.both_lines - facts.other_limit < facts.smallest_line:
        yield found(Code.OPEN_NO_ROOM, other=facts.other_limit, most=facts.both_lines)


# ── frozen ──────────────────────────────────────────────────────────────────────────────────────────────────


def frozen_findings(lines: tuple[LineState, ...], late: LateState, wait_days: int) -> Findings:
    """Why lines are frozen and when they come back: one finding a line, FROZEN_NOT alone when none is.

    `wait_days` is for how long a line stays frozen after the overdue amount was repaid."""
    frozen = [line for line in lines if line.status == "frozen"]
    return tuple(_why(line, late, wait_days) for line in frozen) or (found(Code.FROZEN_NOT),)


def _why(line: LineState, late: LateState, wait_days: int) -> Finding:
    facts: Proof = {"product": line.product, "on": line.changed_on}
    match line.frozen_reason:
        case "overdue" if line.released_on is not None:
            return found(Code.FROZEN_CURED, **facts, released_on=line.released_on, wait_days=wait_days)
        case "overdue":
            return found(Code.FROZEN_OVERDUE, **facts, days=late.days, amount=late.amount, wait_days=wait_days)
        case "student":
            return found(Code.FROZEN_STUDENT, **facts)
        case "fraud_report":
            return found(Code.FROZEN_FRAUD, **facts)
        case _:
            return found(Code.FROZEN_OTHER, **facts, reason=line.frozen_reason or "")
