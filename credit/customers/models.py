"""Customers. No card number, no identity number, no phone: only what the products need."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    born_on: Mapped[date]
    is_student: Mapped[bool]
    joined_on: Mapped[date]
    card_tail: Mapped[str] = mapped_column(String(4))
    """Last four digits of the bound debit card, the demo's only source and target of money."""
    autopay: Mapped[bool]
    pin_hash: Mapped[str]
    pin_failures: Mapped[int]
    pin_locked_until: Mapped[datetime | None]
    identity_checked: Mapped[bool]
    """Whether the lender has seen who this is; no product opens without it."""
    is_blocked: Mapped[bool]
    """On the lender's own list of those it opens nothing for."""
    overdue_cured_on: Mapped[date | None]
    """The day on which the last overdue amount was repaid; clears when the lines are released."""


class Consent(Base):
    """What a customer agreed to when opening a product, word for word by its version. Append only."""

    __tablename__ = "consents"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """The product it is for."""
    version: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime]


class BusinessDay(Base):
    """One row: the ledger's own date. It moves only when the day is closed."""

    __tablename__ = "business_day"
    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
