"""When a reminder may be delivered. Times of day are Beijing time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from credit.catalogue.closing import Reminders
from credit.kernel.clock import BUSINESS_ZONE, utc


def is_quiet(instant: datetime, rule: Reminders) -> bool:
    """Whether an aware instant lies in the quiet hours, which pass midnight: from their start, up to their end."""
    at = instant.astimezone(BUSINESS_ZONE).time()
    return at >= rule.quiet_from or at < rule.quiet_to


def earliest(instant: datetime, rule: Reminders) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in; UTC."""
    if not is_quiet(instant, rule):
        return utc(instant)
    local = instant.astimezone(BUSINESS_ZONE)
    day = local.date() + timedelta(days=1) if local.time() >= rule.quiet_from else local.date()
    return utc(datetime.combine(day, rule.quiet_to, BUSINESS_ZONE))


def sending_time(day: date, rule: Reminders) -> datetime:
    """When reminders of a business day are due; UTC."""
    return utc(datetime.combine(day, rule.at, BUSINESS_ZONE))
