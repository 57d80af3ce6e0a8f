"""What if: pay the minimum, split the bill, borrow for it, repay a loan early; in yuan and yearly cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from credit.explain.findings import Code, Finding, Findings, Proof, found
from credit.kernel.money import ZERO, Money

PAY_NOW, PAY_MINIMUM, INSTALLMENT, BORROW = "pay_now", "pay_minimum", "installment", "borrow"
NEW_DEBT = frozenset({INSTALLMENT, BORROW})
"""Ways that put off debt at a price: none of them for somebody late or in hardship."""


@dataclass(frozen=True, slots=True)
class WayFact:
    """One way to settle the open bill: what is paid now and later, and its price."""

    way: str
    today: Money
    later: Money
    """The largest later payment."""
    count: int
    """Later payments."""
    cost: Money
    """Interest and fees."""
    simple_ppm: int
    compound_ppm: int


@dataclass(frozen=True, slots=True)
class PrepayFact:
    """A running loan settled today: `saved` is planned interest that would not be charged any more."""

    loan_id: UUID
    opened_on: date
    principal: Money
    payoff: Money
    saved: Money
    simple_ppm: int
    compound_ppm: int


@dataclass(frozen=True, slots=True)
class WhatIfFacts:
    """`ways` are those that are possible. `asked_to_borrow`: the customer named borrowing for the bill themself."""

    is_late: bool = False
    in_hardship: bool = False
    asked_to_borrow: bool = False
    ways: tuple[WayFact, ...] = ()
    prepay: tuple[PrepayFact, ...] = ()


def what_if_findings(facts: WhatIfFacts) -> Findings:
    """Each way with its price, the cheapest first, then what repaying early saves. IF_NOTHING_OWED without a debt.

    Borrowing to repay is among them only when the customer asked for it, and neither it nor splitting for somebody
    late or in hardship: the assistant never leads them to new debt."""
    ways = sorted((way for way in facts.ways if _may_be_told(facts, way)), key=lambda way: way.cost)
    findings = (*(_way(way) for way in ways), *_prepay(facts))
    return findings or (found(Code.IF_NOTHING_OWED),)


def _may_be_told(facts: WhatIfFacts, way: WayFact) -> bool:
    if way.way in NEW_DEBT and (facts.is_late or facts.in_hardship):
        return False
    return way.way != BORROW or facts.asked_to_borrow


WAYS = {
    PAY_NOW: Code.IF_PAY_NOW,
    PAY_MINIMUM: Code.IF_MINIMUM,
    INSTALLMENT: Code.IF_SPLIT,
    BORROW: Code.IF_BORROW,
}


def _way(way: WayFact) -> Finding:
    price: Proof = {"simple_ppm": way.simple_ppm, "compound_ppm": way.compound_ppm}
    return found(WAYS[way.way], today=way.today, later=way.later, term=way.count, cost=way.cost, **price)


def _prepay(facts: WhatIfFacts) -> Iterator[Finding]:
    for loan in sorted(facts.prepay, key=lambda loan: -loan.saved.minor):
        if loan.saved > ZERO:
            price: Proof = {"simple_ppm": loan.simple_ppm, "compound_ppm": loan.compound_ppm}
            whose: Proof = {"principal": loan.principal, "opened_on": loan.opened_on, "loan": loan.loan_id}
            yield found(Code.IF_PREPAID, payoff=loan.payoff, saved=loan.saved, **whose, **price)
