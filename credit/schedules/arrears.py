"""How late a debt is, and which class that puts it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ArrearsClass:
    """A class for days past due from `first_day` up to the next class."""

    code: str
    first_day: int


def days_past_due(oldest_unpaid_due: date | None, on: date) -> int:
    """Days since the oldest unpaid due day; 0 on the day itself, before it, and when nothing is unpaid."""
    return max(0, (on - oldest_unpaid_due).days) if oldest_unpaid_due else 0


def arrears_class(days: int, classes: Sequence[ArrearsClass]) -> ArrearsClass:
    """The class with the highest first day not above `days`. Raises ValueError when every class starts later."""
    reached = [known for known in classes if known.first_day <= days]
    if not reached:
        raise ValueError(f"no class for {days} days")
    return max(reached, key=lambda known: known.first_day)
