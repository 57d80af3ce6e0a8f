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
    ACTUAL_ACTUAL = "actual/actual"
    """Each day by the length of its own year; the night into 1 January belongs to the new year."""
    THIRTY_360 = "30/360"
    """Every month has 30 days (the bond basis)."""
    WHOLE_MONTHS = "whole months"
    """A twelfth for every calendar month, whatever the days."""


_FIXED_YEARS = {DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364, DayCount.ACTUAL_365: 365}


def year_fraction(start: date, end: date, count: DayCount) -> Fraction:
    """The part of a year from `start` to `end`, exact. Raises ValueError when they are in the wrong order."""
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    match count:
        case DayCount.WHOLE_MONTHS:
            return Fraction(months_between(start, end), 12)
        case DayCount.THIRTY_360:
            first = min(start.day, 30)
            last = 30 if end.day == 31 and first == 30 else end.day
            return Fraction(30 * months_between(start, end) + last - first, 360)
        case DayCount.ACTUAL_ACTUAL:
            return _by_calendar_years(start, end)
        case _:
            return Fraction((end - start).days, _FIXED_YEARS[count])


def period_rates(yearly: Fraction, boundaries: Sequence[date], count: DayCount) -> tuple[Fraction, ...]:
    """The simple rate of each period between neighbouring boundaries (the opening day first)."""
    return tuple(yearly * year_fraction(start, end, count) for start, end in pairwise(boundaries))


def _by_calendar_years(start: date, end: date) -> Fraction:
    if start.year == end.year:
        return Fraction((end - start).days, _days_in(end.year))
    in_first = Fraction((date(start.year, 12, 31) - start).days, _days_in(start.year))
    in_last = Fraction((end - date(end.year - 1, 12, 31)).days, _days_in(end.year))
    return in_first + (end.year - start.year - 1) + in_last


def _days_in(year: int) -> int:
    return 366 if isleap(year) else 365
