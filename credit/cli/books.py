"""Opening the books for an operator: never creating, never changing the schema."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from credit.cli.refusing import OperatorError
from credit.customers.models import BusinessDay
from credit.evidence.keys import KeyFolder
from credit.kernel.clock import Clock, SystemClock
from credit.kernel.database import Database, open_engine, seen_as_unreachable
from credit.kernel.settings import places
from credit.ledger.models import Journal
from credit.migrations import runner


@dataclass(frozen=True, slots=True)
class Operator:
    """What the commands work with."""

    database: Database
    data_dir: Path
    clock: Clock

    @property
    def keys(self) -> KeyFolder:
        return KeyFolder(self.data_dir)


@contextmanager
def open_books() -> Iterator[Operator]:
    """The books of this environment. Raises OperatorError, and ACCOUNT_SERVICE_UNREACHABLE."""
    # Not Settings: reading them makes a data directory with secrets where there is none, and none are needed here.
    data_dir, url = places(os.environ)
    engine = _engine(url)
    try:
        with seen_as_unreachable():
            _check_schema(runner.current(engine))
        yield Operator(Database(engine), data_dir, SystemClock())
    finally:
        engine.dispose()


def _engine(address: str) -> Engine:
    try:
        url = make_url(address)
        file = Path(url.database or "")
        if url.get_backend_name() == "sqlite" and not file.is_file():
            # Opening it would make it.
            raise OperatorError("no_ledger", f"There is no ledger at {file}; `make seed` makes one.")
        return open_engine(address)
    except (ArgumentError, ImportError, ValueError) as error:
        # SQLAlchemy's message would show the address with its password.
        sentence = "DATABASE_URL is not an address this program can use, like postgresql+psycopg://user@host/name."
        raise OperatorError("settings_wrong", sentence) from error


def _check_schema(found: str | None) -> None:
    if found is None:
        raise OperatorError("no_ledger", "There is no ledger in this database; `make seed` makes one.")
    if found != runner.newest():
        sentence = (
            f"The database is at schema {found}, this program at {runner.newest()}; start the service to update it."
        )
        raise OperatorError("schema_outdated", sentence)


def business_date(session: Session) -> date:
    """The ledger's own day. Raises OperatorError when there is none."""
    day = session.scalars(select(BusinessDay.on)).one_or_none()
    if day is None:
        raise OperatorError("no_business_day", "The ledger has no business day yet.")
    return day


def day_or_today(session: Session, day: date | None) -> date:
    """A business day that has begun; without one, the ledger's own. Raises OperatorError."""
    today = business_date(session)
    if day is not None and day > today:
        raise OperatorError("day_ahead", f"{day} has not begun yet; the ledger is at {today}.")
    return day or today


def find_journal(session: Session, name: str) -> Journal:
    """By id or by request id. Raises OperatorError when there is none."""
    try:
        journal = session.get(Journal, UUID(name))
    except ValueError:
        journal = None
    if journal is None:
        journal = session.scalars(select(Journal).where(Journal.request_id == name)).one_or_none()
    if journal is None:
        raise OperatorError("journal_not_found", f"There is no journal with the id or request id {name}.")
    return journal
