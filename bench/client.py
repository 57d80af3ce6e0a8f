"""One client: a process that posts for as long as it is told.

    python -m bench.client OURS PLAIN NAME

Says `ready`, then answers each line `ours|bare SECONDS` with `COUNT SECONDS` once the time is over."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from bench.bare import Write, writer
from bench.books import purchase
from credit.kernel.database import Database, open_engine
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW


def service(url: str) -> Write:
    """The public service, a transaction a journal."""
    database = Database(open_engine(url))

    def write(event: Event, lines: Lines) -> None:
        def work(session: Session) -> None:
            Ledger(session, NOW).post(event, lines)

        database.attempt(work)

    return write


def post_for(seconds: float, write: Write, journal: Callable[[], tuple[Event, Lines]]) -> tuple[int, float]:
    """Returns how many journals were committed and in how many seconds."""
    count, began = 0, time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        write(*journal())
        count += 1
    return count, now - began


def main(ours: str, plain: str, name: str) -> None:
    writers = {"ours": service(ours), "bare": writer(plain)}
    rng, numbers = random.Random(name), iter(range(10**9))

    def journal() -> tuple[Event, Lines]:
        return purchase(rng, f"{name}:{next(numbers)}")

    for write in writers.values():
        post_for(0.3, write, journal)  # what is prepared at first use
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        what, seconds = line.split()
        count, took = post_for(float(seconds), writers[what], journal)
        sys.stdout.write(f"{count} {took}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
