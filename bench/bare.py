"""The baseline: the same rows written by hand in plain SQL through the same driver, a transaction each.

No ORM, no triggers, no foreign keys; the statements a careful person would write: the journal, one update that moves
the balances and gives them back, the postings. What is in the rows (ids, the lines as JSON, the fingerprint) is made
here too, since a ledger has to make it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC
from typing import Any

import psycopg

from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.ledger.lines import account_id
from credit.ledger.service import Event, Lines
from tests.ledger_proof.databases import NOW, sqlite_file

Write = Callable[[Event, Lines], None]
JOURNAL = (
    "id, request_id, fingerprint, kind, customer_id, effective_on, recorded_at, reverses,"
    " hold_id, hold_act, hold_expires_on, facts, lines"
)
POSTING = "journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after"


def writer(url: str) -> Write:
    """A connection of its own, and the function that writes one journal with it."""
    return _sqlite(url) if url.startswith("sqlite") else _postgresql(url)


def _content(event: Event, lines: Lines) -> tuple[str, str, str]:
    spelled, facts = lines.spelled(), canonical_json(event.facts)
    content = [event.kind, str(event.customer_id), event.effective_on.isoformat(), spelled, facts]
    return fingerprint(content), facts, spelled


def _postgresql(url: str) -> Write:
    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute("SET search_path = plain")
    connection.commit()
    journal = f"INSERT INTO journals ({JOURNAL}) VALUES ({', '.join(['%s'] * 13)})".encode()
    values = ", ".join(["(%s::uuid, %s::bigint)"] * 4)
    move = (
        "UPDATE balances AS b SET balance_minor = b.balance_minor + v.minor, posting_count = b.posting_count + 1"
        f" FROM (VALUES {values}) AS v(account, minor) WHERE b.account_id = v.account"
        " RETURNING b.account_id, b.posting_count, b.balance_minor"
    ).encode()
    posting = f"INSERT INTO postings ({POSTING}) VALUES {', '.join(['(%s, %s, %s, %s, %s, %s, %s, %s)'] * 4)}".encode()

    def write(event: Event, lines: Lines) -> None:
        mark, facts, spelled = _content(event, lines)
        key, moved = new_id(), [(account_id(code), minor) for code, minor in lines.items()]
        row = (key, event.request_id, mark, event.kind, event.customer_id, event.effective_on, NOW)
        connection.execute(journal, (*row, None, None, None, None, facts, spelled))
        cursor = connection.execute(move, [value for pair in moved for value in pair])
        after = {account: (count, minor) for account, count, minor in cursor.fetchall()}
        rows: list[Any] = []
        for nth, (account, minor) in enumerate(moved):
            rows += [key, nth, account, minor, "CNY", event.effective_on, *after.get(account, (None, None))]
        connection.execute(posting, rows)
        connection.commit()

    return write


def _sqlite(url: str) -> Write:
    connection = sqlite3.connect(sqlite_file(url), isolation_level=None, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    journal = f"INSERT INTO journals ({JOURNAL}) VALUES ({', '.join('?' * 13)})"
    move = (
        "UPDATE balances SET balance_minor = balance_minor + ?, posting_count = posting_count + 1"
        " WHERE account_id = ? RETURNING posting_count, balance_minor"
    )
    posting = f"INSERT INTO postings ({POSTING}) VALUES ({', '.join('?' * 8)})"

    def write(event: Event, lines: Lines) -> None:
        mark, facts, spelled = _content(event, lines)
        key, day = new_id().hex, event.effective_on.isoformat()
        owner = event.customer_id.hex if event.customer_id else None
        recorded = NOW.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        row = (key, event.request_id, mark, event.kind, owner, day, recorded)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(journal, (*row, None, None, None, None, facts, spelled))
        rows = []
        for nth, (code, minor) in enumerate(lines.items()):
            account = account_id(code).hex
            after = connection.execute(move, (minor, account)).fetchone() or (None, None)
            rows.append((key, nth, account, minor, "CNY", day, *after))
        connection.executemany(posting, rows)
        connection.execute("COMMIT")

    return write
