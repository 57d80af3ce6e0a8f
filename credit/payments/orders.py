"""Orders to the bank: written down first, then sent. What is done with an answer belongs to `credit.repayments`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, new_id
from credit.kernel.money import Money
from credit.payments.demo import DemoBank
from credit.payments.models import PaymentOrder
from credit.payments.port import Answer, Bank, Direction, Order, Source

DISBURSE, REPAY, REFUND = "disburse", "repay", "refund"

_OF_REQUEST = select(PaymentOrder).where(PaymentOrder.request_id == bindparam("request"))
# The column takes its type from a table that is not loaded yet.
_OFFER = bindparam("offer", type_=Uuid())
_OF_OFFER = select(PaymentOrder).where(PaymentOrder.offer_id == _OFFER).order_by(PaymentOrder.id.desc()).limit(1)
_COUNT_OF_OFFER = select(func.count()).where(PaymentOrder.offer_id == _OFFER)


def bank_of(books: Books) -> Bank:
    """The lender's bank; the one place that chooses it."""
    return DemoBank(books.session)


def write_order(
    books: Books,
    customer_id: UUID,
    purpose: str,
    amount: Money,
    *,
    request_id: str,
    expires_on: date,
    source: Source = Source.DEBIT_CARD,
    content: dict[str, Any] | None = None,
    offer_id: UUID | None = None,
    hold_id: UUID | None = None,
) -> PaymentOrder:
    """Write an order, not sent yet. A repeat of the request gets the first one. Raises REQUEST_ID_REUSED."""
    said = canonical_json(content or {})
    earlier = books.session.scalars(_OF_REQUEST, {"request": request_id}).one_or_none()
    if earlier is not None:
        same = (earlier.customer_id, earlier.purpose, earlier.amount_minor, earlier.source, earlier.content)
        if same != (customer_id, purpose, amount.minor, source, said):
            raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
        return earlier
    order = PaymentOrder(
        id=new_id(),
        request_id=request_id,
        customer_id=customer_id,
        direction=Direction.PAYIN if purpose == REPAY else Direction.PAYOUT,
        purpose=purpose,
        source=source,
        amount_minor=amount.minor,
        content=said,
        offer_id=offer_id,
        hold_id=hold_id,
        ordered_on=books.today,
        expires_on=expires_on,
        state="sent",
    )
    books.session.add(order)
    books.session.flush()
    return books.keep((PaymentOrder, order.id), order)


def send(books: Books, order: PaymentOrder) -> tuple[Answer, ...]:
    """Ask the bank for the movement; sending again is harmless."""
    return bank_of(books).send(
        Order(
            order.id,
            Direction(order.direction),
            order.customer_id,
            Source(order.source),
            Money(order.amount_minor),
        )
    )


def lock(books: Books, order_id: UUID) -> PaymentOrder:
    """The order as it is now, with every other command of its customer waiting. Raises PAYMENT_UNKNOWN."""
    key = (PaymentOrder, order_id)
    if isinstance(kept := books.kept(key), PaymentOrder) and books.holds(kept.customer_id):
        return kept  # written or read under the lock already
    order = books.session.get(PaymentOrder, order_id)
    if order is None:
        raise CreditError(ErrorCode.PAYMENT_UNKNOWN, str(order_id))
    books.lock_customer(order.customer_id)
    books.session.refresh(order)
    return books.keep(key, order)


def content_of(order: PaymentOrder) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(order.content)
    return found


def of_offer(books: Books, offer_id: UUID) -> PaymentOrder | None:
    """The newest order that an offer led to."""
    return books.session.scalars(_OF_OFFER, {"offer": offer_id}).one_or_none()


def count_of_offer(books: Books, offer_id: UUID) -> int:
    return books.session.scalars(_COUNT_OF_OFFER, {"offer": offer_id}).one()


def waiting(books: Books, customer_id: UUID, purpose: str) -> list[PaymentOrder]:
    """Orders the bank has not answered for good, oldest first."""
    query = select(PaymentOrder).where(
        PaymentOrder.customer_id == customer_id, PaymentOrder.purpose == purpose, PaymentOrder.state == "sent"
    )
    return list(books.session.scalars(query.order_by(PaymentOrder.id)))
