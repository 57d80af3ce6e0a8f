"""Chinese business days: the weekdays less the public holidays, with the working weekends that make up for them.

The holidays of a year are announced in the autumn before it, so the library's knowledge ends somewhere; beyond that the
answer is an error and never a guess."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

from credit.kernel.errors import CreditError, ErrorCode


def is_business_day(day: date) -> bool:
    """Raises CALENDAR_HORIZON for a day whose holidays are not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise CreditError(ErrorCode.CALENDAR_HORIZON, str(error), day=day) from error


def business_day_after(day: date, count: int) -> date:
    """The `count`-th business day after `day`; for 0 the day itself, or the next business day.

    Raises CALENDAR_HORIZON, ValueError for a negative count."""
    if count < 0:
        raise ValueError(f"cannot count {count} days ahead")
    if count == 0:
        return day if is_business_day(day) else business_day_after(day, 1)
    while count:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day
