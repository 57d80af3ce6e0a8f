"""Why a bill is what it is, what makes it differ from the last one, and what comes on the next. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from credit.explain.findings import Code, Finding, Findings, Proof, found
from credit.kernel.money import ZERO, Money, total

PARTS = ("previous", "purchases", "refunds", "installments", "interest", "fees", "penalty", "payments")
"""What a statement is composed of; `refunds` and `payments` (credit set against it) are negative."""


@dataclass(frozen=True, slots=True)
class StatementFact:
    """A bill as it was issued. `parts` by the names of PARTS sum to the total."""

    id: UUID
    statement_on: date
    due_on: date
    parts: Mapping[str, Money]

    @property
    def total(self) -> Money:
        return total([self.parts.get(part, ZERO) for part in PARTS])


@dataclass(frozen=True, slots=True)
class BoughtFact:
    """One purchase; `journal_id` is its proof."""

    id: UUID
    on: date
    merchant: str
    amount: Money
    journal_id: UUID


@dataclass(frozen=True, slots=True)
class RowFact:
    """A row of an installment plan on a bill. `merchant` when it was bought in installments, None for a split bill."""

    plan_id: UUID
    opened_on: date
    number: int
    term: int
    principal: Money
    fee: Money
    merchant: str | None = None


@dataclass(frozen=True, slots=True)
class SinceFact:
    """What lowered the bill since it was issued: `payment`, `refund`, `split` or `bridge`."""

    kind: str
    on: date
    amount: Money
    journal_id: UUID
    merchant: str | None = None


@dataclass(frozen=True, slots=True)
class NextFacts:
    """What the next bill holds already. `refunded` lowers it."""

    statement_on: date
    bought: tuple[BoughtFact, ...] = ()
    refunded: Money = ZERO
    rows: tuple[RowFact, ...] = ()
    interest: Money = ZERO
    credit: Money = ZERO
    """Owed to the customer; set against the next bill."""


@dataclass(frozen=True, slots=True)
class BillFacts:
    statement: StatementFact
    outstanding: Money
    coming: NextFacts
    previous: StatementFact | None = None
    bought: tuple[BoughtFact, ...] = ()
    bought_before: tuple[BoughtFact, ...] = ()
    """On the statement before."""
    rows: tuple[RowFact, ...] = ()
    since: tuple[SinceFact, ...] = field(default=())


def bill_findings(facts: BillFacts) -> Findings:
    """All of it in the order in which it explains the bill; see the functions below."""
    return (*composition(facts), *change(facts), *checks(facts), *since_issued(facts), *next_bill(facts))


def composition(facts: BillFacts) -> Findings:
    """BILL_PART by weight, whose amounts sum to the bill; installments also row by row (BILL_FROM_PLAN).

    BILL_EMPTY for a bill of nothing, BILL_NOTHING_BOUGHT for one that is owed without a purchase."""
    statement = facts.statement
    parts = [(part, amount) for part in PARTS if (amount := statement.parts.get(part, ZERO))]
    if not parts:
        return (found(Code.BILL_EMPTY, on=statement.statement_on),)
    parts.sort(key=lambda entry: -abs(entry[1].minor))
    findings = [found(Code.BILL_PART, part=part, amount=amount) for part, amount in parts]
    if not facts.bought and statement.total:
        findings.append(found(Code.BILL_NOTHING_BOUGHT, statement_on=statement.statement_on))
    return (*findings, *(_row(row) for row in facts.rows))


def _row(row: RowFact) -> Finding:
    whose: Proof = {"plan": row.plan_id, "opened_on": row.opened_on, "number": row.number, "term": row.term}
    code = Code.BILL_FROM_PURCHASE_PLAN if row.merchant is not None else Code.BILL_FROM_PLAN
    whole = row.principal + row.fee
    return found(code, **whose, principal=row.principal, fee=row.fee, amount=whole, merchant=row.merchant)


def change(facts: BillFacts) -> Findings:
    """By how much the bill differs from the last, then what made it: `change` of the causes sums to the difference.

    Causes that point the way the bill went come first, the larger before the smaller."""
    if facts.previous is None:
        return (found(Code.BILL_FIRST, on=facts.statement.statement_on),)
    before, now = facts.previous.total, facts.statement.total
    code = Code.BILL_MORE if now > before else Code.BILL_LESS if now < before else Code.BILL_SAME
    head = found(code, change=now - before, amount=Money(abs((now - before).minor)), before=before, now=now)
    causes = [*_by_merchant(facts), *_by_part(facts)]
    up = now >= before

    def weight(cause: Finding) -> tuple[bool, int]:
        delta = cause.money("change")
        return ((delta > ZERO) != up, -abs(delta.minor))

    return (head, *sorted(causes, key=weight))


def _by_merchant(facts: BillFacts) -> Iterator[Finding]:
    now, before = _sums(facts.bought), _sums(facts.bought_before)
    for merchant in sorted({*now, *before}):
        new, old = now.get(merchant, ZERO), before.get(merchant, ZERO)
        if new == old:
            continue
        code = (
            Code.BILL_MERCHANT_NEW if not old else Code.BILL_MERCHANT_GONE if not new
            else Code.BILL_MERCHANT_MORE if new > old else Code.BILL_MERCHANT_LESS
        )  # fmt: skip
        yield _moved(code, old, new, merchant=merchant)


def _by_part(facts: BillFacts) -> Iterator[Finding]:
    previous = facts.previous.parts if facts.previous else {}
    for part in PARTS:
        new, old = facts.statement.parts.get(part, ZERO), previous.get(part, ZERO)
        if part != "purchases" and new != old:
            yield _moved(Code.BILL_PART_MORE if new > old else Code.BILL_PART_LESS, old, new, part=part)


def _moved(code: Code, before: Money, now: Money, **whose: str) -> Finding:
    difference = now - before
    return found(code, change=difference, amount=Money(abs(difference.minor)), before=before, now=now, **whose)


def _sums(bought: Iterable[BoughtFact]) -> dict[str, Money]:
    sums: dict[str, Money] = defaultdict(lambda: ZERO)
    for each in bought:
        sums[each.merchant] += each.amount
    return dict(sums)


def checks(facts: BillFacts) -> Findings:
    """What looks wrong: the same purchase twice on one day. Else BILL_ADDS_UP, or BILL_DIFFERS where it does not."""
    same = Counter((each.on, each.merchant, each.amount) for each in facts.bought)
    twice = [
        found(Code.BILL_BOUGHT_TWICE, on=on, merchant=merchant, amount=amount, count=count)
        for (on, merchant, amount), count in sorted(same.items(), key=lambda entry: (-entry[0][2].minor, entry[0][0]))
        if count > 1
    ]
    listed, billed = total([each.amount for each in facts.bought]), facts.statement.parts.get("purchases", ZERO)
    if listed != billed:
        return (*twice, found(Code.BILL_DIFFERS, listed=listed, billed=billed))
    return tuple(twice) or (found(Code.BILL_ADDS_UP, count=len(facts.bought), amount=listed),)


SINCE = {
    "payment": Code.BILL_PAID_SINCE,
    "refund": Code.BILL_REFUNDED_SINCE,
    "split": Code.BILL_SPLIT_SINCE,
    "bridge": Code.BILL_BRIDGED_SINCE,
}


def since_issued(facts: BillFacts) -> Findings:
    """What lowered the bill, what it grew by, and what is owed now: total − lowered + grown = owed."""
    lowered = total([each.amount for each in facts.since])
    grown = facts.outstanding - (facts.statement.total - lowered)
    findings = [
        found(SINCE[each.kind], amount=each.amount, on=each.on, journal=each.journal_id, merchant=each.merchant)
        for each in facts.since
    ]
    if grown > ZERO:
        findings.append(found(Code.BILL_GROWN_SINCE, amount=grown))
    if facts.outstanding:
        findings.append(found(Code.BILL_NOW_OWED, amount=facts.outstanding, due_on=facts.statement.due_on))
    else:
        findings.append(found(Code.BILL_SETTLED, total=facts.statement.total))
    return tuple(findings)


def next_bill(facts: BillFacts) -> Findings:
    """What is on the next bill already; the amounts sum to what it would be today, were the open one paid."""
    coming, on = facts.coming, facts.coming.statement_on
    findings = []
    if bought := total([each.amount for each in coming.bought]):
        findings.append(found(Code.NEXT_BOUGHT, amount=bought, count=len(coming.bought), on=on))
    if principal := total([row.principal for row in coming.rows]):
        findings.append(found(Code.NEXT_INSTALLMENTS, amount=principal, count=len(coming.rows), on=on))
    if fee := total([row.fee for row in coming.rows]):
        findings.append(found(Code.NEXT_FEES, amount=fee, on=on))
    if coming.interest:
        findings.append(found(Code.NEXT_INTEREST, amount=coming.interest, on=on))
    if coming.refunded:
        findings.append(found(Code.NEXT_REFUNDED, amount=-coming.refunded, on=on))
    if (owed := total([finding.money("amount") for finding in findings])) and coming.credit:
        findings.append(found(Code.NEXT_CREDIT, amount=-min(owed, coming.credit), on=on))
    return tuple(findings) or (found(Code.NEXT_NOTHING, on=on),)
