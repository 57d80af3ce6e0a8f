"""The writers that the crash test kills.

    python -m tests.ledger_proof.writer URL SEED

Importing SQLAlchemy takes longer than a writer lives, so a mother process imports it once and forks a writer for
each line `ROUND [UNSURE_ROUND UNSURE_NTH]` on its input. A writer first repeats the transaction nobody knows the fate
of, then goes on until it is killed. What it acknowledges after each commit, and the mother's word that it is dead,
come in order through one pipe."""

from __future__ import annotations

import os
import random
import sys

from sqlalchemy.orm import Session

from credit.kernel.database import Database, open_engine
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW
from tests.ledger_proof.trade import repayment

CUSTOMERS = 20
WARMING = (-1, 0)
"""The transaction the mother writes herself."""
Transaction = list[tuple[Event, Lines]]


def request_ids(seed: int, nth_round: int, nth: int) -> list[str]:
    """What transaction `nth` of a round writes: one to three journals that must stand or fall together."""
    journals = random.Random(f"{seed}:{nth_round}:{nth}:size").choice((1, 1, 1, 2, 3))
    return [f"{nth_round}:{nth}:{part}" for part in range(journals)]


def transaction(seed: int, nth_round: int, nth: int) -> Transaction:
    """The same content each time it is asked for."""
    return [
        repayment(random.Random(f"{seed}:{request_id}"), request_id, CUSTOMERS)
        for request_id in request_ids(seed, nth_round, nth)
    ]


def tell(line: str) -> None:
    """One write, so that lines of two processes never mix."""
    os.write(1, f"{line}\n".encode())


def write(database: Database, seed: int, nth_round: int, nth: int) -> None:
    """Post one transaction and acknowledge it."""

    def work(session: Session) -> None:
        ledger = Ledger(session, NOW)
        for event, lines in transaction(seed, nth_round, nth):
            ledger.post(event, lines)

    database.attempt(work)
    tell(f"done {nth_round} {nth}")


def write_until_killed(database: Database, seed: int, nth_round: int, unsure: tuple[int, int] | None) -> None:
    """Post and acknowledge without end."""
    if unsure is not None:
        write(database, seed, *unsure)
    nth = 0
    while True:
        write(database, seed, nth_round, nth)
        nth += 1


def main(url: str, seed: int) -> None:
    engine = open_engine(url)
    database = Database(engine)
    write(database, seed, *WARMING)  # loads what is loaded at first use, so that a writer's life is spent on writing
    engine.dispose()  # a connection must not be shared with a child
    for line in sys.stdin:
        nth_round, *unsure = map(int, line.split())
        child = os.fork()
        if child == 0:
            try:
                write_until_killed(database, seed, nth_round, (unsure[0], unsure[1]) if unsure else None)
            finally:
                os._exit(1)  # a writer that ends by itself has failed
        tell(f"pid {child}")
        _, status = os.waitpid(child, 0)
        tell(f"dead {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
