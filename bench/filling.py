"""A million postings, quickly: rows made here and loaded in bulk, with the triggers off for the filling only.

The rows are what the triggers would have written: sequence and balance of each account without a gap."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.books import customer, purchase
from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.ledger.lines import account_id
from tests.ledger_proof.databases import NOW, TODAY, sqlite_file

DAYS = 60


class Filler:
    """Makes rows, and remembers the balances they lead to."""

    def __init__(self, journals: int) -> None:
        self._journals = journals
        self.balances: dict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
        """Account to posting count and balance."""

    def rows(self) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
        """A journal and its postings, oldest first, spread evenly over the days."""
        rng, house = random.Random(1), account_id("house/clearing")
        for nth in range(self._journals):
            event, lines = purchase(rng, f"filled:{nth}")
            day = TODAY - timedelta(days=DAYS - 1 - nth * DAYS // self._journals)
            key, spelled, facts = new_id(), lines.spelled(), canonical_json(event.facts)
            mark = fingerprint([event.kind, str(event.customer_id), day.isoformat(), spelled, facts])
            postings = []
            for line, (code, minor) in enumerate(lines.items()):
                account = account_id(code)
                place: tuple[int | None, int | None] = (None, None)
                if account != house:
                    count, balance = self.balances[account]
                    place = self.balances[account] = (count + 1, balance + minor)
                postings.append((key, line, account, minor, "CNY", day, *place))
            row = (key, event.request_id, mark, event.kind, event.customer_id, day, NOW)
            yield (*row, None, None, None, None, facts, spelled), postings


def fill(url: str, journals: int) -> None:
    """Load that many journals of four postings into opened books."""
    customer.cache_clear()
    if url.startswith("sqlite"):
        _fill_sqlite(url, Filler(journals))
    else:
        _fill_postgresql(url, Filler(journals))


def _fill_sqlite(url: str, filler: Filler) -> None:
    with closing(sqlite3.connect(sqlite_file(url), isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for journal, postings in filler.rows():
            connection.execute(f"INSERT INTO journals VALUES ({_marks(13)})", _spelled(journal))
            connection.executemany(f"INSERT INTO postings VALUES ({_marks(8)})", map(_spelled, postings))
        connection.executemany(
            "UPDATE balances SET posting_count = ?, balance_minor = ? WHERE account_id = ?",
            [(*place, account.hex) for account, place in filler.balances.items()],
        )
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _spelled(row: tuple[Any, ...]) -> list[Any]:
    """As SQLAlchemy keeps ids, days and instants in SQLite."""
    found = []
    for value in row:
        if isinstance(value, UUID):
            found.append(value.hex)
        elif value is NOW:
            found.append(NOW.strftime("%Y-%m-%d %H:%M:%S.%f"))
        else:
            found.append(value.isoformat() if hasattr(value, "isoformat") else value)
    return found


def _fill_postgresql(url: str, filler: Filler) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # this connection's triggers are off
        postings_of = []
        with connection.transaction():
            with connection.cursor().copy("COPY journals FROM STDIN") as copy:
                for journal, postings in filler.rows():
                    copy.write_row(journal)
                    postings_of += postings
            with connection.cursor().copy("COPY postings FROM STDIN") as copy:
                for posting in postings_of:
                    copy.write_row(posting)
            connection.execute("CREATE TEMP TABLE told (account uuid, count bigint, minor bigint) ON COMMIT DROP")
            with connection.cursor().copy("COPY told FROM STDIN") as copy:
                for account, place in filler.balances.items():
                    copy.write_row((account, *place))
            connection.execute(
                "UPDATE balances SET posting_count = t.count, balance_minor = t.minor FROM told AS t "
                "WHERE account_id = t.account"
            )
        connection.execute("VACUUM ANALYZE")
