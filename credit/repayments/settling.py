"""What a bank's answer does to the books. Each order is settled once, whatever the bank says how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.loans import disbursing
from credit.loans.replanning import Effect
from credit.offers.models import Offer
from credit.payments import orders
from credit.payments.models import PaymentOrder
from credit.payments.port import Answer, Source, Status
from credit.repayments import receiving
from credit.repayments.debts import Origin

NO_ANSWER = "no_answer"


def send_and_settle(books: Books, order_id: UUID) -> PaymentOrder:
    """Send an order and take the answer in one transaction: for a bank that keeps its books in ours."""
    order = orders.lock(books, order_id)
    return take_answers(books, order_id, orders.send(books, order))


def take_answers(books: Books, order_id: UUID, answers: Sequence[Answer]) -> PaymentOrder:
    """Write down what the bank says about an order, in the order in which it said it.

    The same answer again changes nothing. Raises PAYMENT_UNKNOWN, BANK_ANSWER_CONTRADICTS (refused after it was
    paid)."""
    order = orders.lock(books, order_id)
    for answer in answers:
        if answer.status is Status.PAID:
            _paid(books, order, answer)
        elif answer.status is Status.REFUSED:
            _refused(books, order, answer.reason or NO_ANSWER)
    books.session.flush()
    return order


def _paid(books: Books, order: PaymentOrder, answer: Answer) -> None:
    if order.state == "done":
        if answer.reference != order.reference:
            _paid_again(books, order, answer)
        return
    order.state, order.settled_on, order.reference, order.reason = "done", books.today, answer.reference, None
    match order.purpose:
        case orders.DISBURSE:
            disbursing.paid_out(books, order)
        case orders.REFUND:
            receiving.returned(books, order)
        case _:
            _paid_in(books, order)


def _paid_in(books: Books, order: PaymentOrder) -> None:
    content = orders.content_of(order)
    shares = receiving.receive(
        books,
        order.customer_id,
        Money(order.amount_minor),
        Origin(Source(order.source), order.reference),
        request_id=order.request_id,
        chosen=UUID(content["chosen"]) if content.get("chosen") else None,
        effect=Effect(content["effect"]) if content.get("effect") else None,
    )
    order.journal_id = shares[0].journal_id
    offer = books.session.get(Offer, order.offer_id) if order.offer_id else None
    if offer is not None and offer.status != "executed":
        offer.status, offer.executed_at, offer.journal_id = "executed", books.now, order.journal_id


def _paid_again(books: Books, order: PaymentOrder, answer: Answer) -> None:
    """A second movement for one order: what came in goes back, what went out is looked for."""
    second = f"{order.request_id}:{answer.reference}"[:100]
    if order.purpose == orders.REPAY:
        if not receiving.of_reference(books, answer.reference or ""):
            origin = Origin(Source(order.source), answer.reference)
            receiving.keep(books, order.customer_id, Money(order.amount_minor), origin, request_id=second)
    else:
        disbursing.paid_without_loan(books, order, second)


def _refused(books: Books, order: PaymentOrder, reason: str) -> None:
    if order.state == "done":
        raise CreditError(ErrorCode.BANK_ANSWER_CONTRADICTS, f"{order.id}: refused after it was paid")
    if order.state == "sent":
        _give_up(books, order, "failed", reason)


def _give_up(books: Books, order: PaymentOrder, state: str, reason: str) -> None:
    order.state, order.settled_on, order.reason = state, books.today, reason[:40]
    if order.purpose == orders.DISBURSE:
        disbursing.not_paid_out(books, order, reason[:40])


@dataclass(slots=True)
class Settled:
    """What became of the orders that were waiting, by id."""

    done: list[UUID] = field(default_factory=list)
    failed: list[UUID] = field(default_factory=list)
    expired: list[UUID] = field(default_factory=list)
    waiting: list[UUID] = field(default_factory=list)


def settle_pending(books: Books, day: date, *, customers: tuple[UUID, UUID] | None = None) -> Settled:
    """Ask the bank about every order without a final answer; called when `day` is closed, before holds expire.

    An order the bank never saw is sent; one whose last day is over is cancelled, and given up when the bank does not
    even answer that: a held limit is free again, and a payment that arrives later still is never lost. `customers`
    narrows it to those from one id to another."""
    found = Settled()
    for order in _refunds_to_try_again(books, customers):
        receiving.order_again(books, order)
    pending = _of(customers, select(PaymentOrder.id).where(PaymentOrder.state == "sent"))
    for order_id in list(books.session.scalars(pending.order_by(PaymentOrder.id))):
        order = _ask(books, order_id)
        if order.state == "sent" and order.expires_on <= day:
            order = take_answers(books, order_id, orders.bank_of(books).cancel(order_id))
            if order.state == "sent":
                _give_up(books, order, "expired", NO_ANSWER)
        names = {"sent": found.waiting, "done": found.done, "failed": found.failed, "expired": found.expired}
        names[order.state].append(order_id)
    books.session.flush()
    return found


def _of[S: Select[Any]](customers: tuple[UUID, UUID] | None, query: S) -> S:
    return query if customers is None else query.where(PaymentOrder.customer_id.between(*customers))


def _refunds_to_try_again(books: Books, customers: tuple[UUID, UUID] | None) -> list[PaymentOrder]:
    """What is owed back but the bank refused to pay on an earlier day."""
    query = select(PaymentOrder).where(
        PaymentOrder.purpose == orders.REFUND,
        PaymentOrder.state.in_(("failed", "expired")),
        PaymentOrder.settled_on < books.today,
    )
    return list(books.session.scalars(_of(customers, query).order_by(PaymentOrder.id)))


def _ask(books: Books, order_id: UUID) -> PaymentOrder:
    answers = orders.bank_of(books).ask(order_id)
    if any(answer.status is Status.UNKNOWN for answer in answers):
        return send_and_settle(books, order_id)
    return take_answers(books, order_id, answers)
