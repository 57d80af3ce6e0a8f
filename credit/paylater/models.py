"""Pay-later tables. Amounts owed are ledger accounts; these rows say what they are made of."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Purchase(Base):
    __tablename__ = "purchases"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), index=True)
    on: Mapped[date]
    merchant: Mapped[str]
    category: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int]
    refunded_minor: Mapped[int]
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("statements.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("installment_plans.id"))
    """Bought in installments: it comes on the bills row by row, not as a purchase."""
    journal_id: Mapped[UUID]
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refund_within"),
    )


class Refund(Base):
    __tablename__ = "refunds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    purchase_id: Mapped[UUID] = mapped_column(ForeignKey("purchases.id"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), index=True)
    on: Mapped[date]
    amount_minor: Mapped[int]
    unbilled_minor: Mapped[int]
    """The part that lowered spending not yet billed; counts on the next statement."""
    billed_minor: Mapped[int]
    plan_minor: Mapped[int]
    """The part that shortened installments not yet billed, the last rows first."""
    credit_minor: Mapped[int]
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("statements.id"))
    journal_id: Mapped[UUID]


class Authorisation(Base):
    """A payment that a merchant may still take. What became of it is the state of its hold."""

    __tablename__ = "authorisations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), index=True)
    on: Mapped[date]
    merchant: Mapped[str]
    category: Mapped[str] = mapped_column(String(40))
    amount_minor: Mapped[int]
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id"), unique=True)
    purchase_id: Mapped[UUID | None] = mapped_column(ForeignKey("purchases.id"))
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"),)


class Statement(Base):
    """A bill as it was issued; never changed. What is left of it stands in the ledger."""

    __tablename__ = "statements"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"))
    statement_on: Mapped[date]
    due_on: Mapped[date]
    previous_minor: Mapped[int]
    purchases_minor: Mapped[int]
    refunds_minor: Mapped[int]
    installments_minor: Mapped[int]
    interest_minor: Mapped[int]
    fees_minor: Mapped[int]
    penalty_minor: Mapped[int]
    payments_minor: Mapped[int]
    """Credit balance set against the bill (negative)."""
    total_minor: Mapped[int]
    minimum_minor: Mapped[int]
    __table_args__ = (
        UniqueConstraint("line_id", "statement_on", name="uq_statements_line_day"),
        Index("ix_statements_due_on", "due_on"),
        CheckConstraint("minimum_minor BETWEEN 0 AND total_minor", name="minimum"),
        CheckConstraint(
            "total_minor = previous_minor + purchases_minor + refunds_minor + installments_minor + interest_minor"
            " + fees_minor + penalty_minor + payments_minor",
            name="composition",
        ),
    )


class Standing(Base):
    """What the daily accrual needs to remember of a line. Exact counters are minor units × PPM."""

    __tablename__ = "paylater_standings"
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), primary_key=True)
    past_due_minor: Mapped[int]
    """Billed principal whose due day has passed: it bears revolving interest."""
    overdue_minor: Mapped[int]
    """The part of the minimum payment that was missed."""
    overdue_principal_minor: Mapped[int]
    """The principal in it: it bears penalty instead of interest. Interest and fees bear nothing."""
    overdue_since: Mapped[date | None]
    settled_minor: Mapped[int]
    """What has lowered the newest statement since it was issued: payments, refunds, splitting."""
    interest_exact: Mapped[int]
    interest_posted: Mapped[int]
    penalty_exact: Mapped[int]
    penalty_posted: Mapped[int]


class InstallmentPlan(Base):
    __tablename__ = "installment_plans"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("lines.id"), index=True)
    opened_on: Mapped[date]
    principal_minor: Mapped[int]
    fee_rate_ppm: Mapped[int]
    term: Mapped[int]
    simple_yearly_ppm: Mapped[int]
    compound_yearly_ppm: Mapped[int]
    seller_pays: Mapped[bool]
    """The merchant carries the whole fee; the rows have none then."""
    settled_on: Mapped[date | None]
    """The day on which the rest was paid early."""


class InstallmentRow(Base):
    __tablename__ = "installment_rows"
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("installment_plans.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    statement_on: Mapped[date]
    due_on: Mapped[date]
    principal_minor: Mapped[int]
    fee_minor: Mapped[int]
    statement_id: Mapped[UUID | None] = mapped_column(ForeignKey("statements.id"))
