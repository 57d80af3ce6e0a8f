"""What being late has cost so far, and what it costs from tomorrow. Pure: the closing's own arithmetic, told ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from credit.explain.findings import Code, Finding, Findings, Proof, found
from credit.kernel.money import DAYS_IN_YEAR, PPM, ZERO, Money, round_half_up, total

MONTH = 30
"""Days of "a month" of cost: a figure to compare with, not a due day."""

BILL, LOAN = "bill", "loan"


@dataclass(frozen=True, slots=True)
class Bearing:
    """What bears a daily cost, and its exact counter: minor units × PPM, and minor units posted of it."""

    daily_ppm: int
    exact: int
    posted: int

    def cost(self, exact_more: int) -> Money:
        """What is posted when the counter moves on by `exact_more`: the ledger's own rounding."""
        return Money(round_half_up(self.exact + exact_more, PPM) - self.posted)


@dataclass(frozen=True, slots=True)
class LateDebt:
    """A missed debt. `missed` are the due days with the principal that bears penalty; `due` ends the lateness."""

    kind: str
    id: UUID
    opened_on: date | None
    """Of the loan."""
    missed: tuple[tuple[date, Money], ...]
    due: Money
    penalty_owed: Money
    penalty_paid: Money
    """Since the first missed due day."""
    penalty: Bearing

    @property
    def since(self) -> date:
        return min(due_on for due_on, _ in self.missed)

    @property
    def principal(self) -> Money:
        return total([amount for _, amount in self.missed])


@dataclass(frozen=True, slots=True)
class Revolving:
    """Billed principal after its due day of which the minimum was paid: it bears interest, and nobody is late."""

    principal: Money
    interest: Bearing


@dataclass(frozen=True, slots=True)
class ComingDebt:
    """What is due next and what of its principal would bear penalty, were it missed."""

    kind: str
    due_on: date
    due: Money
    principal: Money
    penalty_ppm: int


@dataclass(frozen=True, slots=True)
class LateFacts:
    today: date
    grace_days: int
    late: tuple[LateDebt, ...] = ()
    revolving: Revolving | None = None
    coming: tuple[ComingDebt, ...] = ()
    rates: tuple[tuple[str, int], ...] = ()
    """Daily penalty rate of every product the customer has."""


def late_findings(facts: LateFacts, kind: str | None = None) -> Findings:
    """Every late debt, the longest first, with what ends it; what it has cost; what a day and a month will.

    `kind` looks at the bill or at loans alone. Without lateness LATE_NOT, then what missing the next due day would
    cost. The `amount` of the debts sums to what ends all lateness, their penalties to LATE_SO_FAR."""
    mine = sorted((debt for debt in facts.late if kind in {None, debt.kind}), key=lambda debt: debt.since)
    late = [debt for debt in mine if (facts.today - debt.since).days > facts.grace_days]
    grace = [debt for debt in mine if debt not in late]
    findings = [*(_late(facts.today, debt) for debt in late)]
    if late:
        findings += _costs(facts, late)
    findings += [_in_grace(debt, facts.grace_days) for debt in grace]
    if not mine:
        findings.append(found(Code.LATE_NOT, grace=facts.grace_days))
    if facts.revolving is not None and facts.revolving.principal and kind in {None, BILL}:
        findings.append(_revolves(facts.revolving))
    if not late:
        findings += [*_would_cost(facts, kind)]
    return tuple(findings)


def cost_of_days(debt: LateDebt, today: date, days: int, *, grace_days: int) -> Money:
    """The penalty that closing the next `days` days will post, today's first, when nothing is paid.

    As `credit.closing.accrual`: a day counts for a due day missed at least `grace_days` before it, and on the bill the
    night after the due day is free in any case."""
    free = max(1, grace_days) if debt.kind == BILL else grace_days
    exact = sum(
        amount.minor * debt.penalty.daily_ppm
        for ahead in range(days)
        for due_on, amount in debt.missed
        if (today + timedelta(days=ahead) - due_on).days >= free
    )
    return debt.penalty.cost(exact)


def _late(today: date, debt: LateDebt) -> Finding:
    rates: Proof = {"daily_ppm": debt.penalty.daily_ppm, "yearly_ppm": debt.penalty.daily_ppm * DAYS_IN_YEAR}
    return found(
        Code.LATE_BILL if debt.kind == BILL else Code.LATE_LOAN,
        days=(today - debt.since).days,
        since=debt.since,
        amount=debt.due,
        principal=debt.principal,
        penalty=debt.penalty_owed,
        opened_on=debt.opened_on,
        debt=debt.id,
        **rates,
    )


def _costs(facts: LateFacts, late: list[LateDebt]) -> Iterator[Finding]:
    so_far = total([debt.penalty_owed + debt.penalty_paid for debt in late])
    owed = total([debt.penalty_owed for debt in late])
    yield found(Code.LATE_SO_FAR, amount=so_far, owed=owed)
    day, month = (
        total([cost_of_days(debt, facts.today, days, grace_days=facts.grace_days) for debt in late])
        for days in (1, MONTH)
    )
    rate = max(debt.penalty.daily_ppm for debt in late)
    yield found(Code.LATE_FROM_TOMORROW, amount=day, month=month, daily_ppm=rate, yearly_ppm=rate * DAYS_IN_YEAR)


def _in_grace(debt: LateDebt, grace_days: int) -> Finding:
    until = debt.since + timedelta(days=grace_days)
    return found(Code.LATE_IN_GRACE, amount=debt.due, since=debt.since, until=until, where=debt.kind)


def _revolves(revolving: Revolving) -> Finding:
    bearing = revolving.interest
    day, month = (bearing.cost(revolving.principal.minor * bearing.daily_ppm * days) for days in (1, MONTH))
    rates: Proof = {"daily_ppm": bearing.daily_ppm, "yearly_ppm": bearing.daily_ppm * DAYS_IN_YEAR}
    return found(Code.LATE_REVOLVES, amount=day, month=month, principal=revolving.principal, **rates)


def _would_cost(facts: LateFacts, kind: str | None) -> Iterator[Finding]:
    """The next due days; without any, the rates alone."""
    coming = [debt for debt in facts.coming if kind in {None, debt.kind} and debt.principal > ZERO]
    for debt in sorted(coming, key=lambda debt: debt.due_on):
        day, month = (Money(round_half_up(debt.principal.minor * debt.penalty_ppm * days, PPM)) for days in (1, MONTH))
        rates: Proof = {"daily_ppm": debt.penalty_ppm, "yearly_ppm": debt.penalty_ppm * DAYS_IN_YEAR}
        code = Code.LATE_WOULD_COST_BILL if debt.kind == BILL else Code.LATE_WOULD_COST_LOAN
        yield found(code, due_on=debt.due_on, due=debt.due, amount=day, month=month, **rates)
    if not coming:
        for product, ppm in facts.rates:
            if kind is None or (kind == BILL) == (product == "paylater"):
                yield found(Code.LATE_RATE, product=product, daily_ppm=ppm, yearly_ppm=ppm * DAYS_IN_YEAR)
