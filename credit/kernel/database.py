"""Engines, transactions and column types, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    MetaData,
    String,
    any_,
    create_engine,
    event,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DatabaseError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, Uuid

from credit.kernel.errors import CreditError, ErrorCode

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
ATTEMPTS = 3
BUSY_TIMEOUT_MS = 5_000
RESTED_SECONDS = 1.0
READ_ONLY = "xinzhang_read_only"


class UtcInstant(TypeDecorator[datetime]):
    """Aware instants only; kept as UTC. SQLite has no zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the credit module share one schema."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  (the name and form are SQLAlchemy's)
        datetime: UtcInstant,
        UUID: Uuid(),
        int: BigInteger,
        str: String(200),
    }


def open_engine(url: str) -> Engine:
    """An engine whose transactions start the way a ledger needs them.

    SQLite: WAL, synchronous FULL, and writers take their lock at BEGIN, since a plain BEGIN lets two
    writers read the same balance before either writes. PostgreSQL: read committed with row locks."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_size=10, max_overflow=20)
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _wake)
    return engine


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _wake(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it is still there. One in steady use is not asked: each question is a
    round trip, and on the hot path the pool's own pre-ping took a fifth of the time."""
    since = record.info.get("rests_since")
    if since is None or time.monotonic() - since < RESTED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error  # the pool takes a new one


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and too weak
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        # What a statement changed is kept until it ends, to undo it alone; a journal's triggers change more than the
        # 64 KiB that SQLite keeps in memory before it makes a file for it.
        "temp_store=MEMORY",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Database:
    """Hands out sessions. Writing ones commit on success, undo on any error, and never stay open."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._reading = engine.execution_options(**{READ_ONLY: True}, **snapshot)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent look; nothing is written."""
        with seen_as_unreachable(), Session(self._reading, expire_on_commit=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: commits when the block ends well, else leaves no trace."""
        with seen_as_unreachable(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def attempt[T](self, work: Callable[[Session], T]) -> T:
        """Run `work` in a writing transaction, again when the database says only "try again" (deadlock, busy)."""
        for nth in range(1, ATTEMPTS + 1):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as error:
                if not worth_retrying(error):
                    raise
                if nth == ATTEMPTS:
                    raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE, "busy for too long") from error
                time.sleep(0.02 * 2**nth)
        raise AssertionError("the loop returns or raises")


def worth_retrying(error: DBAPIError) -> bool:
    """Deadlock, serialization failure, or SQLite's busy: nothing was written and the same call may succeed."""
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01"} or "database is locked" in str(error.orig)


def among(session: Session, column: Any, keys: Iterable[UUID]) -> ColumnElement[bool]:
    """The condition that a column is one of many ids. PostgreSQL takes them as one array: a parameter each costs more
    than the look-up."""
    wanted = list(keys)
    if session.get_bind().dialect.name == "postgresql":
        found: ColumnElement[bool] = column == any_(literal(wanted, ARRAY(Uuid())))
    else:
        found = column.in_(wanted)
    return found


@contextmanager
def seen_as_unreachable() -> Iterator[None]:
    """Turn "the database is away" into the refusal a customer can be told."""
    try:
        yield
    except DBAPIError as error:
        # A broken or missing file is a plain DatabaseError; a broken rule of ours (IntegrityError) is a defect.
        away = isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
        if not away or worth_retrying(error):
            raise
        raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE, type(error.orig).__name__) from error


def lock_name(session: Session, name: int, *, shared: bool) -> None:
    """Hold an advisory lock to the end of the transaction. SQLite's writers are already one at a time."""
    if session.get_bind().dialect.name == "postgresql":
        suffix = "_shared" if shared else ""
        session.execute(text(f"SELECT pg_advisory_xact_lock{suffix}(:name)"), {"name": name})
