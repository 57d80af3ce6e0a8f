"""Calendar arithmetic: monthly dates and the ways of counting days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


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


def lie_on_one_monthly_day(days: list[date]) -> bool:
    """Whether all dates are the same day of the month, short months counted by their last day."""
    anchor = max(day.day for day in days)
    return all(day == on_day(day.year, day.month, anchor) for day in days)
