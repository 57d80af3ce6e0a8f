"""Making, showing, confirming and declining offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import bindparam, select, update

from credit.books import Books
from credit.cards import OfferCard, ReceiptCard
from credit.cost.rules import YearlyCost
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.loans import disbursing
from credit.loans import service as loans_service
from credit.loans.models import Loan
from credit.loans.quotes import method_named
from credit.offers import terms
from credit.offers.models import Offer
from credit.offers.terms import Wish
from credit.paylater import installments, life, plans
from credit.paylater.accounts import owed, payable_now
from credit.payments import orders
from credit.refinance import service as refinance_service
from credit.repayments import settling
from credit.repayments.debts import pay_bill, pay_loan

CASH = "house/cash"

_OF_REQUEST = select(Offer).where(Offer.request_id == bindparam("request"))
_FOUND = (
    select(Offer)
    .where(Offer.id == bindparam("offer"), Offer.customer_id == bindparam("customer"))
    .execution_options(populate_existing=True)
)
_LOCKED = _FOUND.with_for_update()

__all__ = [
    "card_of",
    "decline",
    "execute",
    "find",
    "finish",
    "pay_bill",
    "pay_loan",
    "propose",
    "require_open",
    "start",
]


def propose(books: Books, customer_id: UUID, wish: Wish, *, request_id: str) -> OfferCard:
    """Write an offer for a wish; older open offers of the customer give way to it.

    A repeat of the request gets the first offer. Raises REQUEST_ID_REUSED and what the wish is refused for."""
    customer = books.lock_customer(customer_id)
    params = canonical_json(wish.model_dump(mode="json"))
    earlier = books.session.scalars(_OF_REQUEST, {"request": request_id}).one_or_none()
    if earlier is not None:
        if earlier.customer_id != customer_id or earlier.params != params:
            raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
        return card_of(books, earlier)
    body = to_jsonable_python(terms.build(books, customer, wish))
    books.session.execute(
        update(Offer).where(Offer.customer_id == customer_id, Offer.status == "open").values(status="declined")
    )
    offer = Offer(
        id=new_id(),
        request_id=request_id,
        customer_id=customer_id,
        kind=wish.kind,
        params=params,
        terms=canonical_json(body),
        fingerprint=fingerprint(body),
        business_date=books.today,
        created_at=books.now,
        expires_at=books.now + timedelta(minutes=books.catalogue.offers.valid_minutes),
        status="open",
    )
    books.session.add(offer)
    books.session.flush()
    return card_of(books, offer)


def find(books: Books, customer_id: UUID, offer_id: UUID, *, lock: bool = False) -> Offer:
    """The customer's offer. Raises OFFER_NOT_FOUND for missing and foreign alike."""
    found = {"offer": offer_id, "customer": customer_id}
    offer = books.session.scalars(_LOCKED if lock else _FOUND, found).one_or_none()
    if offer is None:
        raise CreditError(ErrorCode.OFFER_NOT_FOUND, str(offer_id))
    return books.keep((Offer, offer_id), offer)


def card_of(books: Books, offer: Offer) -> OfferCard:
    """The offer as it was shown, with what became of it."""
    expired = offer.status == "open" and books.now >= offer.expires_at
    return OfferCard.model_validate(
        {
            **json.loads(offer.terms),
            "id": offer.id,
            "status": "expired" if expired else offer.status,
            "created_at": offer.created_at,
            "expires_at": offer.expires_at,
            "fingerprint": offer.fingerprint,
        }
    )


def require_open(books: Books, offer: Offer) -> None:
    """Raises OFFER_ALREADY_EXECUTED, OFFER_DECLINED, OFFER_EXPIRED."""
    if offer.status == "executed":
        raise CreditError(ErrorCode.OFFER_ALREADY_EXECUTED, executed_at=offer.executed_at)
    if offer.status == "declined":
        raise CreditError(ErrorCode.OFFER_DECLINED)
    if books.now >= offer.expires_at:
        raise CreditError(ErrorCode.OFFER_EXPIRED, expires_at=offer.expires_at)


def decline(books: Books, customer_id: UUID, offer_id: UUID) -> OfferCard:
    """Withdraw an open offer; declining twice is the same as once. Raises OFFER_NOT_FOUND, OFFER_ALREADY_EXECUTED."""
    books.lock_customer(customer_id)
    offer = find(books, customer_id, offer_id, lock=True)
    if offer.status == "executed":
        raise CreditError(ErrorCode.OFFER_ALREADY_EXECUTED, executed_at=offer.executed_at)
    offer.status = "declined"
    return card_of(books, offer)


@dataclass(frozen=True, slots=True)
class Done:
    """What executing an offer made."""

    journal_id: UUID | None
    """None while only an order was written."""
    loan: Loan | None = None
    first_due_on: Any = None
    order_id: UUID | None = None
    """What the bank must be asked for."""


def execute(books: Books, customer_id: UUID, offer_id: UUID) -> ReceiptCard:
    """Do what the offer says, once, the bank's part too, in this transaction. The PIN was checked before.

    For callers whose bank keeps its books in ours; the front door takes the steps one by one. Raises as `start` and
    `finish`."""
    order_id = start(books, customer_id, offer_id)
    if order_id is not None:
        settling.send_and_settle(books, order_id)
    return finish(books, customer_id, offer_id)


def start(books: Books, customer_id: UUID, offer_id: UUID) -> UUID | None:
    """Do what needs no bank, and write the order for what does; returns the order to send.

    Raises OFFER_NOT_FOUND, OFFER_ALREADY_EXECUTED, OFFER_DECLINED, OFFER_EXPIRED, OFFER_OUTDATED, PAYMENT_PENDING."""
    customer = books.lock_customer(customer_id)
    offer = find(books, customer_id, offer_id, lock=True)
    require_open(books, offer)
    earlier = orders.of_offer(books, offer.id)
    if earlier is not None and earlier.state == "sent":
        raise CreditError(ErrorCode.PAYMENT_PENDING, str(earlier.id))
    wish = Wish.model_validate_json(offer.params)
    try:
        now = to_jsonable_python(terms.build(books, customer, wish))
    except CreditError as refusal:
        raise CreditError(ErrorCode.OFFER_OUTDATED, str(refusal)) from refusal
    if fingerprint(now) != offer.fingerprint:
        raise CreditError(ErrorCode.OFFER_OUTDATED, "the terms would be others now")
    done = _EXECUTORS[offer.kind](books, offer, wish, now, f"offer:{offer.id}")
    if done.journal_id is not None:
        offer.status, offer.executed_at, offer.journal_id = "executed", books.now, done.journal_id
        if done.order_id is None:
            offer.receipt = _receipt(books, offer, done).model_dump_json()
    books.session.flush()
    return done.order_id


def finish(books: Books, customer_id: UUID, offer_id: UUID) -> ReceiptCard:
    """The receipt of a started offer, as far as the bank has answered.

    A loan the bank has not paid out yet has a receipt without a loan: the limit is held. Raises OFFER_NOT_FOUND,
    PAYOUT_FAILED, PAYMENT_FAILED, PAYMENT_PENDING."""
    offer = find(books, customer_id, offer_id)
    order = orders.of_offer(books, offer.id)
    if order is None:
        return ReceiptCard.model_validate_json(offer.receipt or "{}")
    loan = books.session.get(Loan, order.loan_id) if order.loan_id else None
    if order.purpose == orders.DISBURSE:
        if order.state in {"failed", "expired"}:
            raise CreditError(ErrorCode.PAYOUT_FAILED, order.reason or "")
        first = date.fromisoformat(orders.content_of(order)["due_on"][0])
        return _receipt(books, offer, Done(order.journal_id, loan, first))
    if order.state != "done":
        raise CreditError(
            ErrorCode.PAYMENT_PENDING if order.state == "sent" else ErrorCode.PAYMENT_FAILED, order.reason or ""
        )
    chosen = orders.content_of(order)["chosen"]
    return _receipt(books, offer, Done(order.journal_id, books.session.get(Loan, UUID(chosen))))


def _receipt(books: Books, offer: Offer, done: Done) -> ReceiptCard:
    paylater = lines_service.find_line(books, offer.customer_id, lines_service.PAYLATER)
    about_bill = offer.kind in {"repay_bill", "repay_with_loan", "installment"} and paylater is not None
    return ReceiptCard.model_validate(
        {
            "offer_id": offer.id,
            "offer_kind": offer.kind,
            "journal_id": done.journal_id,
            "executed_at": offer.executed_at or books.now,
            "business_date": books.today,
            "amount": json.loads(offer.terms)["amount"],
            "loan_id": done.loan.id if done.loan else None,
            "first_due_on": done.first_due_on,
            "bill_outstanding": (
                {"minor": payable_now(owed(books, paylater)).minor} if about_bill and paylater is not None else None
            ),
            "limits": lines_service.limit_card(books, offer.customer_id).lines,
        }
    )


def _do_borrow(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, offer.customer_id, lines_service.CASHLOAN)
    worked = loans_service.work_out(books, line, _amount(body), body["term"], method_named(books, wish.method))
    order = disbursing.order_payout(books, line, worked, request_id=request_id, offer_id=offer.id)
    return Done(order.journal_id, order_id=order.id)


def _do_bridge(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    paylater = lines_service.require_line(books, offer.customer_id, lines_service.PAYLATER)
    cash = lines_service.require_line(books, offer.customer_id, lines_service.CASHLOAN)
    worked = loans_service.work_out(books, cash, _amount(body), body["term"], method_named(books, wish.method))
    journal, loan = refinance_service.borrow_to_repay(books, paylater, cash, worked, request_id=request_id)
    return Done(journal, loan, worked.rows[0].due_on)


def _do_repay_bill(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, offer.customer_id, lines_service.PAYLATER)
    return _order_payin(books, offer, wish, body, request_id, chosen=line.id)


def _do_repay_loan(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    loan = terms.loan_to_repay(books, offer.customer_id, wish.loan_id)
    return _order_payin(books, offer, wish, body, request_id, chosen=loan.id)


def _order_payin(
    books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str, *, chosen: UUID
) -> Done:
    """The debt moves when the money is there. After a refusal by the bank the offer may be confirmed again."""
    nth = orders.count_of_offer(books, offer.id)
    order = orders.write_order(
        books,
        offer.customer_id,
        orders.REPAY,
        _amount(body),
        request_id=f"{request_id}:{nth}" if nth else request_id,
        expires_on=books.today + timedelta(days=books.catalogue.repayments.bank_wait_days),
        source=terms.source_of(books, wish),
        content={"chosen": str(chosen), "effect": wish.effect},
        offer_id=offer.id,
    )
    return Done(None, order_id=order.id)


def _do_installment(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, offer.customer_id, lines_service.PAYLATER)
    cost = YearlyCost(body["simple_yearly_ppm"], body["compound_yearly_ppm"])
    journal, _ = installments.split_bill(books, line, _amount(body), body["term"], cost=cost, request_id=request_id)
    return Done(journal, first_due_on=body["rows"][0]["due_on"])


def _do_settle_plan(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, offer.customer_id, lines_service.PAYLATER)
    lines = Lines()
    due = plans.settle_plan(books, line, terms.plan_to_settle(books, line, wish.loan_id), paid_from=CASH, lines=lines)
    facts: dict[str, object] = {"plan": str(due.plan.id), "amount": due.amount.minor}
    return Done(books.post("plan_settled", request_id, lines, customer_id=offer.customer_id, facts=facts))


def _do_pay_out_credit(books: Books, offer: Offer, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, offer.customer_id, lines_service.PAYLATER)
    lines = Lines()
    amount = life.pay_out_credit(books, line, paid_to=CASH, lines=lines)
    facts: dict[str, object] = {"amount": amount.minor}
    return Done(books.post("credit_paid_out", request_id, lines, customer_id=offer.customer_id, facts=facts))


def _amount(body: dict[str, Any]) -> Money:
    return Money(body["amount"]["minor"])


_EXECUTORS = {
    "borrow": _do_borrow,
    "repay_with_loan": _do_bridge,
    "repay_bill": _do_repay_bill,
    "repay_loan": _do_repay_loan,
    "installment": _do_installment,
    "settle_plan": _do_settle_plan,
    "pay_out_credit": _do_pay_out_credit,
}
