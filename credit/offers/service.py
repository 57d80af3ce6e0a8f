"""Making, showing, confirming and declining offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import select, update

from credit.books import Books
from credit.cards import OfferCard, ReceiptCard
from credit.cost.rules import YearlyCost
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.models import Loan
from credit.loans.quotes import method_named
from credit.offers import terms
from credit.offers.models import Offer
from credit.offers.terms import Wish
from credit.paylater import installments, life, plans
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now
from credit.refinance import service as refinance_service

CASH = "house/cash"


def propose(books: Books, customer_id: UUID, wish: Wish, *, request_id: str) -> OfferCard:
    """Write an offer for a wish; older open offers of the customer give way to it.

    A repeat of the request gets the first offer. Raises REQUEST_ID_REUSED and what the wish is refused for."""
    customer = books.lock_customer(customer_id)
    params = canonical_json(wish.model_dump(mode="json"))
    earlier = books.session.scalars(select(Offer).where(Offer.request_id == request_id)).one_or_none()
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
    query = select(Offer).where(Offer.id == offer_id, Offer.customer_id == customer_id)
    query = query.with_for_update() if lock else query
    offer = books.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if offer is None:
        raise CreditError(ErrorCode.OFFER_NOT_FOUND, str(offer_id))
    return offer


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

    journal_id: UUID
    loan: Loan | None = None
    first_due_on: Any = None


def execute(books: Books, customer_id: UUID, offer_id: UUID) -> ReceiptCard:
    """Do what the offer says, once, in this transaction. The PIN was checked before.

    Raises OFFER_NOT_FOUND, OFFER_ALREADY_EXECUTED, OFFER_DECLINED, OFFER_EXPIRED, OFFER_OUTDATED."""
    customer = books.lock_customer(customer_id)
    offer = find(books, customer_id, offer_id, lock=True)
    require_open(books, offer)
    wish = Wish.model_validate_json(offer.params)
    try:
        now = to_jsonable_python(terms.build(books, customer, wish))
    except CreditError as refusal:
        raise CreditError(ErrorCode.OFFER_OUTDATED, str(refusal)) from refusal
    if fingerprint(now) != offer.fingerprint:
        raise CreditError(ErrorCode.OFFER_OUTDATED, "the terms would be others now")
    done = _EXECUTORS[offer.kind](books, customer_id, wish, now, f"offer:{offer.id}")
    receipt = _receipt(books, offer, done)
    offer.status, offer.executed_at, offer.journal_id = "executed", books.now, done.journal_id
    offer.receipt = receipt.model_dump_json()
    books.session.flush()
    return receipt


def _receipt(books: Books, offer: Offer, done: Done) -> ReceiptCard:
    paylater = lines_service.find_line(books, offer.customer_id, lines_service.PAYLATER)
    about_bill = offer.kind in {"repay_bill", "repay_with_loan", "installment"} and paylater is not None
    return ReceiptCard.model_validate(
        {
            "offer_id": offer.id,
            "offer_kind": offer.kind,
            "journal_id": done.journal_id,
            "executed_at": books.now,
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


def _do_borrow(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, customer_id, lines_service.CASHLOAN)
    worked = loans_service.work_out(books, line, _amount(body), body["term"], method_named(books, wish.method))
    journal, loan = loans_service.disburse(books, line, worked, request_id=request_id)
    return Done(journal, loan, worked.rows[0].due_on)


def _do_bridge(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    paylater = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    cash = lines_service.require_line(books, customer_id, lines_service.CASHLOAN)
    worked = loans_service.work_out(books, cash, _amount(body), body["term"], method_named(books, wish.method))
    journal, loan = refinance_service.borrow_to_repay(books, paylater, cash, worked, request_id=request_id)
    return Done(journal, loan, worked.rows[0].due_on)


def _do_repay_bill(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    return Done(pay_bill(books, customer_id, _amount(body), request_id=request_id))


def pay_bill(books: Books, customer_id: UUID, amount: Money, *, request_id: str) -> UUID:
    """Money from the bound card onto the open bill. Raises what `settle_bill` does."""
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    lines = Lines()
    paylater_service.settle_bill(books, line, amount, paid_from=CASH, lines=lines)
    return books.post("bill_repaid", request_id, lines, customer_id=customer_id, facts={"amount": amount.minor})


def _do_repay_loan(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    loan = terms.loan_to_repay(books, customer_id, wish.loan_id)
    return Done(pay_loan(books, loan, _amount(body), request_id=request_id), loan)


def pay_loan(books: Books, loan: Loan, amount: Money, *, request_id: str) -> UUID:
    """Money from the bound card onto a loan. Raises what `settle_loan` does."""
    lines = Lines()
    repaying.settle_loan(books, loan, amount, paid_from=CASH, lines=lines)
    facts: dict[str, object] = {"loan": str(loan.id), "amount": amount.minor}
    return books.post("loan_repaid", request_id, lines, customer_id=loan.customer_id, facts=facts)


def _do_installment(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    cost = YearlyCost(body["simple_yearly_ppm"], body["compound_yearly_ppm"])
    journal, _ = installments.split_bill(books, line, _amount(body), body["term"], cost=cost, request_id=request_id)
    return Done(journal, first_due_on=body["rows"][0]["due_on"])


def _do_settle_plan(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    lines = Lines()
    due = plans.settle_plan(books, line, terms.plan_to_settle(books, line, wish.loan_id), paid_from=CASH, lines=lines)
    facts: dict[str, object] = {"plan": str(due.plan.id), "amount": due.amount.minor}
    return Done(books.post("plan_settled", request_id, lines, customer_id=customer_id, facts=facts))


def _do_pay_out_credit(books: Books, customer_id: UUID, wish: Wish, body: dict[str, Any], request_id: str) -> Done:
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    lines = Lines()
    amount = life.pay_out_credit(books, line, paid_to=CASH, lines=lines)
    facts: dict[str, object] = {"amount": amount.minor}
    return Done(books.post("credit_paid_out", request_id, lines, customer_id=customer_id, facts=facts))


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
