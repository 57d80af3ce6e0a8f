"""The front door's calls about closing days and what comes of it: notices and candidates for write-off."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import structlog

from credit.closing import steps
from credit.closing.run import Progress, Run, Watch, progress_of
from credit.front.desk import Desk
from credit.notices import service as notices
from credit.notices.service import PendingNotice
from credit.portfolio.service import Candidate, write_off_candidates

log = structlog.get_logger("credit")


class ClosingCalls:
    """Needs `reading` and `writing` of the class it is mixed into."""

    def close_days(self: Desk, until: date, *, workers: int = 1, watch: Watch | None = None) -> list[date]:
        """Close every business day up to `until`; returns the days opened. Raises CLOSING_WRONG_DAY.

        `watch` is told after each step. A run that was killed is taken up where it stopped."""
        opened = Run(self, workers=workers, watch=watch).close(until)
        for day in opened:
            log.info("day_opened", day=str(day))
        return opened

    def closing_progress(self: Desk) -> Progress | None:
        """How far the closing under way is; None when no day is being closed."""
        day = self.reading(steps.unfinished)
        return None if day is None else self.reading(lambda books: progress_of(books, day))

    def pending_notices(self: Desk, *, most: int = 100) -> list[PendingNotice]:
        """What may be delivered to customers now; nothing within the quiet hours."""
        return self.reading(lambda books: notices.list_pending(books, most=most))

    def withdraw_stale_notices(self: Desk) -> int:
        """Those of earlier business days; returns how many."""
        return self.writing(notices.withdraw_stale)

    def mark_notice_sent(self: Desk, notice_id: UUID) -> bool:
        """False when it was settled before. Raises NOTICE_NOT_FOUND."""
        return self.writing(lambda books: notices.mark_sent(books, notice_id))

    def opt_out_of_notices(self: Desk, customer_id: UUID, kind: str) -> None:
        """Raises CUSTOMER_UNKNOWN, NOTICE_KIND_UNKNOWN, NOTICE_CANNOT_BE_REFUSED."""
        self.writing(lambda books: notices.opt_out(books, customer_id, kind))

    def opt_in_to_notices(self: Desk, customer_id: UUID, kind: str) -> None:
        """Raises CUSTOMER_UNKNOWN, NOTICE_KIND_UNKNOWN."""
        self.writing(lambda books: notices.opt_in(books, customer_id, kind))

    def write_off_candidates(self: Desk, *, most: int = 1000) -> list[Candidate]:
        """Debts late for so long that somebody has to decide about them, longest listed first."""
        return self.reading(lambda books: write_off_candidates(books, most=most))
