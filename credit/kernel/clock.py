"""The system clock is read in one place, by one class."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Gives instants. The business date is not here: it is the ledger's own and moves when a day is closed."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The only reader of the machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock for tests and for playing history: stands still until told."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, **by: float) -> None:
        self._at += timedelta(**by)


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime is not an instant")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def midday(day: date) -> datetime:
    """An instant inside the business day, for events that only have a date."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=BUSINESS_ZONE).astimezone(UTC)
