"""Moving a database up and down the schema's history."""

from __future__ import annotations

import re
from importlib import resources

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import credit.tables  # noqa: F401
from credit.kernel.database import READ_ONLY, Base

HERE = "credit:migrations"
MIGRATION_LOCK = 7_110_002


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database up to a revision, in one transaction. Of two processes that start together one waits."""
    with engine.begin() as connection:
        _alone(connection)
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to a revision; `base` is an empty one. Raises RuntimeError when journals would be lost."""
    with engine.begin() as connection:
        _alone(connection)
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The revision a database is at; None for an empty one."""
    with _look(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this code expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(engine: Engine) -> list[object]:
    """What the models say and the database does not, or the other way; empty when they agree."""
    with _look(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def write_revision(engine: Engine, message: str, number: str) -> None:
    """Write the next step from what the models say, to be read and completed by hand."""
    with _look(engine) as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)


def _look(engine: Engine) -> Connection:
    """A connection that does not take SQLite's write lock."""
    return engine.execution_options(**{READ_ONLY: True}).connect()


def _alone(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE lets one writer in already.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", HERE)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def guard_statements(dialect: str, package: str = "credit.ledger.guards") -> list[str]:
    """The statements of `<dialect>.sql` in a package of guards, to be executed one by one.

    Split at each line that begins with CREATE: bodies hold semicolons, so those cannot be the border."""
    found: list[str] = []
    for line in resources.files(package).joinpath(f"{dialect}.sql").read_text("utf-8").splitlines():
        if line.startswith("CREATE "):
            found.append(line)
        elif found and not line.startswith("--"):
            found[-1] += "\n" + line
    return found


def install_guards(connection: Connection, package: str = "credit.ledger.guards") -> None:
    """Create the triggers and functions that keep the tables."""
    dialect = connection.dialect.name
    for statement in guard_statements(dialect, package):
        connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def remove_guards(connection: Connection, package: str = "credit.ledger.guards") -> None:
    """Take views away, and PostgreSQL's functions with their triggers; SQLite's triggers go with the tables."""
    dialect = connection.dialect.name
    script = "\n".join(guard_statements(dialect, package))
    for view in re.findall(r"^CREATE VIEW (\w+)", script, re.MULTILINE):
        connection.exec_driver_sql(f"DROP VIEW {view}")
    for function in re.findall(r"^CREATE FUNCTION (\w+)", script, re.MULTILINE):
        connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")
