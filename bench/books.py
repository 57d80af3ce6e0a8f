"""The lender that is measured: 10,000 customers with three accounts each, and one house account in every journal."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from sqlalchemy import insert

from credit.kernel.database import open_engine
from credit.kernel.money import Money
from credit.ledger.lines import account_id
from credit.ledger.models import Account, Balance
from credit.ledger.service import Event, Lines
from tests.ledger_proof.databases import TODAY, prepare, sqlite_file

CUSTOMERS = 10_000
PARTS = {"unbilled": "paylater_unbilled", "available": "limit_available", "used": "limit_used"}
HOUSE = "house/clearing"
PLAIN = ("journals", "postings", "balances")


@cache
def customer(nth: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"measured {nth}")


def account(nth: int, part: str) -> str:
    return f"measured/{nth}/{part}"


def purchase(rng: random.Random, request_id: str) -> tuple[Event, Lines]:
    """A purchase on the pay-later line: four postings, three on a customer's accounts and one on the house's."""
    nth, amount = rng.randrange(CUSTOMERS), Money(rng.randint(100, 99_999))
    event = Event("purchase", request_id, customer(nth), TODAY, {"merchant": "corner shop", "minor": amount.minor})
    lines = Lines().move(amount, debit=account(nth, "unbilled"), credit=HOUSE)
    return event, lines.move(amount, debit=account(nth, "used"), credit=account(nth, "available"))


def open_books(url: str) -> None:
    """Schema, business date and accounts, with every guard on; in bulk, since opening is not what is measured."""
    prepare(url)
    rows, balances = [_account(HOUSE, "clearing", "liability", None)], []
    for nth in range(CUSTOMERS):
        for part, kind in PARTS.items():
            gl_class = "asset" if part == "unbilled" else "memo"
            rows.append(_account(account(nth, part), kind, gl_class, customer(nth)))
            bound = -(10**12) if part == "available" else 0
            key = account_id(account(nth, part))
            balances.append({"account_id": key, "balance_minor": 0, "posting_count": 0, "floor_minor": bound})
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(Account), rows)
        connection.execute(insert(Balance), balances)
    engine.dispose()


def _account(code: str, kind: str, gl_class: str, owner: UUID | None) -> dict[str, Any]:
    return {
        "id": account_id(code),
        "code": code,
        "kind": kind,
        "gl_class": gl_class,
        "customer_id": owner,
        "currency": "CNY",
        "is_held": False,
        "opened_on": TODAY,
    }


def plain_twin(url: str) -> str:
    """Tables with the same columns, keys and indexes, but no trigger and no foreign key; returns their address.

    SQLite: a file beside. PostgreSQL: the schema `plain` of the same database."""
    if not url.startswith("sqlite"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA plain")
            for table in PLAIN:
                options = connection.execute(
                    "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass",
                    (f"public.{table}",),
                ).fetchone()
                storage = f" WITH ({options[0]})" if options and options[0] else ""
                copied = (
                    f"CREATE TABLE plain.{table} (LIKE public.{table} INCLUDING INDEXES INCLUDING CONSTRAINTS){storage}"
                )
                connection.execute(copied.encode())
            connection.execute("INSERT INTO plain.balances SELECT * FROM public.balances")
            connection.execute("ANALYZE")
        return url
    file = sqlite_file(url)
    twin = file.with_name(f"plain-{file.name}")
    with closing(sqlite3.connect(twin)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("ATTACH ? AS ours", (str(file),))
        marks = ", ".join("?" * len(PLAIN))
        made = connection.execute(
            f"SELECT sql FROM ours.sqlite_master WHERE tbl_name IN ({marks}) AND type IN ('table', 'index')"
            " AND sql IS NOT NULL ORDER BY type DESC",
            PLAIN,
        )
        for (sql,) in made.fetchall():
            connection.execute(re.sub(r",\s*CONSTRAINT \w+ FOREIGN KEY\([^)]*\) REFERENCES \w+ \([^)]*\)", "", sql))
        connection.execute("INSERT INTO main.balances SELECT * FROM ours.balances")
        connection.commit()
    return f"sqlite:///{twin}"
