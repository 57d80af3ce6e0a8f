"""A small lender whose books are sealed, and somebody with the rights of a superuser who tampers with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.evidence.heads import HEAD_FILE, kept_head
from credit.evidence.keys import KeyFolder
from credit.evidence.models import Leaf
from credit.evidence.sealer import Sealed, Sealer
from credit.evidence.verify import Verdict, verify
from credit.kernel.clock import ManualClock
from credit.kernel.database import Database, open_engine
from credit.kernel.money import Money
from credit.ledger.models import Journal
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW, TODAY, raw

CUSTOMER = UUID("019db000-0000-7000-8000-0000000000aa")
DEBT, CASH, FEE = "loan/aa/principal", "house/cash", "house/income/fee"
LATER = NOW + timedelta(hours=1)


class Lender:
    """Books on one database, with keys and the kept head in a folder of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.database = Database(open_engine(url))
        self.clock = ManualClock(LATER)
        self.database.attempt(self._open)

    def close(self) -> None:
        self.database.engine.dispose()

    def lend(self, *requests: str, customer: UUID = CUSTOMER) -> list[UUID]:
        """Post one journal of four lines for each request id."""

        def work(session: Session) -> list[UUID]:
            ledger = Ledger(session, NOW)
            return [ledger.post(*_loan(request, customer)) for request in requests]

        return self.database.attempt(work)

    def sealer(self, block_size: int = 4) -> Sealer:
        return Sealer(self.database, self.folder, self.clock, block_size=block_size)

    def seal(self, block_size: int = 4) -> Sealed:
        return self.sealer(block_size).seal()

    def verify(self, *, keep: bool = True) -> Verdict:
        kept = kept_head(self.folder / HEAD_FILE) if keep else None
        return verify(self.database, KeyFolder(self.folder).trusted(), [kept])

    def sealed_ids(self) -> list[UUID]:
        """In the order of blocks and places."""
        with self.database.read() as session:
            return list(session.scalars(select(Leaf.journal_id).order_by(Leaf.height, Leaf.position)))

    def journal_ids(self) -> list[UUID]:
        with self.database.read() as session:
            return list(session.scalars(select(Journal.id).order_by(Journal.id)))

    def spelled(self, key: UUID) -> str:
        """An id as this database writes it."""
        return key.hex if self.url.startswith("sqlite") else str(key)

    def tamper(self, table: str, *statements: str) -> None:
        """Do what only the owner of the database can: take a table's guards away, write, put them back."""
        with unguarded(self.url, table) as connection:
            for statement in statements:
                connection.execute(statement)

    def _open(self, session: Session) -> None:
        ledger = Ledger(session, NOW)
        ledger.open_account(CASH, kind="cash", opened_on=TODAY)
        ledger.open_account(FEE, kind="fee_income", opened_on=TODAY)
        ledger.open_account(DEBT, kind="loan_principal", opened_on=TODAY, customer_id=CUSTOMER, floor=0)


def _loan(request: str, customer: UUID) -> tuple[Event, Lines]:
    lines = Lines().shift(DEBT, 1_000).shift(CASH, -990).shift(FEE, -10)
    return Event("borrow", request, customer, TODAY, {"amount": Money(1_000).yuan(), "note": "借款"}), lines


@contextmanager
def unguarded(url: str, table: str) -> Iterator[Any]:
    """A raw connection to tables whose triggers are off while it is open."""
    with raw(url) as connection:
        if url.startswith("sqlite"):
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
            guards = connection.execute(query, (table,)).fetchall()
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            yield connection
            for _, sql in guards:
                connection.execute(sql)
        else:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield connection
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
