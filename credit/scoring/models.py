"""Decisions with all that they were made from, what customers agreed to be looked at, and requests for a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

_NO_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class DecisionRules(Base):
    """A policy or scorecard file, word for word, as a decision was made by it. Append only."""

    __tablename__ = "decision_rules"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 (hex) of the content."""
    kind: Mapped[str] = mapped_column(String(6))
    version: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("kind IN ('policy', 'card')", name="kind"), _NO_ROWID)


class DecisionRow(Base):
    """One decision. The customer's own figures stand in `inputs`; with the rules it can be made again. Append only."""

    __tablename__ = "decisions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(100), unique=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    purpose: Mapped[str] = mapped_column(String(9))
    product: Mapped[str] = mapped_column(String(10))
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]
    policy_digest: Mapped[str] = mapped_column(ForeignKey("decision_rules.digest"))
    policy_version: Mapped[str] = mapped_column(String(64))
    card_digest: Mapped[str] = mapped_column(ForeignKey("decision_rules.digest"))
    card_version: Mapped[str] = mapped_column(String(64))
    points: Mapped[int | None]
    """None for a thin file."""
    default_ppm: Mapped[int | None]
    band: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(8))
    limit_minor: Mapped[int | None]
    """The limit that the line shall have; for a temporary limit what is added. None unless approved."""
    daily_rate_ppm: Mapped[int | None]
    inputs: Mapped[str] = mapped_column(Text)
    """Canonical JSON of `credit.scoring.decide.Inputs`."""
    result: Mapped[str] = mapped_column(Text)
    """Canonical JSON of `credit.scoring.decide.Decision`, reason codes and all."""
    __table_args__ = (
        CheckConstraint("purpose IN ('open', 'raise', 'temporary', 'watch')", name="purpose"),
        CheckConstraint("outcome IN ('approved', 'refused', 'review')", name="outcome"),
        CheckConstraint("(outcome = 'approved') = (limit_minor IS NOT NULL)", name="limit"),
        CheckConstraint("limit_minor >= 0", name="not_negative"),
        Index("ix_decisions_customer", "customer_id", "decided_on"),
        Index("ix_decisions_day", "decided_on"),
        _NO_ROWID,
    )


class DecisionReview(Base):
    """A customer wants a person to look at a decision. What became of it stands in the ticket. Append only."""

    __tablename__ = "decision_reviews"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decisions.id"))
    """The newest one at that time; None when nothing was decided yet."""
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"))
    asked_on: Mapped[date]
    asked_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("ticket_id", name="uq_decision_reviews_ticket_id"), _NO_ROWID)


class DataConsent(Base):
    """A customer lets a source of data be looked at, or no longer. The newest row of a source counts. Append only."""

    __tablename__ = "data_consents"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    source: Mapped[str] = mapped_column(String(10))
    given: Mapped[bool]
    version: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime]
    # Contacts and social data are no source at all: PIPL 28, fact sheet 3.4.
    __table_args__ = (
        CheckConstraint("source IN ('income', 'transfers')", name="source"),
        Index("ix_data_consents_customer", "customer_id", "source", "id"),
        _NO_ROWID,
    )


class PayIn(Base):
    """Money that came onto the customer's bound account from elsewhere, as the bank told us with the customer's
    consent. Deleted when the consent ends."""

    __tablename__ = "pay_ins"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    source: Mapped[str] = mapped_column(String(10))
    """`income` (wages and the like, by the bank's own mark) or `transfers` (from other people)."""
    on: Mapped[date]
    amount_minor: Mapped[int]
    reference: Mapped[str] = mapped_column(String(64), unique=True)
    """The bank's number of the movement."""
    __table_args__ = (
        CheckConstraint("source IN ('income', 'transfers')", name="source"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_pay_ins_customer_day", "customer_id", "on"),
    )
