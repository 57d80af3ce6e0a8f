"""How far the closing of a day has come: a row a step and range of customers, so a killed run goes on from there."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

CUSTOMERS, FINISH = "customers", "finish"


class ClosingStep(Base):
    """One piece of a day's closing; done together with all that it writes.

    Customers whose range is open still live on `day`; all others live on the day after it."""

    __tablename__ = "closing_steps"
    day: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(10))
    """`customers`: one range of them; `finish`: what is done once when all ranges are done."""
    first_id: Mapped[UUID | None]
    last_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(5))
    done_at: Mapped[datetime | None]
    figures: Mapped[str] = mapped_column(Text)
    """JSON: what the step counted and, for a range, the principal of its debts by class, minor units."""
    __table_args__ = (
        CheckConstraint("step IN ('customers', 'finish')", name="step"),
        CheckConstraint("state IN ('open', 'done')", name="state"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        CheckConstraint("(step = 'customers') = (first_id IS NOT NULL AND last_id IS NOT NULL)", name="range"),
        Index(
            "ix_closing_steps_open",
            "day",
            "number",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
