"""Orders to the bank, what arrived, refunds and offers: the facts behind "where is my money"."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.explain import whereabouts as where
from credit.explain.reading.limit import RECENT
from credit.kernel.money import Money
from credit.ledger.models import Journal
from credit.ledger.reading import journal_facts
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.accounts import owed as loan_owed
from credit.loans.models import Loan
from credit.offers.models import Offer
from credit.paylater import rules
from credit.paylater.accounts import owed, payable_now
from credit.paylater.models import Purchase, Refund
from credit.paylater.service import cycle_of, latest_statement
from credit.payments import orders
from credit.payments.models import PaymentOrder
from credit.repayments.models import AutopayAttempt, Repayment

NO_MONEY = "no_money"
"""No source had anything worth asking for, so that no bank has given a reason."""

REFUNDS_SINCE = timedelta(days=62)
"""Two bills: a refund that is asked about later than that is looked for by a person."""


def repaid_facts(books: Books, customer_id: UUID) -> where.RepaidFacts:
    """Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    since = books.today - RECENT
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    rows = books.session.scalars(
        select(Repayment).where(Repayment.customer_id == customer_id, Repayment.received_on >= since)
    )
    received = [*(_received(books, row) for row in rows), *_bridged(books, customer_id, since)]
    return where.RepaidFacts(
        since=since,
        orders=_orders(books, customer_id, (orders.REPAY, orders.REFUND), since, line),
        received=tuple(sorted(received, key=lambda each: (each.on, each.id), reverse=True)),
        autopay=_autopay(books, customer_id, since),
        owed=(*_bill_owed(books, line), *_loans_owed(books, customer_id)),
    )


def _orders(
    books: Books, customer_id: UUID, purposes: tuple[str, ...], since: date, line: Line | None = None
) -> tuple[where.OrderFact, ...]:
    """Newest first; those that wait whenever they were given."""
    rows = books.session.scalars(
        select(PaymentOrder)
        .where(
            PaymentOrder.customer_id == customer_id,
            PaymentOrder.purpose.in_(purposes),
            (PaymentOrder.ordered_on >= since) | (PaymentOrder.state == "sent"),
        )
        .order_by(PaymentOrder.id.desc())
    )
    return tuple(_order(row, line) for row in rows)


def _order(row: PaymentOrder, line: Line | None) -> where.OrderFact:
    debt = None
    if row.purpose == orders.REPAY:
        on_bill = line is not None and orders.content_of(row).get("chosen") == str(line.id)
        debt = where.BILL if on_bill else where.LOAN
    return where.OrderFact(
        id=row.id,
        purpose=row.purpose,
        state=row.state,
        amount=Money(row.amount_minor),
        on=row.ordered_on,
        until=row.expires_on,
        source=row.source,
        debt=debt,
        settled_on=row.settled_on,
        bank_reason=row.reason,
    )


def _received(books: Books, row: Repayment) -> where.ReceivedFact:
    split: dict[str, int] = json.loads(row.split)
    back = books.session.get(Journal, row.bounced_by) if row.bounced_by else None
    return where.ReceivedFact(
        id=row.id,
        kind=row.kind,
        on=row.received_on,
        amount=Money(row.amount_minor),
        journal_id=row.journal_id,
        split={part: Money(minor) for part, minor in split.items()},
        bounced_on=back.effective_on if back else None,
    )


def _bridged(books: Books, customer_id: UUID, since: date) -> list[where.ReceivedFact]:
    query = select(Journal).where(
        Journal.customer_id == customer_id, Journal.effective_on >= since, Journal.kind == "bill_repaid_with_loan"
    )
    return [
        where.ReceivedFact(
            row.id, where.BILL, row.effective_on, Money(int(journal_facts(row)["amount"])), row.id, by_loan=True
        )
        for row in books.session.scalars(query)
    ]


def _autopay(books: Books, customer_id: UUID, since: date) -> where.AutopayFact | None:
    query = select(AutopayAttempt).where(AutopayAttempt.customer_id == customer_id, AutopayAttempt.on >= since)
    newest = query.order_by(AutopayAttempt.on.desc(), AutopayAttempt.nth.desc()).limit(1)
    row = books.session.scalars(newest).one_or_none()
    if row is None:
        return None
    reasons = [each["reason"] for each in json.loads(row.tried) if each["reason"]]
    return where.AutopayFact(
        on=row.on,
        at=row.at,
        outcome=row.outcome,
        wanted=Money(row.wanted_minor),
        paid=Money(row.paid_minor),
        bank_reason=reasons[-1] if reasons else NO_MONEY,
    )


def _bill_owed(books: Books, line: Line | None) -> tuple[where.OwedFact, ...]:
    statement = latest_statement(books, line) if line is not None else None
    if line is None or statement is None:
        return ()
    left = payable_now(owed(books, line))
    if not left and not statement.total_minor:
        return ()  # a month without anything
    return (where.OwedFact(where.BILL, left, Money(statement.total_minor), statement.due_on),)


def _loans_owed(books: Books, customer_id: UUID) -> tuple[where.OwedFact, ...]:
    return tuple(
        where.OwedFact(
            where.LOAN,
            Money(loan_owed(books, loan)["principal"]),
            Money(loan.principal_minor),
            repaying.next_row(books, loan).due_on,
            is_late=loans_service.days_overdue(books, loan) > 0,
        )
        for loan in loans_service.running_loans(books, customer_id)
    )


def lent_facts(books: Books, customer_id: UUID) -> where.LentFacts:
    """Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    since = books.today - RECENT
    loans = books.session.scalars(
        select(Loan).where(Loan.customer_id == customer_id).order_by(Loan.opened_on.desc(), Loan.id.desc())
    )
    return where.LentFacts(
        orders=_orders(books, customer_id, (orders.DISBURSE,), since),
        loans=tuple(
            where.LentFact(
                loan.id, Money(loan.principal_minor), loan.opened_on, loan.purpose == loans_service.REPAY_PAYLATER
            )
            for loan in loans
        ),
        offer=_offer(books, customer_id, since),
    )


def _offer(books: Books, customer_id: UUID, since: date) -> where.BorrowOfferFact | None:
    """The newest offer of a loan, when nobody confirmed or declined it."""
    query = select(Offer).where(Offer.customer_id == customer_id, Offer.business_date >= since)
    newest = books.session.scalars(query.order_by(Offer.id.desc()).limit(1)).one_or_none()
    if newest is None or newest.kind != "borrow" or newest.status != "open":
        return None
    amount = Money(json.loads(newest.terms)["amount"]["minor"])
    expired = books.now >= newest.expires_at
    return where.BorrowOfferFact(newest.id, amount, newest.business_date, newest.expires_at, expired)


def refund_facts(books: Books, customer_id: UUID) -> where.RefundFacts:
    """Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    since = books.today - REFUNDS_SINCE
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    going_back = _orders(books, customer_id, (orders.REFUND,), since)
    if line is None:
        return where.RefundFacts(since=since, orders=going_back)
    given = books.session.execute(
        select(Refund, Purchase)
        .join(Purchase, Purchase.id == Refund.purchase_id)
        .where(Refund.line_id == line.id, Refund.on >= since)
        .order_by(Refund.on.desc(), Refund.id.desc())
    )
    return where.RefundFacts(
        since=since,
        refunds=tuple(_refund(refund, bought) for refund, bought in given),
        credit=Money(owed(books, line)["credit"]),
        paid_out=_paid_out(books, customer_id, since),
        orders=going_back,
        next_statement_on=rules.next_statement(cycle_of(line), books.today),
    )


def _refund(row: Refund, bought: Purchase) -> where.RefundFact:
    return where.RefundFact(
        id=row.id,
        purchase_id=bought.id,
        merchant=bought.merchant,
        on=row.on,
        bought_on=bought.on,
        amount=Money(row.amount_minor),
        journal_id=row.journal_id,
        billed=Money(row.billed_minor),
        plan=Money(row.plan_minor),
        unbilled=Money(row.unbilled_minor),
        credit=Money(row.credit_minor),
    )


def _paid_out(books: Books, customer_id: UUID, since: date) -> where.PaidOutFact | None:
    query = select(Journal).where(
        Journal.customer_id == customer_id, Journal.effective_on >= since, Journal.kind == "credit_paid_out"
    )
    row = books.session.scalars(query.order_by(Journal.id.desc()).limit(1)).one_or_none()
    return where.PaidOutFact(Money(int(journal_facts(row)["amount"])), row.effective_on, row.id) if row else None
