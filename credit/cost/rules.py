"""The yearly cost shown beside every price, in the two forms the disclosure rules know, and the cap on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from credit.cost.rates import DIGITS, discount_factor
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import DAYS_IN_YEAR, PPM, Money, percent
from credit.schedules.daycount import lie_on_one_monthly_day, months_between

MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money changing hands: positive when the customer receives it, negative when the customer pays it."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class YearlyCost:
    """Parts per million a year: `simple` is 12 × the monthly rate, `compound` the effective yearly rate."""

    simple_ppm: int
    compound_ppm: int

    @property
    def highest_ppm(self) -> int:
        """What a cap is tested on: the rules do not say which of the two they mean."""
        return max(self.simple_ppm, self.compound_ppm)


def yearly_cost(flows: Sequence[CashFlow]) -> YearlyCost:
    """Both yearly rates of dated cash flows; what is paid on the day of receipt simply lowers what was received.

    Compound: the rate that makes sum(amount / (1 + rate)^(days / 365)) zero, days counted from the first flow.
    Simple: 12 × the monthly internal rate. When all dates are the same day of the month (short months by their last
    day) the periods are whole months, so 28 and 31 days weigh the same. Otherwise, as with a first period of its own
    length, the monthly rate is the daily one compounded over 365/12 days, which agrees with whole months to a few
    hundredths of a percent. Rounded half up to the ppm; negative when more was received than is paid.
    Raises ValueError when the flows do not go both ways or lie on one day."""
    if len({flow.amount.currency for flow in flows}) > 1:
        raise ValueError("cash flows must be in one currency")
    moving = [flow for flow in flows if flow.amount]
    if len({flow.on for flow in moving}) < 2:
        raise ValueError("a yearly cost needs flows on at least two days")
    start = min(flow.on for flow in moving)
    daily = discount_factor([((flow.on - start).days, Decimal(flow.amount.minor)) for flow in moving])
    with localcontext(prec=DIGITS):
        compound = daily**-DAYS_IN_YEAR - 1
        if lie_on_one_monthly_day([flow.on for flow in moving]):
            months = [(months_between(start, flow.on), Decimal(flow.amount.minor)) for flow in moving]
            monthly = 1 / discount_factor(months) - 1
        else:
            monthly = daily ** (Decimal(-DAYS_IN_YEAR) / MONTHS_IN_YEAR) - 1
        return YearlyCost(simple_ppm=_ppm(MONTHS_IN_YEAR * monthly), compound_ppm=_ppm(compound))


def refuse_above_cap(cost: YearlyCost, cap_ppm: int) -> None:
    """Raises CreditError(COST_ABOVE_CAP) when the higher of the two rates is above the cap.

    Its facts `cost` and `cap` are percent a year as people read them, such as `24.20`."""
    if cost.highest_ppm > cap_ppm:
        raise CreditError(
            ErrorCode.COST_ABOVE_CAP,
            f"{cost.highest_ppm} ppm a year, allowed {cap_ppm}",
            cost=percent(cost.highest_ppm),
            cap=percent(cap_ppm),
        )


def _ppm(rate: Decimal) -> int:
    return int((rate * PPM).quantize(Decimal(1), rounding=ROUND_HALF_UP))
