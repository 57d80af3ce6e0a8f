"""What came in and what it paid; and the attempts of autopay."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Repayment(Base):
    """A payment's share on one debt, or what was kept because nothing was owed. One journal each."""

    __tablename__ = "repayments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    reference: Mapped[str | None] = mapped_column(String(64), index=True)
    """The bank's number of the movement; shares of one payment have the same."""
    source: Mapped[str] = mapped_column(String(10))
    payer: Mapped[str | None] = mapped_column(String(64))
    """Who paid, when it was somebody else: the bank's token for them, never a card number."""
    kind: Mapped[str] = mapped_column(String(4))
    debt_id: Mapped[UUID | None] = mapped_column(index=True)
    """A loan, or for a bill the pay-later line; None for money kept."""
    received_on: Mapped[date]
    amount_minor: Mapped[int]
    journal_id: Mapped[UUID] = mapped_column(ForeignKey("journals.id"))
    split: Mapped[str] = mapped_column(Text)
    """JSON: minor units by part of the debt."""
    before: Mapped[str] = mapped_column(Text)
    """JSON: dates and marks of the debt before this payment, to stand again if it bounces."""
    bounced_by: Mapped[UUID | None] = mapped_column(ForeignKey("journals.id"))
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("kind IN ('loan', 'bill', 'kept')", name="kind"),
        CheckConstraint("(kind = 'kept') = (debt_id IS NULL)", name="debt"),
        Index(
            "ix_repayments_bounced",
            "customer_id",
            sqlite_where=text("bounced_by IS NOT NULL"),
            postgresql_where=text("bounced_by IS NOT NULL"),
        ),
    )


class AutopayAttempt(Base):
    """One attempt for one customer: what was due, what was taken from where, and why not more."""

    __tablename__ = "autopay_attempts"
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(5))
    wanted_minor: Mapped[int]
    paid_minor: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    """`nothing`, `paid`, `partial`, `failed` or `waiting`."""
    tried: Mapped[str] = mapped_column(Text)
    """JSON `[{"debt", "source", "amount", "status", "reason"}]`, in the order they were tried."""
    __table_args__ = (
        CheckConstraint("outcome IN ('nothing', 'paid', 'partial', 'failed', 'waiting')", name="outcome"),
        CheckConstraint("paid_minor BETWEEN 0 AND wanted_minor", name="paid"),
    )
