"""Yearly rates in the conventions of the world: internal rate, dated internal rate, European APRC, American APR.

Flows are signed amounts in any unit; which side is positive does not matter. Rates are Decimal fractions
(0.1280 is 12.80 %), exact far beyond a part per million. All raise ValueError when no rate fits the flows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from math import lcm

from credit.cost.rates import DIGITS, discount_factor, find_root

DAYS_IN_YEAR = 365


def internal_rate(amounts: Sequence[Decimal]) -> Decimal:
    """The rate of one period for amounts one period apart."""
    with localcontext(prec=DIGITS):
        return 1 / discount_factor(list(enumerate(amounts))) - 1


def effective_yearly(of_period: Decimal, periods_a_year: int = 12) -> Decimal:
    """The yearly rate of a period's rate with interest on interest."""
    with localcontext(prec=DIGITS):
        return (1 + of_period) ** periods_a_year - 1


def dated_internal_rate(flows: Sequence[tuple[date, Decimal]]) -> Decimal:
    """The effective yearly rate over actual days / 365 from the earliest date (XIRR)."""
    start = min(on for on, _ in flows)
    return european_aprc([(Fraction((on - start).days, DAYS_IN_YEAR), amount) for on, amount in flows])


def european_aprc(flows: Sequence[tuple[Fraction, Decimal]]) -> Decimal:
    """The effective yearly rate for amounts at times in years (directive 2014/17/EU, annex I).

    A month is 1/12 and a day 1/365 of a year; the caller says how its dates become years."""
    steps_a_year = lcm(*(years.denominator for years, _ in flows))
    step = discount_factor([(int(years * steps_a_year), amount) for years, amount in flows])
    with localcontext(prec=DIGITS):
        return step**-steps_a_year - 1


@dataclass(frozen=True, slots=True)
class UnitPayment:
    """A payment `whole` unit-periods and a `part` of one after the advance."""

    amount: Decimal
    whole: int
    part: Fraction = Fraction(0)


def american_apr(advance: Decimal, payments: Sequence[UnitPayment], *, unit_periods_a_year: int) -> Decimal:
    """The nominal yearly rate by the actuarial method (Regulation Z, appendix J).

    Whole unit-periods compound, the odd part in front of them earns simple interest."""

    def worth(factor: Decimal) -> Decimal:
        rate = 1 / factor - 1
        paid = (
            payment.amount * factor**payment.whole / (1 + rate * payment.part.numerator / payment.part.denominator)
            for payment in payments
        )
        return advance - sum(paid, Decimal(0))

    with localcontext(prec=DIGITS):
        return unit_periods_a_year * (1 / find_root(worth, near=Decimal(1)) - 1)
