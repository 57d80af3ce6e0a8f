"""Closing days of a lender of any size: range by range, each its own transaction, by several workers.

What is done is in the database (`closing_steps`), together with what it wrote. So a run may be killed at any point and
started again, and two runs at once share the ranges between them; see docs/decisions/0010-closing.md."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Event, Lock

from sqlalchemy import func, select

from credit.books import Books
from credit.closing import service, steps
from credit.closing.models import ClosingStep
from credit.customers.models import Customer
from credit.front.desk import Desk
from credit.kernel.errors import CreditError, ErrorCode


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a day is: steps done, of how many."""

    day: date
    done: int
    steps: int


Watch = Callable[[Progress], None]


class Run:
    """Closes business days up to one. Workers are threads, each with a connection of its own."""

    def __init__(self, desk: Desk, *, workers: int = 1, watch: Watch | None = None) -> None:
        if workers < 1:
            raise ValueError(f"a run needs a worker, not {workers}")
        self._desk, self._workers, self._watch = desk, workers, watch
        self._telling = Lock()

    def close(self, until: date) -> list[date]:
        """Close every day before `until`; returns the days that this run opened.

        A day that was begun is finished first. Raises CLOSING_WRONG_DAY, LEDGER_OUT_OF_BALANCE: the day stays
        unfinished then, and no later one can be closed."""
        day, fits = self._desk.reading(lambda books: (service.check_target(books, until), _fits_in_one(books)))
        opened: list[date] = []
        while day < until:
            if fits:
                opened.append(self._desk.writing(lambda books, day=day: service.close_day(books, day), closing=True))  # type: ignore[misc]
                self._tell(day)
            elif self._close_in_steps(day):
                opened.append(day + timedelta(days=1))
            day, fits = self._desk.reading(lambda books: _ahead(books, until))
        return opened

    def _close_in_steps(self, day: date) -> bool:
        """False when another run was faster."""
        try:
            self._desk.writing(lambda books: steps.begin(books, day), closing=True)
        except CreditError as refusal:
            if refusal.code is ErrorCode.CLOSING_WRONG_DAY and self._desk.reading(steps.day_to_close) > day:
                return False
            raise
        self._tell(day)
        stop = Event()
        with ThreadPoolExecutor(self._workers, thread_name_prefix="closing") as pool:
            workers = [pool.submit(self._work, day, stop) for _ in range(self._workers)]
        for worker in workers:
            worker.result()
        # Ranges that were passed over: a customer, or another run, was at them.
        while self._close_next(day, wait=True):
            pass
        # All sums of one moment; customers go on meanwhile.
        principal = self._desk.reading(lambda books: service.check_day(books, day))
        finished = self._desk.writing(lambda books: _finish(books, day, principal))
        self._tell(day)
        return finished

    def _work(self, day: date, stop: Event) -> None:
        try:
            while not stop.is_set() and self._close_next(day, wait=False):
                pass
        except BaseException:
            stop.set()
            raise

    def _close_next(self, day: date, *, wait: bool) -> bool:
        def work(books: Books) -> bool:
            books.hold_the_day()
            step = steps.take(books, day, wait=wait)
            if step is None:
                return False
            service.close_range(books, step)
            return True

        closed = self._desk.writing(work)
        if closed:
            self._tell(day)
        return closed

    def _tell(self, day: date) -> None:
        if self._watch is None:
            return
        with self._telling:
            self._watch(self._desk.reading(lambda books: progress_of(books, day)))


def progress_of(books: Books, day: date) -> Progress:
    """How far the closing of a day is; nothing of nothing when it was not begun."""
    rows = books.session.execute(
        select(ClosingStep.state, func.count()).where(ClosingStep.day == day).group_by(ClosingStep.state)
    )
    counted: dict[str, int] = {state: number for state, number in rows}  # noqa: C416
    return Progress(day, counted.get("done", 0), sum(counted.values()))


def _ahead(books: Books, until: date) -> tuple[date, bool]:
    """The next day to close, and whether it fits in one transaction, which nobody asks of the last one."""
    day = steps.day_to_close(books)
    return day, day < until and _fits_in_one(books)


def _fits_in_one(books: Books) -> bool:
    """Whether the day can be closed in one transaction: not begun yet, and all customers are one range."""
    if steps.unfinished(books) is not None:
        return False
    size = books.catalogue.closing.customers_a_step
    some = select(Customer.id).limit(size + 1).subquery()
    return int(books.session.scalar(select(func.count()).select_from(some)) or 0) <= size


def _finish(books: Books, day: date, principal: int) -> bool:
    step = steps.take_finish(books, day)
    if step is None:
        return False
    service.finish_day(books, step, principal)
    return True
