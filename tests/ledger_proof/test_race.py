"""Many writers over ten accounts and one house account: nothing lost, no floor crossed, no deadlock seen outside."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack

import pytest
from sqlalchemy.orm import Session

from credit.kernel.database import ATTEMPTS, Database
from credit.ledger.audit import check_books
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW, TODAY, Maker, engine_of, raw
from tests.ledger_proof.racer import ACCOUNTS, MOST, OPENING, Outcome, race_in_threads
from tests.ledger_proof.trade import account, customer, open_trade, transfer


def new_seed() -> int:
    seed = int(os.environ.get("RACE_SEED") or random.SystemRandom().randrange(2**32))
    print(f"replay the transfers with RACE_SEED={seed}")
    return seed


def expected_balances(seed: int, written: list[str]) -> list[int]:
    """What the acknowledged transfers must have left, by adding them up."""
    balances = [OPENING] * ACCOUNTS
    for name in written:
        _, lines = transfer(random.Random(f"{seed}:{name}"), name, ACCOUNTS, MOST)
        for code, minor in lines.items():
            if code.startswith("proof/"):
                balances[int(code.split("/")[1])] += minor
    return balances


def check(url: str, seed: int, outcome: Outcome, transactions: int) -> None:
    """Hold what the racers were told against what is there."""
    assert outcome.defects == []
    assert sum(outcome.attempts.values()) == transactions
    assert max(outcome.attempts) <= ATTEMPTS
    assert outcome.below_floor > 0, "no floor was ever hit; the race shows too little"
    with raw(url) as connection:
        there = [row[0] for row in connection.execute("SELECT request_id FROM journals").fetchall()]
        assert connection.execute("SELECT COUNT(*) FROM balances WHERE balance_minor < 0").fetchone()[0] == 0
    assert sorted(there) == sorted(outcome.written + [f"opening:{nth}" for nth in range(ACCOUNTS)])
    with engine_of(url) as engine:
        with Database(engine).read() as session:
            ledger = Ledger(session, NOW)
            kept = [ledger.balance(account(nth, "principal")).minor for nth in range(ACCOUNTS)]
            assert kept == expected_balances(seed, outcome.written)
            assert ledger.balance("house/income/fee").minor == ACCOUNTS * OPENING - sum(kept)
        assert check_books(engine) == []
    retried = {begun: count for begun, count in sorted(outcome.attempts.items()) if begun > 1}
    print(f"{len(outcome.written)} journals, {outcome.below_floor} refused at the floor,", end=" ")
    print(f"begun more than once: {retried or 'none'}")


@pytest.mark.timeout(180)
def test_racing_processes_lose_nothing_on_postgresql(postgresql_maker: Maker) -> None:
    processes, threads, transfers = 4, 8, 200
    seed, url = new_seed(), postgresql_maker.new()
    with engine_of(url) as engine:
        open_trade(Database(engine), ACCOUNTS, OPENING)
    whole = Outcome()
    with ExitStack() as stack:
        racers = []
        for nth in range(processes):
            numbers = map(str, (seed, nth, threads, transfers))
            command = [sys.executable, "-m", "tests.ledger_proof.racer", url, *numbers]
            racer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            racers.append(stack.enter_context(racer))
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        told = [racer.stdin.write("go\n") and racer.stdin.flush() for racer in racers if racer.stdin]
        assert len(told) == processes
        for racer in racers:
            assert racer.stdout is not None
            said = json.loads(racer.stdout.readline())
            said["attempts"] = Counter({int(begun): count for begun, count in said["attempts"].items()})
            whole.add(Outcome(**said))
    check(url, seed, whole, processes * threads * transfers)


@pytest.mark.timeout(120)
def test_racing_threads_lose_nothing_on_sqlite(sqlite_maker: Maker) -> None:
    threads, transfers = 8, 50
    seed, url = new_seed(), sqlite_maker.new()
    with engine_of(url) as engine:
        open_trade(Database(engine), ACCOUNTS, OPENING)
        outcome = race_in_threads(Database(engine), seed, "0", threads, transfers)
    check(url, seed, outcome, threads * transfers)


def test_transactions_that_cross_are_begun_again_and_both_succeed(postgresql_maker: Maker) -> None:
    """Two transactions take two accounts in opposite orders: PostgreSQL undoes one, it is begun again, and done."""
    url = postgresql_maker.new()
    both_hold_one = threading.Barrier(2)
    begun: Counter[str] = Counter()

    def cross(database: Database, name: str, first: int, second: int) -> None:
        def work(session: Session) -> None:
            begun[name] += 1
            ledger = Ledger(session, NOW)
            for nth in (first, second):
                lines = Lines().shift(account(nth, "principal"), 1).shift("house/income/fee", -1)
                ledger.post(Event("cross", f"{name}:{nth}", customer(nth), TODAY, {}), lines)
                if begun[name] == 1 and nth == first:
                    both_hold_one.wait()

        database.attempt(work)

    with engine_of(url) as engine:
        database = Database(engine)
        open_trade(database, 2, OPENING)
        racers = [threading.Thread(target=cross, args=(database, *args)) for args in (("a", 0, 1), ("b", 1, 0))]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert sorted(begun.values()) == [1, 2]
        assert check_books(engine) == []
    with raw(url) as connection:
        assert connection.execute("SELECT COUNT(*) FROM journals").fetchone()[0] == 2 + 4
