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
