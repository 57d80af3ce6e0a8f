"""The schedules this lender sells: cash loans and bill installments, in whole fen.

Interest is actual days × daily rate on what is owed. It is exact until posted, and each posting is
round(cumulative exact) − already posted, so rounding never drifts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import partial
from itertools import pairwise

from credit.kernel.money import PPM, Money, round_half_up
from credit.schedules.annuity import level_amount
from credit.schedules.daycount import month_after, on_day
from credit.schedules.general import Odd
from credit.schedules.rounding import Mode, Rounding

MIN_FIRST_DAYS = 15
"""A loan opened shortly before the shared repayment day is first due a month later."""


class Method(StrEnum):
    """How principal is paid back."""

    LEVEL_PAYMENT = "level_payment"
    LEVEL_PRINCIPAL = "level_principal"
    INTEREST_FIRST = "interest_first"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One due day. `days` are those of its period, `balance` is the principal owed after it is paid."""

    number: int
    due_on: date
    days: int
    principal: Money
    interest: Money
    fee: Money
    balance: Money

    @property
    def total(self) -> Money:
        """What the customer pays on the due day."""
        return self.principal + self.interest + self.fee


def due_dates(
    opened_on: date, term: int, repayment_day: int, *, min_first_days: int = MIN_FIRST_DAYS
) -> tuple[date, ...]:
    """`term` monthly dates on `repayment_day`, moved to the month's last day where the month is shorter.

    The first is the first such day at least `min_first_days` after opening: with the default, 15 to 45 days later,
    and the same day of the next month when the loan is opened on its repayment day.
    Raises ValueError for a term below 1, a day outside 1–31 or min_first_days outside 1–28."""
    if term < 1 or not 1 <= repayment_day <= 31 or not 1 <= min_first_days <= 28:
        raise ValueError(f"no due dates for {term} months on day {repayment_day}, first after {min_first_days} days")
    first = on_day(opened_on.year, opened_on.month, repayment_day)
    while (first - opened_on).days < min_first_days:
        first = month_after(first, day=repayment_day)
    days = [first]
    while len(days) < term:
        days.append(month_after(days[-1], day=repayment_day))
    return tuple(days)


def interest_exact(principal_minor: int, daily_rate_ppm: int, days: int) -> int:
    """Interest in minor units × PPM: divide by PPM, once, when it is posted."""
    return principal_minor * daily_rate_ppm * days


def plan_loan(
    *, principal: Money, daily_rate_ppm: int, opened_on: date, due_on: Sequence[date], method: Method
) -> tuple[PlannedRow, ...]:
    """The schedule of a loan: one row a due date, principal sums to what was lent, the last balance is zero.

    The first day counts, the last does not. A level amount is solved over the actual dates and rounded half up
    to the fen; the last row takes the rest. Raises ValueError for a principal that is not positive, a negative rate,
    no dates, or dates that do not rise from `opened_on`."""
    days = _period_days(opened_on, due_on)
    if principal.minor <= 0 or daily_rate_ppm < 0:
        raise ValueError(f"cannot lend {principal} at {daily_rate_ppm} ppm a day")
    wanted = _principal_rule(principal, daily_rate_ppm, days, method)

    rows: list[PlannedRow] = []
    owed, accrued, posted = principal.minor, 0, 0
    for number, (due, length) in enumerate(zip(due_on, days, strict=True), start=1):
        accrued += interest_exact(owed, daily_rate_ppm, length)
        interest = round_half_up(accrued, PPM) - posted
        posted += interest
        repaid = owed if number == len(days) else min(owed, max(0, wanted(number, interest)))
        owed -= repaid
        rows.append(_row(principal, number, due, length, repaid, interest, 0, owed))
    return tuple(rows)


def plan_installments(
    *,
    principal: Money,
    fee_rate_ppm: int,
    due_on: Sequence[date],
    odd_to_last: bool = True,
    opened_on: date | None = None,
    odd: Odd | None = None,
    fee_rounding: Mode = Mode.HALF_UP,
) -> tuple[PlannedRow, ...]:
    """A bill in installments: equal principal and an equal share of the fee, which is a share of the whole principal.

    Odd fen of both go to the last row, or one each to the earliest rows when `odd_to_last` is off; `odd` overrides it
    and knows a third way, all to the first row. The whole fee is rounded to the fen by `fee_rounding`; FIRST with
    HALF_EVEN is how the fact sheet's large platform does it (S9). A fee does not depend on days; the first row's `days`
    count from `opened_on` and are 0 when it is not told.
    Raises ValueError for a principal that is not positive, a negative rate, no dates, or dates that do not rise."""
    if principal.minor <= 0 or fee_rate_ppm < 0:
        raise ValueError(f"cannot put {principal} into installments at {fee_rate_ppm} ppm")
    if opened_on is None:
        days = (0, *_period_days(due_on[0], due_on[1:])) if len(due_on) > 1 else (0,) * len(due_on)
    else:
        days = _period_days(opened_on, due_on)
    if not days:
        raise ValueError("installments need due dates")
    odd = odd or (Odd.LAST if odd_to_last else Odd.SPREAD)
    whole_fee = Rounding(Fraction(1), fee_rounding)(Fraction(principal.minor * fee_rate_ppm, PPM))
    parts = _split(principal, len(days), odd)
    fees = _split(Money(int(whole_fee), principal.currency), len(days), odd)
    rows: list[PlannedRow] = []
    owed = principal.minor
    for number, (due, length, part, fee) in enumerate(zip(due_on, days, parts, fees, strict=True), start=1):
        owed -= part.minor
        rows.append(_row(principal, number, due, length, part.minor, 0, fee.minor, owed))
    return tuple(rows)


def _split(amount: Money, parts: int, odd: Odd) -> list[Money]:
    shares = amount.split(parts, odd_to_last=odd is not Odd.SPREAD)
    return shares[::-1] if odd is Odd.FIRST else shares


type PrincipalRule = Callable[[int, int], int]
"""Row number and the row's interest, both minor units → principal wanted in that row."""


def _principal_rule(principal: Money, daily_rate_ppm: int, days: Sequence[int], method: Method) -> PrincipalRule:
    match method:
        case Method.LEVEL_PAYMENT:
            exact = level_amount(principal.minor, [Fraction(daily_rate_ppm * length, PPM) for length in days])
            level = round_half_up(exact.numerator, exact.denominator)
            return lambda _number, interest: level - interest
        case Method.LEVEL_PRINCIPAL:
            parts = principal.split(len(days))
            return lambda number, _interest: parts[number - 1].minor
        case Method.INTEREST_FIRST:
            return lambda _number, _interest: 0


def _period_days(opened_on: date, due_on: Sequence[date]) -> tuple[int, ...]:
    days = tuple((later - earlier).days for earlier, later in pairwise((opened_on, *due_on)))
    if not days or min(days) < 1:
        raise ValueError(f"due dates must rise from {opened_on}, got {[str(day) for day in due_on]}")
    return days


def _row(
    lent: Money, number: int, due: date, days: int, principal: int, interest: int, fee: int, balance: int
) -> PlannedRow:
    in_currency = partial(Money, currency=lent.currency)
    return PlannedRow(
        number=number,
        due_on=due,
        days=days,
        principal=in_currency(principal),
        interest=in_currency(interest),
        fee=in_currency(fee),
        balance=in_currency(balance),
    )
