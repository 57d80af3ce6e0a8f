"""Calendar arithmetic: monthly dates, and how much of a year lies between two dates."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise


def on_day(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last day where the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(start: date, months: int, *, day: int | None = None) -> date:
    """`start` moved by whole months, to `day` of the month (its own day unless told), never past the month's end."""
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    return on_day(year, month0 + 1, day or start.day)


def month_after(start: date, *, day: int) -> date:
    """`day` of the month that follows `start`'s month."""
    return add_months(start, 1, day=day)


def months_between(earlier: date, later: date) -> int:
    """Calendar months from one date's month to the other's, whatever the days."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def lie_on_one_monthly_day(days: Iterable[date]) -> bool:
    """Whether all dates are the same day of the month, short months counted by their last day."""
    known = list(days)
    anchor = max(day.day for day in known)
    return all(day == on_day(day.year, day.month, anchor) for day in known)


class DayCount(StrEnum):
    """How the time between two dates becomes a part of a year. The first day counts, the last does not."""

    ACTUAL_360 = "actual/360"
    ACTUAL_364 = "actual/364"
    ACTUAL_365 = "actual/365"
    """Also called actual/365 fixed: a leap year is a little more than one."""
    ACTUAL_366 = "actual/366"
    ACTUAL_365_25 = "actual/365.25"
    NO_LEAP_365 = "no leap/365"
    """As actual/365, 29 February left out of the days."""
    ACTUAL_ACTUAL = "actual/actual"
    """Each day by the length of its own year; the night into 1 January belongs to the new year."""
    ACTUAL_ACTUAL_ISDA = "actual/actual ISDA"
    """Each day by the length of its own year; the night into 1 January belongs to the old year."""
    THIRTY_360 = "30/360"
    """Every month has 30 days (the bond basis): a 31st ends as a 30th only when the start is a 30th or 31st."""
    THIRTY_E_360 = "30E/360"
    """The Eurobond basis: every 31st is a 30th."""
    THIRTY_E_360_ISDA = "30E/360 ISDA"
    """As 30E/360, and the last day of February is a 30th too."""
    THIRTY_US_360 = "30U/360"
    """The bond basis, and a last day of February that starts a period is a 30th, as is one that ends it then."""
    WHOLE_MONTHS = "whole months"
    """A twelfth for every calendar month, whatever the days."""
    MONTHS_OF_30_365 = "30-day months/365"
    """30 days for every calendar month, whatever the days, in a year of 365."""


_FIXED_YEARS = {
    DayCount.ACTUAL_360: Fraction(360),
    DayCount.ACTUAL_364: Fraction(364),
    DayCount.ACTUAL_365: Fraction(365),
    DayCount.ACTUAL_366: Fraction(366),
    DayCount.ACTUAL_365_25: Fraction(1461, 4),
}
_DAYS_OF_MONTHS_OF_30 = {
    DayCount.THIRTY_360,
    DayCount.THIRTY_E_360,
    DayCount.THIRTY_E_360_ISDA,
    DayCount.THIRTY_US_360,
}


def year_fraction(start: date, end: date, count: DayCount) -> Fraction:
    """The part of a year from `start` to `end`, exact. Raises ValueError when they are in the wrong order."""
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    if count in _DAYS_OF_MONTHS_OF_30:
        first, last = _days_of_30(start, end, count)
        return Fraction(30 * months_between(start, end) + last - first, 360)
    match count:
        case DayCount.WHOLE_MONTHS:
            return Fraction(months_between(start, end), 12)
        case DayCount.MONTHS_OF_30_365:
            return Fraction(30 * months_between(start, end), 365)
        case DayCount.ACTUAL_ACTUAL:
            return _by_calendar_years(start, end, last_of_year=31)
        case DayCount.ACTUAL_ACTUAL_ISDA:
            return _by_calendar_years(start, end, last_of_year=32)
        case DayCount.NO_LEAP_365:
            return Fraction((end - start).days - _leap_days(start, end), 365)
        case _:
            return (end - start).days / _FIXED_YEARS[count]


def period_rates(yearly: Fraction, boundaries: Sequence[date], count: DayCount) -> tuple[Fraction, ...]:
    """The simple rate of each period between neighbouring boundaries (the opening day first)."""
    return tuple(yearly * year_fraction(start, end, count) for start, end in pairwise(boundaries))


def is_last_of_february(day: date) -> bool:
    """28 February, or 29 in a leap year."""
    return day.month == 2 and day == on_day(day.year, 2, 31)


def _days_of_30(start: date, end: date, count: DayCount) -> tuple[int, int]:
    """The days of the month that both ends count as."""
    first, last = min(start.day, 30), end.day
    match count:
        case DayCount.THIRTY_E_360:
            return first, min(last, 30)
        case DayCount.THIRTY_E_360_ISDA:
            return (30 if is_last_of_february(start) else first), (30 if is_last_of_february(end) else min(last, 30))
        case DayCount.THIRTY_US_360 if is_last_of_february(start):
            return 30, (30 if is_last_of_february(end) else min(last, 30))
        case _:
            return first, (30 if last == 31 and first == 30 else last)


def _by_calendar_years(start: date, end: date, *, last_of_year: int) -> Fraction:
    """Days of each year over its length; `last_of_year` is the day of December (32: 1 January) that ends a year."""
    if start.year == end.year:
        return Fraction((end - start).days, _days_in(end.year))
    carried = last_of_year - 31
    in_first = Fraction((date(start.year, 12, 31) - start).days + carried, _days_in(start.year))
    in_last = Fraction((end - date(end.year - 1, 12, 31)).days - carried, _days_in(end.year))
    return in_first + (end.year - start.year - 1) + in_last


def _leap_days(start: date, end: date) -> int:
    """How many 29ths of February lie after `start` and not after `end`."""
    years = (year for year in range(start.year, end.year + 1) if isleap(year))
    return sum(start < date(year, 2, 29) <= end for year in years)


def _days_in(year: int) -> int:
    return 366 if isleap(year) else 365
