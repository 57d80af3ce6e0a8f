"""Customers with seven months behind them, for the section of scoring, made by the database: a statement a table.

Of ten customers six pay in full, two the minimum, one half a month late, one hardly uses the line; a quarter has a cash
loan too. Only what scoring reads is there: no journals, and the triggers are off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg

from credit.kernel.database import open_engine
from credit.schema import create_schema

TODAY = date(2026, 11, 12)
FILLING = Path(__file__).with_suffix(".sql")


def fill(url: str, customers: int) -> None:
    """Schema, business date and the customers, in an empty database."""
    engine = open_engine(url)
    create_schema(engine)
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # this connection's triggers are off
        connection.execute("SELECT set_config('bench.customers', %s, false)", (str(customers),))
        connection.execute(FILLING.read_bytes())
        connection.execute("VACUUM ANALYZE")
