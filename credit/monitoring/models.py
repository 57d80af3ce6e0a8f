"""Scores over time, alerts and what was done about them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

_NO_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class CustomerScore(Base):
    """What the scorecard said of a customer on a business day. Written once a day and customer."""

    __tablename__ = "customer_scores"
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    points: Mapped[int | None]
    """None for a thin file, like the probability; it is remembered, so that nobody is scored twice."""
    default_ppm: Mapped[int | None]
    bins: Mapped[str] = mapped_column(Text)
    """JSON: the number of each feature's bin, in the scorecard's order; for the stability of the features."""
    __table_args__ = (
        CheckConstraint("(points IS NULL) = (default_ppm IS NULL)", name="scored"),
        Index("ix_customer_scores_on", "on"),
        _NO_ROWID,
    )


class Alert(Base):
    """A sign that was seen in one customer, from the day it was seen until it was gone for long enough: an episode.

    While an episode lasts its rule raises no second alert for the customer."""

    __tablename__ = "alerts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    rule: Mapped[str] = mapped_column(String(40))
    """Its name in the policy file at that time."""
    sign: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(8))
    cure_days: Mapped[int]
    policy_version: Mapped[str] = mapped_column(String(64))
    opened_on: Mapped[date]
    facts: Mapped[str] = mapped_column(Text)
    """JSON: what was seen. Amounts in minor units under names that end in `_minor`, days as ISO text."""
    gone_on: Mapped[date | None]
    """Since when the sign is no longer seen; empty again when it comes back before the release."""
    released_on: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("severity IN ('info', 'warning', 'severe')", name="severity"),
        CheckConstraint("released_on IS NULL OR gone_on IS NOT NULL", name="released"),
        Index(
            "uq_alerts_episode",
            "customer_id",
            "rule",
            unique=True,
            sqlite_where=text("released_on IS NULL"),
            postgresql_where=text("released_on IS NULL"),
        ),
        Index("ix_alerts_customer", "customer_id", "opened_on"),
        Index("ix_alerts_opened_on", "opened_on"),
    )


class AlertAction(Base):
    """One thing that the policy wants done about an alert, and whether it could be done yet."""

    __tablename__ = "alert_actions"
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(6))
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey("lines.id"))
    """The line it is about; None for a review."""
    to_ppm: Mapped[int | None]
    """A cut: the share of the limit that stays."""
    restore: Mapped[bool]
    done_on: Mapped[date | None]
    """Empty while it has to wait: the line is frozen for another reason, or its limit is held by a payment."""
    before_minor: Mapped[int | None]
    after_minor: Mapped[int | None]
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"))
    undone_on: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("action IN ('hold', 'freeze', 'cut', 'review')", name="action"),
        CheckConstraint("(action = 'review') = (line_id IS NULL)", name="line"),
        CheckConstraint("(action = 'cut') = (to_ppm IS NOT NULL)", name="cut"),
        CheckConstraint("before_minor >= 0 AND after_minor >= 0", name="not_negative"),
        CheckConstraint("undone_on IS NULL OR done_on IS NOT NULL", name="undone"),
        _NO_ROWID,
    )
