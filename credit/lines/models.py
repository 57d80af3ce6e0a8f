"""A credit line and its history. The figures are ledger accounts; this row holds what is not an amount."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    product: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    frozen_reason: Mapped[str | None] = mapped_column(String(40))
    opened_on: Mapped[date]
    daily_rate_ppm: Mapped[int]
    statement_day: Mapped[int | None]
    due_day: Mapped[int | None]
    """Pay-later: due day of the statement. Cash loan: the shared repayment day, set by the first loan."""
    limit_minor: Mapped[int]
    """What was promised; the ledger's `granted` differs from it only while more is owed than the limit."""
    __table_args__ = (
        UniqueConstraint("customer_id", "product", name="uq_lines_customer_product"),
        CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
        CheckConstraint("limit_minor >= 0", name="limit"),
    )


class LineChange(Base):
    """Why a line is as it is: every opening, raise, cut, freeze and release."""

    __tablename__ = "line_changes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), index=True)
    on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40))
    before_minor: Mapped[int]
    after_minor: Mapped[int]


class SpendingCap(Base):
    """What a customer allows themself, below the limit; 0 stands for a cap that lets nothing through."""

    __tablename__ = "spending_caps"
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), primary_key=True)
    monthly_minor: Mapped[int | None]
    """For all payments of a calendar month together."""
    payment_minor: Mapped[int | None]
    """For one payment."""
    set_on: Mapped[date]
    __table_args__ = (
        CheckConstraint("monthly_minor >= 0 AND payment_minor >= 0", name="not_negative"),
        CheckConstraint("monthly_minor IS NOT NULL OR payment_minor IS NOT NULL", name="something"),
    )


class TemporaryLimit(Base):
    """An addition to a line's limit that ends by itself."""

    __tablename__ = "temporary_limits"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), index=True)
    amount_minor: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date]
    """The last business day on which it counts."""
    ended_on: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("until_on >= from_on", name="order"),
    )
