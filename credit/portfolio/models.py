"""Classes of debts. A debt that was never late has no row: it is normal."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class DebtClass(Base):
    """A line's or a loan's class on a day, from that day on until the next row begins."""

    __tablename__ = "debt_classes"
    debt_id: Mapped[UUID] = mapped_column(primary_key=True)
    """A pay-later line or a loan."""
    on: Mapped[date] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(String(10))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    days_past_due: Mapped[int]
    until: Mapped[date | None]
    """The day on which the next row began; None for the present one."""
    __table_args__ = (
        CheckConstraint("days_past_due >= 0", name="days"),
        Index(
            "uq_debt_classes_present",
            "debt_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )


class WriteOffCandidate(Base):
    """A debt that is late for so long that somebody must decide about it. Nothing is written off by itself."""

    __tablename__ = "write_off_candidates"
    debt_id: Mapped[UUID] = mapped_column(primary_key=True)
    listed_on: Mapped[date] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(String(10))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    days_past_due: Mapped[int]
    principal_minor: Mapped[int]
    review_on: Mapped[date | None]
    """A Chinese business day; None when it lies beyond the calendar's horizon."""
    withdrawn_on: Mapped[date | None]
    """The day on which it was no longer late enough."""
    __table_args__ = (
        Index(
            "uq_write_off_candidates_listed",
            "debt_id",
            unique=True,
            sqlite_where=text("withdrawn_on IS NULL"),
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
    )
