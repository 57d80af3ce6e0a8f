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
from credit.schedules.daycount import add_months, months_between

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


def american_apr(
    advance: Decimal,
    payments: Sequence[UnitPayment],
    *,
    unit_periods_a_year: int,
    later_advances: Sequence[UnitPayment] = (),
) -> Decimal:
    """The nominal yearly rate by the actuarial method (Regulation Z, appendix J).

    Whole unit-periods compound, the odd part in front of them earns simple interest. `advance` is paid out at the
    start, `later_advances` after it; all amounts are positive. `unit_periods_a_year`: 12 for months, 24 for half
    months, 4 for quarters, 52 for weeks, 365 for days, 1 for years. Raises ValueError when no rate fits."""

    def value(flow: UnitPayment, factor: Decimal) -> Decimal:
        rate = 1 / factor - 1
        return flow.amount * factor**flow.whole / (1 + rate * flow.part.numerator / flow.part.denominator)

    def worth(factor: Decimal) -> Decimal:
        advanced = sum((value(later, factor) for later in later_advances), advance)
        return advanced - sum((value(payment, factor) for payment in payments), Decimal(0))

    with localcontext(prec=DIGITS):
        return unit_periods_a_year * (1 / find_root(worth, near=Decimal(1)) - 1)


def european_years(start: date, on: date) -> Fraction:
    """The years from a first drawdown to a day, as directive 2014/17/EU, annex I, counts them.

    Whole months are counted back from `on`; what is left are days, over the 365 or 366 days of the year that ends
    where they do. Raises ValueError when `on` lies before `start`."""
    months, rest_from = _whole_steps_back(start, on, months_a_step=1)
    year = (rest_from - add_months(rest_from, -12)).days
    return Fraction(months, 12) + Fraction((rest_from - start).days, year)


_DAYS_OF_UNIT = {1: 30, 2: 60, 3: 90, 6: 180, 12: 365}


def unit_periods(advanced_on: date, on: date, *, months_a_unit: int = 1) -> tuple[int, Fraction]:
    """Whole unit-periods from an advance to a payment and the odd part before them (Regulation Z, appendix J (b)(5)).

    Units are counted back from the payment; odd days are days over 30 a month, over 365 for a unit of a year. Raises
    ValueError for a unit other than 1, 2, 3, 6 or 12 months, or a payment before the advance."""
    if months_a_unit not in _DAYS_OF_UNIT:
        raise ValueError(f"no unit-period of {months_a_unit} months")
    whole, rest_from = _whole_steps_back(advanced_on, on, months_a_step=months_a_unit)
    return whole, Fraction((rest_from - advanced_on).days, _DAYS_OF_UNIT[months_a_unit])


def _whole_steps_back(start: date, on: date, *, months_a_step: int) -> tuple[int, date]:
    """How many whole steps fit between the days, counted back from `on`, and the day they lead back to."""
    if on < start:
        raise ValueError(f"{on} lies before {start}")
    steps = months_between(start, on) // months_a_step
    while add_months(on, -months_a_step * steps) < start:
        steps -= 1
    return steps, add_months(on, -months_a_step * steps)
