"""One process of the race: threads that transfer as fast as they can.

    python -m tests.ledger_proof.racer URL SEED NTH THREADS TRANSFERS

Says `ready`, waits for a line, races, and prints what each transfer came to as one JSON line."""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from credit.kernel.database import Database, open_engine
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW
from tests.ledger_proof.trade import transfer

ACCOUNTS = 10
OPENING = 2_000
MOST = 900
"""Of one transfer; nearly half an opening balance, so that floors are hit all the time."""


@dataclass
class Outcome:
    """What the transfers of one thread, or of all together, came to."""

    written: list[str] = field(default_factory=list)
    """Request ids of journals whose transaction came back well."""
    below_floor: int = 0
    attempts: Counter[int] = field(default_factory=Counter)
    """How often work was begun for one transaction, by how many transactions."""
    defects: list[str] = field(default_factory=list)
    """Anything a caller must never see."""

    def add(self, other: Outcome) -> None:
        self.written += other.written
        self.below_floor += other.below_floor
        self.attempts += other.attempts
        self.defects += other.defects


def race(database: Database, seed: int, racer: str, transfers: int) -> Outcome:
    """One thread's part."""
    outcome = Outcome()
    for nth in range(transfers):
        name = f"{racer}:{nth}"
        event, lines = transfer(random.Random(f"{seed}:{name}"), name, ACCOUNTS, MOST)
        begun = 0

        def work(session: Session, event: Event = event, lines: Lines = lines) -> None:
            nonlocal begun
            begun += 1
            Ledger(session, NOW).post(event, lines)

        try:
            database.attempt(work)
            outcome.written.append(name)
        except CreditError as error:
            if error.code is ErrorCode.BALANCE_OUT_OF_BOUNDS:
                outcome.below_floor += 1
            else:
                outcome.defects.append(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001  (whatever it is, the caller saw it)
            outcome.defects.append(f"{name}: {type(error).__name__}: {error}")
        outcome.attempts[begun] += 1
    return outcome


def race_in_threads(database: Database, seed: int, process: str, threads: int, transfers: int) -> Outcome:
    """All threads of one process, started together."""
    outcomes: list[Outcome] = []
    gate = threading.Barrier(threads)

    def run(nth: int) -> None:
        gate.wait()
        outcomes.append(race(database, seed, f"{process}.{nth}", transfers))

    running = [threading.Thread(target=run, args=(nth,)) for nth in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    whole = Outcome()
    for outcome in outcomes:
        whole.add(outcome)
    assert len(outcomes) == threads, "a thread ended without an outcome"
    return whole


def main(url: str, seed: str, process: str, threads: str, transfers: str) -> None:
    database = Database(open_engine(url))
    print("ready", flush=True)
    sys.stdin.readline()
    outcome = race_in_threads(database, int(seed), process, int(threads), int(transfers))
    print(json.dumps(vars(outcome)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
