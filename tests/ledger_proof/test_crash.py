"""A writer is killed at 100 random moments on each database; the books must be whole each time."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from credit.kernel.database import Database
from credit.ledger.audit import check_books
from tests.ledger_proof.databases import Maker, engine_of, raw
from tests.ledger_proof.trade import open_trade
from tests.ledger_proof.writer import CUSTOMERS, WARMING, request_ids

KILLS = 100
MOST_BEFORE = 5
"""A writer dies after this many acknowledged transactions at most, and a moment more."""
LONGEST_MOMENT = 0.03
"""Seconds; about two transactions long, so that death comes before, in and after a commit."""


class Mother:
    """The process that forks writers; see tests.ledger_proof.writer."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._pending = b""

    def ask(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def heard(self, until: float | None) -> list[str] | None:
        """The next line in words; None when none came before `until` (monotonic seconds)."""
        assert self._process.stdout is not None
        while b"\n" not in self._pending:
            wait = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([self._process.stdout], [], [], wait)[0]:
                return None
            piece = os.read(self._process.stdout.fileno(), 65536)
            assert piece, "the mother of the writers has died"
            self._pending += piece
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode().split()


@contextmanager
def mother(url: str, seed: int) -> Iterator[Mother]:
    command = [sys.executable, "-m", "tests.ledger_proof.writer", url, str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Mother(process)
        finally:
            process.kill()


def life_of_a_writer(writers: Mother, line: str, before: int, moment: float) -> list[tuple[int, int]]:
    """Let a writer acknowledge `before` transactions, kill it a moment later. Returns all it acknowledged, in order."""
    writers.ask(line)
    told = writers.heard(None)
    assert told is not None
    assert told[0] == "pid"
    pid = int(told[1])
    done: list[tuple[int, int]] = []
    end: float | None = None
    while True:
        if len(done) >= before and end is None:
            end = time.monotonic() + moment
        told = writers.heard(end)
        if told is None:
            break
        assert told[0] == "done", f"the writer ended by itself: {told}"
        done.append((int(told[1]), int(told[2])))
    os.kill(pid, signal.SIGKILL)
    while (told := writers.heard(None)) is not None and told[0] == "done":
        done.append((int(told[1]), int(told[2])))
    assert told == ["dead", str(-signal.SIGKILL)]
    return done


class Look:
    """The books as they lie there after a kill, through the driver alone."""

    def __init__(self, connection: Any, *, mark: str) -> None:
        self._connection = connection
        self._mark = mark

    def postings(self, requests: list[str]) -> list[int]:
        """How many postings each request has left; -1 without a journal."""
        rows = self._connection.execute(
            "SELECT j.request_id, COUNT(p.line) FROM journals AS j LEFT JOIN postings AS p ON p.journal_id = j.id"
            f" WHERE j.request_id IN ({', '.join([self._mark] * len(requests))}) GROUP BY j.id",
            requests,
        )
        found = dict(rows.fetchall())
        return [found.get(request, -1) for request in requests]

    def is_there(self, requests: list[str]) -> bool:
        """Whether a transaction of unknown fate is there. It must be there whole or not at all."""
        postings = self.postings(requests)
        assert postings in ([4] * len(requests), [-1] * len(requests)), f"{requests} left {postings} postings"
        return postings[0] == 4

    def unequal_balances(self) -> list[object]:
        """Balances that differ from the sum of their postings, or whose count does."""
        rows = self._connection.execute(
            "SELECT b.account_id, b.balance_minor, b.posting_count, SUM(p.amount_minor), COUNT(p.line)"
            " FROM balances AS b LEFT JOIN postings AS p ON p.account_id = b.account_id"
            " GROUP BY b.account_id, b.balance_minor, b.posting_count"
            " HAVING b.balance_minor <> COALESCE(SUM(p.amount_minor), 0) OR b.posting_count <> COUNT(p.line)"
        )
        return list(rows.fetchall())

    def requests(self) -> list[str]:
        """The request of every journal."""
        return [row[0] for row in self._connection.execute("SELECT request_id FROM journals").fetchall()]


@contextmanager
def look(url: str) -> Iterator[Look]:
    with raw(url) as connection:
        yield Look(connection, mark="?" if url.startswith("sqlite") else "%s")


class Tally:
    """What has been acknowledged so far, and the one transaction whose fate its writer took along."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.acknowledged = set(request_ids(seed, *WARMING))
        self.unsure: tuple[int, int] | None = None
        self.survived = 0

    def order(self, nth_round: int) -> str:
        """What the next writer is told to do."""
        return f"{nth_round} {self.unsure[0]} {self.unsure[1]}" if self.unsure else str(nth_round)

    def take(self, nth_round: int, done: list[tuple[int, int]], books: Look) -> None:
        """Hold what a writer acknowledged against what is there."""
        written = [request for key in done for request in request_ids(self._seed, *key)]
        assert len(set(written)) == len(written)
        assert not self.acknowledged.intersection(written)
        if written:
            assert books.postings(written) == [4] * len(written)
        self.acknowledged.update(written)
        if done or self.unsure is None:  # else it died before the fate of the last one was settled; it is asked again
            self.unsure = (nth_round, sum(1 for of_round, _ in done if of_round == nth_round))
        self.survived += bool(self.left(books))

    def left(self, books: Look) -> list[str]:
        """The unsure transaction, if it is there."""
        assert self.unsure is not None
        requests = request_ids(self._seed, *self.unsure)
        return requests if books.is_there(requests) else []


@pytest.mark.timeout(180)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(databases: Maker) -> None:
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(2**32))
    print(f"replay the writers' content and moments with CRASH_SEED={seed}")
    rng, tally, url = random.Random(seed), Tally(seed), databases.new()
    with engine_of(url) as engine:
        opened = open_trade(Database(engine), CUSTOMERS, 1000)
    with mother(url, seed) as writers:
        assert writers.heard(None) == ["done", *map(str, WARMING)]
        for nth_round in range(KILLS):
            order, before, moment = tally.order(nth_round), rng.randint(0, MOST_BEFORE), rng.uniform(0, LONGEST_MOMENT)
            done = life_of_a_writer(writers, order, before, moment)
            with look(url) as books:
                tally.take(nth_round, done, books)
                assert books.unequal_balances() == []
    with look(url) as books:
        expected = tally.acknowledged.union(tally.left(books), (f"opening:{nth}" for nth in range(opened)))
        assert sorted(books.requests()) == sorted(expected)
    with engine_of(url) as engine:
        assert check_books(engine) == []
    assert len(tally.acknowledged) >= KILLS, "too few journals were acknowledged to show anything"
    print(f"{databases.engine}: {KILLS} kills, {len(tally.acknowledged)} journals acknowledged,")
    print(f"after {tally.survived} kills the transaction in flight was there, whole; else it was absent, whole")
