"""The ledger's tables. A journal carries its own lines; the database spreads them into postings and balances."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

NO_ROW_NUMBER = {"sqlite_with_rowid": False}
"""SQLite's hidden row number would be a second key by which INSERT OR REPLACE could overwrite a row."""


class Account(Base):
    """A place where money or a commitment stands. Never changed once opened."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    """UUIDv5 of the code, so that a posting needs no look-up."""
    code: Mapped[str] = mapped_column(unique=True)
    """Readable path, `loan/<id>/principal`, `house/cash`."""
    kind: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[UUID | None] = mapped_column(index=True)
    currency: Mapped[str] = mapped_column(String(3))
    opened_on: Mapped[date]
    __table_args__ = (NO_ROW_NUMBER,)


class Balance(Base):
    """The running balance of a customer-side account. Moves only by a posting; house accounts have none."""

    __tablename__ = "balances"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    balance_minor: Mapped[int]
    posting_count: Mapped[int]
    floor_minor: Mapped[int | None]
    ceiling_minor: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("floor_minor IS NULL OR balance_minor >= floor_minor", name="floor"),
        CheckConstraint("ceiling_minor IS NULL OR balance_minor <= ceiling_minor", name="ceiling"),
        NO_ROW_NUMBER,
    )


class Journal(Base):
    """One business event. Inserted once and never changed; a mistake is reversed."""

    __tablename__ = "journals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[UUID | None]
    effective_on: Mapped[date]
    """The business day it counts for."""
    recorded_at: Mapped[datetime]
    """When it was written."""
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey("journals.id"), unique=True)
    facts: Mapped[str] = mapped_column(Text)
    lines: Mapped[str] = mapped_column(Text)
    """JSON `[{"account": hex, "minor": int, "currency": "CNY"}, …]`; debit positive, sums to zero."""
    __table_args__ = (Index("ix_journals_customer_day", "customer_id", "effective_on"), NO_ROW_NUMBER)


class Posting(Base):
    """One line of a journal, written by the database from the journal's own lines."""

    __tablename__ = "postings"
    journal_id: Mapped[UUID] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    effective_on: Mapped[date]
    account_sequence: Mapped[int | None]
    """Counts the postings of an account that keeps a balance, without a gap."""
    balance_after: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        UniqueConstraint("account_id", "account_sequence", name="uq_postings_account_sequence"),
        UniqueConstraint("journal_id", "account_id", name="uq_postings_journal_account"),
        Index("ix_postings_account_day", "account_id", "effective_on"),
        NO_ROW_NUMBER,
    )
