"""A connection that goes round our code, as somebody with the database's password would."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from credit.kernel.ids import new_id
from credit.ledger.service import account_id

REFUSED = (sqlite3.DatabaseError, psycopg.Error)


def line(account: str | UUID, amount: Any, currency: str = "CNY") -> dict[str, Any]:
    """One line of a journal as the table keeps it; `account` is a code or an id."""
    key = account if isinstance(account, UUID) else account_id(account)
    return {"account": key.hex, "minor": amount, "currency": currency}


def as_json(lines: Any) -> str:
    """In the ledger's own spelling, so that an attempt is refused for what it attempts."""
    return json.dumps(lines, separators=(",", ":"))


@dataclass
class Raw:
    """The plainest connection to the world's database: every statement stands alone unless told otherwise."""

    url: str

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """SQLite with its defaults, guards of the connection off: no foreign keys, no recursive triggers."""
        if self.sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)) as opened:
                opened.execute("PRAGMA foreign_keys = OFF")
                opened.execute("PRAGMA recursive_triggers = OFF")
                opened.execute("PRAGMA ignore_check_constraints = OFF")
                yield opened
            return
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connected:
            yield connected

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run one statement and commit whatever the database let through, even when it reported an error."""
        with self.connection() as connection:
            if not self.sqlite:
                connection.execute(statement.replace("?", "%s").encode(), list(map(self._as_stored, values)))
                return
            connection.execute("BEGIN")
            try:
                connection.execute(statement, list(map(self._as_stored, values)))
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def journal(self, lines: Any, *, verb: str = "INSERT", **columns: Any) -> UUID:
        """Insert a journal by hand; `lines` is JSON text or a list, `verb` may be `INSERT OR REPLACE`."""
        key = new_id()
        row: dict[str, Any] = {
            "id": key,
            "request_id": f"raw-{key}",
            "fingerprint": "f" * 64,
            "kind": "raw",
            "effective_on": "2026-10-28",
            "recorded_at": "2026-10-28 04:00:00",
            "facts": "{}",
            "lines": lines if isinstance(lines, str) else as_json(lines),
        } | columns
        marks = ", ".join("?" for _ in row)
        self.run(f"{verb} INTO journals ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        return key

    def _as_stored(self, value: Any) -> Any:
        return value.hex if isinstance(value, UUID) and self.sqlite else value
