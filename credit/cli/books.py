"""Opening the books for an operator: never creating, never changing the schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from credit.cli.output import OperatorError
from credit.customers.models import BusinessDay
from credit.evidence.keys import KeyFolder
from credit.kernel.clock import Clock, SystemClock
from credit.kernel.database import Database, open_engine, seen_as_unreachable
from credit.kernel.settings import Settings
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
    try:
        settings = Settings.from_environment()
        url = make_url(settings.database_url)
    except (ValueError, ArgumentError) as error:
        # SQLAlchemy's message would show the address with its password.
        reason = "DATABASE_URL is not an address" if isinstance(error, ArgumentError) else str(error)
        raise OperatorError("settings_wrong", f"The environment is not right: {reason}.") from error
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise OperatorError("no_ledger", f"There is no ledger in {settings.data_dir}; `make seed` makes one.")
    engine = open_engine(settings.database_url)
    try:
        with seen_as_unreachable():
            _check_schema(runner.current(engine))
        yield Operator(Database(engine), settings.data_dir, SystemClock())
    finally:
        engine.dispose()


def _check_schema(found: str | None) -> None:
    if found is None:
        raise OperatorError("no_ledger", "There is no ledger in this database; `make seed` makes one.")
    if found != runner.newest():
        sentence = (
            f"The database is at schema {found}, this program at {runner.newest()}; start the service to update it."
        )
        raise OperatorError("schema_outdated", sentence)


def business_date(session: Session) -> date:
    """The ledger's own day."""
    day = session.scalars(select(BusinessDay.on)).one_or_none()
    if day is None:
        raise OperatorError("no_business_day", "The ledger has no business day yet.")
    return day


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


def day_of(text: str | None, option: str) -> date | None:
    """A day given as YYYY-MM-DD. Raises OperatorError."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError("day_unreadable", f"{option} takes a day like 2026-11-08, not {text}.") from error
