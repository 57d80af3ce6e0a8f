"""Consent to a source of data, one record each time; and the data that it lets in, which leave when it ends."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import delete, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.scoring.behaviour import Source
from credit.scoring.models import DataConsent, PayIn
from credit.scoring.repository import sources_allowed


def set_consent(books: Books, customer_id: UUID, source: Source, *, given: bool, version: str) -> None:
    """Write down a yes or a no. A no deletes what the source told us (PIPL 47: its purpose has ended); decisions made
    before keep the figures that they were made from. Raises CUSTOMER_UNKNOWN."""
    books.lock_customer(customer_id)
    books.session.add(
        DataConsent(
            id=new_id(),
            customer_id=customer_id,
            source=source.value,
            given=given,
            version=version,
            recorded_at=books.now,
        )
    )
    if not given:
        gone = delete(PayIn).where(PayIn.customer_id == customer_id, PayIn.source == source.value)
        books.session.execute(gone)
    books.session.flush()


def sources_of(books: Books, customer_id: UUID) -> set[Source]:
    """What the customer lets us look at now; nothing without a consent."""
    return {Source(source) for _, source in sources_allowed(books, [customer_id])}


def record_pay_in(books: Books, customer_id: UUID, source: Source, *, on: date, amount: Money, reference: str) -> None:
    """Keep what the bank told of money that came in; the same reference again changes nothing.

    Raises CUSTOMER_UNKNOWN, AMOUNT_NOT_POSITIVE, DATA_CONSENT_MISSING: without consent nothing is kept at all."""
    books.lock_customer(customer_id)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if source not in sources_of(books, customer_id):
        raise CreditError(ErrorCode.DATA_CONSENT_MISSING, source.value)
    if books.session.scalars(select(PayIn.id).where(PayIn.reference == reference)).one_or_none() is not None:
        return
    books.session.add(
        PayIn(
            id=new_id(),
            customer_id=customer_id,
            source=source.value,
            on=on,
            amount_minor=amount.minor,
            reference=reference,
        )
    )
    books.session.flush()
