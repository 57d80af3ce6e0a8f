"""Scoring everybody anew: chunk by chunk, each its own transaction, by several processes where the database allows it.

Reading and scoring are work for a processor, so threads would stand in each other's way. What is done is in the
database: a run may be killed at any point and started again."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import URL

from credit.app import CreditApp
from credit.books import Books
from credit.catalogue import load_catalogue
from credit.front.desk import Desk
from credit.kernel.clock import SystemClock
from credit.kernel.database import Database, open_engine
from credit.monitoring import repository
from credit.monitoring.orders import present_orders
from credit.monitoring.rescoring import rescore
from credit.scoring.card import Scorecard

CHUNK = 2_000
"""Customers a transaction: what is read of them is in memory together."""
AHEAD = 2
"""Chunks a worker that are handed out at a time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Customers scored so far, and how many of them are thin files."""

    customers: int
    thin: int

    def __add__(self, other: Progress) -> Progress:
        return Progress(self.customers + other.customers, self.thin + other.thin)


Watch = Callable[[Progress], None]


def rescore_everybody(
    desk: Desk, card: Scorecard, *, chunk: int = CHUNK, watch: Watch = lambda _so_far: None
) -> Progress:
    """Score everybody with a line on the present business day; who has a score of today is passed over."""
    so_far = Progress(0, 0)
    for customers in _chunks(desk, chunk):
        so_far += desk.writing(lambda books, some=customers: _score(books, card, some))  # type: ignore[misc]
        watch(so_far)
    return so_far


def rescore_in_processes(
    desk: Desk, url: URL, *, workers: int, chunk: int = CHUNK, watch: Watch = lambda _so_far: None
) -> Progress:
    """The same by worker processes, with the scorecard in force. Memory is that of one chunk a worker."""
    so_far, running = Progress(0, 0), set[Future[Progress]]()
    address = url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (address,)) as pool:
        for customers in _chunks(desk, chunk):
            running.add(pool.submit(_work, customers))
            if len(running) >= workers * AHEAD:
                so_far, running = _gather(so_far, running, watch)
        while running:
            so_far, running = _gather(so_far, running, watch)
    return so_far


def _gather(so_far: Progress, running: set[Future[Progress]], watch: Watch) -> tuple[Progress, set[Future[Progress]]]:
    done, left = wait(running, return_when=FIRST_COMPLETED)
    for one in done:
        so_far += one.result()
    watch(so_far)
    return so_far, left


def _chunks(desk: Desk, size: int) -> Iterator[list[UUID]]:
    """Customers to be scored, by id; looked up when they are asked for."""
    last: UUID | None = None

    def look(books: Books, after: UUID | None) -> list[UUID]:
        return repository.not_scored_on(books, books.today, after, size)

    while customers := desk.reading(lambda books, after=last: look(books, after)):  # type: ignore[misc]
        yield customers
        last = customers[-1]


def _score(books: Books, card: Scorecard, customers: Sequence[UUID]) -> Progress:
    books.hold_the_day()
    done = rescore(books, card, customers)
    return Progress(len(customers), sum(one.points is None for one in done.values()))


# ── in a worker ─────────────────────────────────────────────────────────────────────────────────────────────

_desks: list[CreditApp] = []
"""This process's own, once it has begun."""


def _begin(address: str) -> None:
    _desks.append(CreditApp(Database(open_engine(address)), load_catalogue(), SystemClock()))


def _work(customers: list[UUID]) -> Progress:
    card = present_orders().card
    return _desks[0].writing(lambda books: _score(books, card, customers))
