"""Reading a balance and a statement page, with the plans the database chose."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bench.books import CUSTOMERS, HOUSE, account
from bench.filling import DAYS
from credit.kernel.database import Database, open_engine
from credit.ledger.finality import make_final
from credit.ledger.reports import account_statement
from credit.ledger.service import Ledger
from tests.ledger_proof.databases import NOW, TODAY, raw

TIMES = 60
FIRST = TODAY - timedelta(days=DAYS - 1)


class Readings:
    """What was measured: milliseconds by what was read, and how many plans read a whole table."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self.scans: list[str] = []
        self.plans = 0


def read(url: str) -> Readings:
    """Close the days that are over, then read as the service does."""
    engine, found = open_engine(url), Readings()
    database = Database(engine)
    found.milliseconds["roll-up of the closed days, once"] = 1000 * _seconds(
        lambda: database.attempt(lambda session: make_final(session, TODAY, NOW))
    )
    with database.read() as session:
        middle = account_statement(session, HOUSE, FIRST, TODAY)
        cursor = middle.next_cursor
    works: dict[str, Callable[[Session, int], object]] = {
        "balance of a customer's account": lambda session, nth: Ledger(session, NOW).balance(
            account(nth * 97 % CUSTOMERS, "unbilled")
        ),
        "balance of the house account": lambda session, _: Ledger(session, NOW).balance(HOUSE),
        "statement page of a customer's account": lambda session, nth: account_statement(
            session, account(nth * 97 % CUSTOMERS, "unbilled"), FIRST, TODAY
        ),
        "statement page of the house account": lambda session, _: account_statement(
            session, HOUSE, TODAY - timedelta(days=2), TODAY
        ),
        "next page of the house account, by cursor": lambda session, _: account_statement(
            session, HOUSE, FIRST, TODAY, cursor
        ),
    }
    for name, work in works.items():
        with _statements(engine) as asked, database.read() as session:
            work(session, 0)
        _explain(url, name, asked, found)
        found.milliseconds[name] = statistics.median(_times(database, work))
    engine.dispose()
    return found


def _times(database: Database, work: Callable[[Session, int], object]) -> list[float]:
    """Milliseconds of each look, the transaction's begin and end left out."""
    times = []
    for nth in range(TIMES):
        with database.read() as session:
            began = time.perf_counter()
            work(session, nth)
            times.append(1000 * (time.perf_counter() - began))
    return times


@contextmanager
def _statements(engine: Any) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def _explain(url: str, name: str, asked: list[tuple[str, Any]], found: Readings) -> None:
    """Ask for the plan of each statement; a plan that reads a whole large table is told."""
    with raw(url) as connection:
        for statement, parameters in asked:
            word = "EXPLAIN QUERY PLAN " if url.startswith("sqlite") else "EXPLAIN "
            lines = [str(row[-1]) for row in connection.execute(word + statement, parameters).fetchall()]
            found.plans += 1
            # SQLite: `SCAN postings` reads it all, `SEARCH postings USING … INDEX` does not.
            if any(
                f"{scan}{table}" in line for line in lines for scan in ("SCAN ", "Seq Scan on ") for table in TABLES
            ):
                found.scans.append(f"{name}: {' / '.join(lines)}")


TABLES = ("postings", "journals", "balances", "accounts")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
