"""The outbox. A row is one thing to tell one customer; the words are in bot/domain/notices.yml."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Notice(Base):
    __tablename__ = "notices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    facts: Mapped[str] = mapped_column(Text)
    """JSON; amounts in minor units under names that end in `_minor`, days as ISO text."""
    dedupe_key: Mapped[str] = mapped_column(String(100), unique=True)
    """One key, one notice, however often it is asked for."""
    business_date: Mapped[date]
    due_at: Mapped[datetime]
    """Not to be delivered earlier; never within the quiet hours."""
    state: Mapped[str] = mapped_column(String(10))
    settled_at: Mapped[datetime | None]
    """When it was sent or withdrawn."""
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sent', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled"),
        Index(
            "ix_notices_pending",
            "due_at",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )


class NoticeOptOut(Base):
    """A kind of notice that a customer does not want."""

    __tablename__ = "notice_opt_outs"
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    since: Mapped[date]
