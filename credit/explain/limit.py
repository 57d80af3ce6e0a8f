"""Why a limit changed, or is not there although something was repaid. Pure: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from credit.explain.facts import ChangeFact
from credit.explain.findings import Code, Finding, Findings, Proof, found
from credit.kernel.money import ZERO, Money

ASKED_FOR, TEMPORARY, TEMPORARY_ENDED = "asked_for", "temporary_limit", "temporary_limit_ended"


@dataclass(frozen=True, slots=True)
class HeldFact:
    """Limit set aside: for a merchant's authorisation, or without a merchant for a loan the bank is to pay out."""

    id: UUID
    """Of the authorisation or of the order."""
    amount: Money
    on: date
    until: date
    """The last day on which it counts."""
    merchant: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingFact:
    """A payment the bank has not answered for good."""

    id: UUID
    amount: Money
    on: date
    until: date


@dataclass(frozen=True, slots=True)
class GivenBackFact:
    """The newest payment onto the line's debts, and how much limit its journal freed."""

    on: date
    amount: Money
    freed: Money
    journal_id: UUID


@dataclass(frozen=True, slots=True)
class OwnCapFact:
    """What the customer allows themself; `left` is what still passes today in one payment."""

    monthly: Money | None
    payment: Money | None
    spent: Money
    left: Money
    set_on: date


@dataclass(frozen=True, slots=True)
class TemporaryFact:
    amount: Money
    until: date


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """A line as the ledger has it; `billed`, `unbilled`, `plan` and `loans` are principal owed, by where it stands."""

    product: str
    status: str
    frozen_reason: str | None
    released_on: date | None
    """The day on which a freeze for being overdue ends by itself; None while something is overdue."""
    limit: Money
    available: Money
    changes: tuple[ChangeFact, ...]
    """Newest first."""
    billed: Money = ZERO
    unbilled: Money = ZERO
    plan: Money = ZERO
    loans: Money = ZERO
    loan_count: int = 0
    next_statement_on: date | None = None
    held: tuple[HeldFact, ...] = ()
    waiting: tuple[WaitingFact, ...] = ()
    given_back: GivenBackFact | None = None
    temporary: TemporaryFact | None = None
    own_cap: OwnCapFact | None = None

    @property
    def owed(self) -> Money:
        """Principal that counts against the limit."""
        return self.billed + self.unbilled + self.plan + self.loans


def limit_findings(facts: LimitFacts) -> Findings:
    """Causes by weight: what stops the line, what made it smaller, what will come back by itself, what is in use.

    While less is owed than the limit, the amounts of what is owed and held add up to limit − available. When nothing
    of it applies, LIMIT_NOTHING_FOUND alone."""
    if facts.status == "closed":
        closed = next((change for change in facts.changes if change.kind == "closed"), None)
        return (found(Code.LIMIT_CLOSED, on=closed.on if closed else None),)
    causes = tuple(_causes(facts))
    return causes or (found(Code.LIMIT_NOTHING_FOUND, limit=facts.limit, available=facts.available),)


def _causes(facts: LimitFacts) -> Iterator[Finding]:
    yield from _stopped(facts)
    yield from _smaller(facts)
    yield from _on_its_way(facts)
    yield from _in_use(facts)
    yield from _beside(facts)


def _stopped(facts: LimitFacts) -> Iterator[Finding]:
    if facts.status != "frozen":
        return
    on = next((change.on for change in facts.changes if change.kind == "frozen"), None)
    reason = facts.frozen_reason or ""
    if facts.released_on is not None:
        yield found(Code.LIMIT_FROZEN_UNTIL, on=on, reason=reason, released_on=facts.released_on)
    else:
        yield found(Code.LIMIT_FROZEN, on=on, reason=reason)


def _smaller(facts: LimitFacts) -> Iterator[Finding]:
    """The newest cut, unless the limit has been raised since; and a debt that the cut limit does not hold."""
    cut = next((change for change in facts.changes if change.kind in {"cut", "raised"}), None)
    if cut is not None and cut.kind == "cut":
        yield _cut(cut)
    if facts.owed > facts.limit:
        over = facts.owed - facts.limit
        yield found(Code.LIMIT_BELOW_DEBT, owed=facts.owed, limit=facts.limit, amount=over)


def _cut(change: ChangeFact) -> Finding:
    less = change.before - change.after
    if change.reason == TEMPORARY_ENDED:
        return found(Code.LIMIT_TEMPORARY_ENDED, on=change.on, amount=less, after=change.after)
    code = Code.LIMIT_LOWERED_ON_REQUEST if change.reason == ASKED_FOR else Code.LIMIT_CUT
    facts: Proof = {"on": change.on, "before": change.before, "after": change.after, "amount": less}
    return found(code, **facts, reason=change.reason)


def _on_its_way(facts: LimitFacts) -> Iterator[Finding]:
    for order in facts.waiting:
        yield found(Code.LIMIT_PAYMENT_WAITING, amount=order.amount, on=order.on, until=order.until, order=order.id)
    for hold in sorted(facts.held, key=lambda hold: (-hold.amount.minor, hold.on, str(hold.id))):
        code = Code.LIMIT_HELD_BY_MERCHANT if hold.merchant is not None else Code.LIMIT_HELD_FOR_LOAN
        times: Proof = {"on": hold.on, "until": hold.until}
        yield found(code, amount=hold.amount, **times, merchant=hold.merchant, hold=hold.id)


def _in_use(facts: LimitFacts) -> Iterator[Finding]:
    back = facts.given_back
    if back is not None and facts.owed:
        code = Code.LIMIT_GIVEN_BACK if back.freed == back.amount else Code.LIMIT_PARTLY_GIVEN_BACK
        kept = back.amount - back.freed
        yield found(code, amount=back.amount, freed=back.freed, kept=kept, on=back.on, journal=back.journal_id)
    if facts.plan:
        yield found(Code.LIMIT_IN_INSTALLMENTS, amount=facts.plan)
    if facts.billed:
        yield found(Code.LIMIT_OWED_ON_BILL, amount=facts.billed)
    if facts.unbilled:
        yield found(Code.LIMIT_OWED_UNBILLED, amount=facts.unbilled, next_statement_on=facts.next_statement_on)
    if facts.loans:
        yield found(Code.LIMIT_OWED_LOANS, amount=facts.loans, count=facts.loan_count)


def _beside(facts: LimitFacts) -> Iterator[Finding]:
    """What changes nothing about the figure, but explains what the customer sees."""
    cap = facts.own_cap
    if cap is not None and cap.left < facts.available:
        yield found(Code.LIMIT_OWN_CAP, left=cap.left, spent=cap.spent, set_on=cap.set_on)
    if facts.temporary is not None:
        yield found(Code.LIMIT_TEMPORARY_RUNNING, amount=facts.temporary.amount, until=facts.temporary.until)
    newest = next((change for change in facts.changes if change.kind in {"cut", "raised"}), None)
    if newest is not None and newest.kind == "raised" and newest.reason != TEMPORARY:
        times: Proof = {"on": newest.on, "before": newest.before, "after": newest.after}
        yield found(Code.LIMIT_RAISED, **times, reason=newest.reason)
