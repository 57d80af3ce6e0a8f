"""The ledger's tables. A journal carries its own lines; the database spreads them into postings, balances and holds.

On SQLite the tables have no rowid: INSERT OR REPLACE by a row's number would delete it past every trigger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

_NO_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class Account(Base):
    """A place where money or a commitment stands. Never changed once opened."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    """UUIDv5 of the code, so that a posting needs no look-up."""
    code: Mapped[str] = mapped_column(unique=True)
    """Readable path, `loan/<id>/principal`, `house/cash`."""
    kind: Mapped[str] = mapped_column(String(40))
    """A kind of seeds/chart.yml."""
    gl_class: Mapped[str] = mapped_column(String(10))
    customer_id: Mapped[UUID | None] = mapped_column(index=True)
    currency: Mapped[str] = mapped_column(String(3))
    is_held: Mapped[bool]
    """Moves only together with a hold."""
    opened_on: Mapped[date]
    __table_args__ = (
        CheckConstraint("gl_class IN ('asset', 'liability', 'equity', 'income', 'expense', 'memo')", name="gl_class"),
        _NO_ROWID,
    )


class AccountClosure(Base):
    """An account that takes no more postings. Append only; its balance was zero."""

    __tablename__ = "account_closures"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    closed_on: Mapped[date]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    __table_args__ = (_NO_ROWID,)


class Balance(Base):
    """The running balance of a customer-side account. Moves only by a posting; house accounts have none."""

    __tablename__ = "balances"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    balance_minor: Mapped[int]
    posting_count: Mapped[int]
    floor_minor: Mapped[int | None]
    ceiling_minor: Mapped[int | None]
    closed_on: Mapped[date | None]
    """Repeats the closure on the row that posting locks, so that the two cannot pass each other."""
    __table_args__ = (
        CheckConstraint("floor_minor IS NULL OR balance_minor >= floor_minor", name="floor"),
        CheckConstraint("ceiling_minor IS NULL OR balance_minor <= ceiling_minor", name="ceiling"),
        CheckConstraint("balance_minor BETWEEN -9007199254740991 AND 9007199254740991", name="exact_in_json"),
        # Free space in each page lets a balance move without touching its index.
        {**_NO_ROWID, "postgresql_with": {"fillfactor": 60}},
    )


class Journal(Base):
    """One business event. Inserted once and never changed; a mistake is reversed."""

    __tablename__ = "journals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[UUID | None]
    effective_on: Mapped[date] = mapped_column(index=True)
    """The business day it counts for."""
    recorded_at: Mapped[datetime]
    """When it was written."""
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey("journals.id"))
    hold_id: Mapped[UUID | None]
    hold_act: Mapped[str | None] = mapped_column(String(8))
    """What the journal does to the hold: `place`, `post`, `release` or `expire`."""
    hold_expires_on: Mapped[date | None]
    facts: Mapped[str] = mapped_column(Text)
    lines: Mapped[str] = mapped_column(Text)
    """JSON `[{"account": hex, "minor": int, "currency": "CNY"}, …]`; debit positive, sums to zero."""
    __table_args__ = (
        Index("ix_journals_customer_day", "customer_id", "effective_on"),
        Index(
            "uq_journals_reverses",
            "reverses",
            unique=True,
            sqlite_where=text("reverses IS NOT NULL"),
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        _NO_ROWID,
    )


class Posting(Base):
    """One line of a journal, written by the database from the journal's own lines.

    No foreign keys: the guards keep what they would, and PostgreSQL's would lock the rows of the house accounts,
    which are in every journal."""

    __tablename__ = "postings"
    journal_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    effective_on: Mapped[date]
    account_sequence: Mapped[int | None]
    """Counts the postings of an account that keeps a balance, without a gap."""
    balance_after: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        Index(
            "uq_postings_account_sequence",
            "account_id",
            "account_sequence",
            unique=True,
            sqlite_where=text("account_sequence IS NOT NULL"),
            postgresql_where=text("account_sequence IS NOT NULL"),
        ),
        # A statement page and a sum over days both read this index alone.
        Index("ix_postings_account_day", "account_id", "effective_on", "journal_id", "amount_minor"),
        _NO_ROWID,
    )


class Hold(Base):
    """An amount set aside for something not yet final. Written and closed by the journal that moves it."""

    __tablename__ = "holds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    from_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    held_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    expires_on: Mapped[date]
    """The last business day on which it may be posted."""
    state: Mapped[str] = mapped_column(String(8))
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("journals.id"), unique=True)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("journals.id"), unique=True)
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('pending', 'posted', 'released', 'expired')", name="state"),
        CheckConstraint("(state = 'pending') = (closed_by IS NULL)", name="closed"),
        Index(
            "ix_holds_pending",
            "expires_on",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        _NO_ROWID,
    )


class ClosedDay(Base):
    """The books up to this day are final. Carries its totals; the database checks and spreads them."""

    __tablename__ = "closed_days"
    day: Mapped[date] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    totals: Mapped[str] = mapped_column(Text)
    """JSON `{"accounts": [{account, moved, balance}], "kinds": [{gl_class, kind, currency, moved, balance}]}`."""
    __table_args__ = (_NO_ROWID,)


class Rollup(Base):
    """A house account at the end of a closed day on which it moved."""

    __tablename__ = "rollups"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    day: Mapped[date] = mapped_column(ForeignKey("closed_days.day"), primary_key=True)
    moved_minor: Mapped[int]
    """Postings since the closed day before this one."""
    balance_minor: Mapped[int]
    __table_args__ = (_NO_ROWID,)


class ControlTotal(Base):
    """The general ledger's figure of one kind at the end of a closed day; every kind seen so far has one a day."""

    __tablename__ = "control_totals"
    day: Mapped[date] = mapped_column(ForeignKey("closed_days.day"), primary_key=True)
    gl_class: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    moved_minor: Mapped[int]
    balance_minor: Mapped[int]
    __table_args__ = (_NO_ROWID,)
