"""Tickets. What was said stands in the conversation's own history, not here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

_NOT_CLOSED = text("state <> 'closed'")


class Ticket(Base):
    """One wish for a person, from asking to the end of the talk."""

    __tablename__ = "tickets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    reason: Mapped[str] = mapped_column(String(40))
    """The intent that led here: `human`, `fraud`, `complaint`, `hardship`, …; `watch` when an early warning did."""
    state: Mapped[str] = mapped_column(String(8))
    opened_at: Mapped[datetime]
    staff: Mapped[str | None] = mapped_column(String(60))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(500))
    """What the person did, for the next one; the customer does not see it."""
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'taken', 'closed')", name="state"),
        CheckConstraint("state <> 'taken' OR staff IS NOT NULL", name="taken_by_someone"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        # Two devices that ask at once get one place in the queue.
        Index(
            "uq_tickets_customer_open",
            "customer_id",
            unique=True,
            sqlite_where=_NOT_CLOSED,
            postgresql_where=_NOT_CLOSED,
        ),
        Index("ix_tickets_queue", "opened_at", sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED),
    )
