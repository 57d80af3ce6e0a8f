"""The offer as it was shown, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Offer(Base):
    __tablename__ = "offers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    params: Mapped[str] = mapped_column(Text)
    """What was asked for, canonical JSON; the terms are worked out again from it at confirmation."""
    terms: Mapped[str] = mapped_column(Text)
    """What was shown, canonical JSON."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    business_date: Mapped[date]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10))
    executed_at: Mapped[datetime | None]
    journal_id: Mapped[UUID | None] = mapped_column(ForeignKey("journals.id"), unique=True)
    receipt: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("status IN ('open', 'executed', 'declined')", name="status"),
        CheckConstraint("(status = 'executed') = (journal_id IS NOT NULL)", name="executed_has_journal"),
    )
