"""Creates tables and guards. Guards are plain SQL files, one per database, so that an auditor can read them."""

from __future__ import annotations

from importlib import resources

from sqlalchemy import Connection, Engine, inspect

import credit.tables  # noqa: F401  (every table must be known before they are created)
from credit.kernel.database import Base

SCHEMA_LOCK = 7_110_002


def create_schema(engine: Engine) -> bool:
    """Create everything in an empty database. Returns False when it was there already."""
    if inspect(engine).has_table("journals"):
        return False
    with engine.begin() as connection:
        # Of two processes that start together one waits, and then finds the other's work.
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        if inspect(connection).has_table("journals"):
            return False
        Base.metadata.create_all(connection)
        _install_guards(connection)
    return True


def _install_guards(connection: Connection) -> None:
    dialect = connection.dialect.name
    script = resources.files("credit.ledger.guards").joinpath(f"{dialect}.sql").read_text("utf-8")
    for statement in _statements(script):
        connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def _statements(script: str) -> list[str]:
    """Split at the blank line before each CREATE: bodies hold semicolons, so those cannot be the border."""
    found: list[str] = []
    for line in script.splitlines():
        if line.startswith("CREATE "):
            found.append(line)
        elif found and not line.startswith("--"):
            found[-1] += "\n" + line
    return found
