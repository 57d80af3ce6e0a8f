"""Loans and their rows. Principal, interest and penalty owed are ledger accounts `loan/<id>/…`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Loan(Base):
    __tablename__ = "loans"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"))
    opened_on: Mapped[date]
    principal_minor: Mapped[int]
    daily_rate_ppm: Mapped[int]
    term: Mapped[int]
    method: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20))
    """`consumption`, or `repay_paylater` for the bridge."""
    simple_yearly_ppm: Mapped[int]
    compound_yearly_ppm: Mapped[int]
    settled_on: Mapped[date | None]
    interest_exact: Mapped[int]
    interest_posted: Mapped[int]
    penalty_exact: Mapped[int]
    penalty_posted: Mapped[int]
    __table_args__ = (
        CheckConstraint("principal_minor > 0", name="positive"),
        Index("ix_loans_opened_on", "opened_on"),
    )


class LoanRow(Base):
    """One due day. The plan is rewritten for rows not yet due when principal is repaid early."""

    __tablename__ = "loan_rows"
    loan_id: Mapped[UUID] = mapped_column(ForeignKey("loans.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[date]
    principal_minor: Mapped[int]
    interest_minor: Mapped[int]
    """Planned; set to what was really posted when the due day comes."""
    principal_paid: Mapped[int]
    interest_paid: Mapped[int]
    paid_on: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("principal_paid BETWEEN 0 AND principal_minor", name="principal_paid"),
        CheckConstraint("interest_paid BETWEEN 0 AND interest_minor", name="interest_paid"),
        Index(
            "ix_loan_rows_unpaid",
            "due_on",
            sqlite_where=text("paid_on IS NULL"),
            postgresql_where=text("paid_on IS NULL"),
        ),
    )
