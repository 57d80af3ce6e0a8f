"""The front door's calls about closing days."""

from __future__ import annotations

from datetime import date

from credit.closing import steps
from credit.closing.run import Desk, Progress, Run, Watch, progress_of


class ClosingCalls:
    """Needs `reading` and `writing` of the class it is mixed into."""

    def close_days(self: Desk, until: date, *, workers: int = 1, watch: Watch | None = None) -> list[date]:
        """Close every business day up to `until`; returns the days opened. Raises CLOSING_WRONG_DAY.

        `watch` is told after each step. A run that was killed is taken up where it stopped."""
        return Run(self, workers=workers, watch=watch).close(until)

    def closing_progress(self: Desk) -> Progress | None:
        """How far the closing under way is; None when no day is being closed."""
        day = self.reading(steps.unfinished)
        return None if day is None else self.reading(lambda books: progress_of(books, day))
