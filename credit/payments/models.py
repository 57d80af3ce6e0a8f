"""Our orders to the bank; and the demo bank's own books, which a real bank would keep elsewhere."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class PaymentOrder(Base):
    """An order we gave, or are about to give. Written before the bank hears of it."""

    __tablename__ = "payment_orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    direction: Mapped[str] = mapped_column(String(6))
    purpose: Mapped[str] = mapped_column(String(10))
    """`disburse`, `repay` or `refund`."""
    source: Mapped[str] = mapped_column(String(10))
    amount_minor: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    """What is to be done with the money, canonical JSON."""
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"), index=True)
    hold_id: Mapped[UUID | None]
    ordered_on: Mapped[date]
    expires_on: Mapped[date]
    """The last business day on which we wait for the bank."""
    state: Mapped[str] = mapped_column(String(8))
    settled_on: Mapped[date | None]
    reference: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(40))
    journal_id: Mapped[UUID | None] = mapped_column(ForeignKey("journals.id"))
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("loans.id"))
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("direction IN ('payout', 'payin')", name="direction"),
        CheckConstraint("state IN ('sent', 'done', 'failed', 'expired', 'replaced')", name="state"),
        CheckConstraint("(state = 'sent') = (settled_on IS NULL)", name="settled"),
        Index("ix_payment_orders_state", "state", "purpose"),
    )


class DemoBankRule(Base):
    """How the demo bank treats a customer's orders of one direction; without a row it pays at once."""

    __tablename__ = "demo_bank_rules"
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(6), primary_key=True)
    behaviour: Mapped[str] = mapped_column(String(10))


class DemoBankSource(Base):
    """What is on a customer's account at the demo bank. Without a row the debit card covers everything."""

    __tablename__ = "demo_bank_sources"
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    balance_minor: Mapped[int]
    __table_args__ = (CheckConstraint("balance_minor >= 0", name="balance"),)


class DemoBankMove(Base):
    """An order as the demo bank has it."""

    __tablename__ = "demo_bank_moves"
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    direction: Mapped[str] = mapped_column(String(6))
    source: Mapped[str] = mapped_column(String(10))
    amount_minor: Mapped[int]
    behaviour: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(40))
    asked: Mapped[int]
    """How often we have asked what became of it."""
    __table_args__ = (CheckConstraint("status IN ('paid', 'refused', 'waiting')", name="status"),)
