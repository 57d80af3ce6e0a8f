"""What a limit is made of and what happened to it lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.explain.facts import changes_of
from credit.explain.limit import GivenBackFact, HeldFact, LimitFacts, OwnCapFact, TemporaryFact, WaitingFact
from credit.kernel.money import Money
from credit.ledger.models import Hold, Posting
from credit.ledger.service import account_id
from credit.lines import service as lines_service
from credit.lines import temporary
from credit.lines.models import Line, SpendingCap
from credit.loans import service as loans_service
from credit.paylater import rules, spending
from credit.paylater.accounts import owed
from credit.paylater.service import cycle_of
from credit.payments import orders
from credit.payments.models import PaymentOrder
from credit.repayments.models import Repayment

RECENT = timedelta(days=31)
"""So long after it a payment may be what the customer means by "I have repaid"."""


def limit_facts(books: Books, customer_id: UUID) -> tuple[LimitFacts, ...]:
    """Of every line the customer has or had, pay-later first. Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    products = (lines_service.PAYLATER, lines_service.CASHLOAN)
    found = (lines_service.find_line(books, customer_id, product) for product in products)
    return tuple(facts_of_line(books, line) for line in found if line is not None)


def facts_of_line(books: Books, line: Line) -> LimitFacts:
    facts = LimitFacts(
        product=line.product,
        status=line.status,
        frozen_reason=line.frozen_reason,
        released_on=released_on(books, line),
        limit=Money(line.limit_minor),
        available=lines_service.available(books, line),
        changes=changes_of(books, line),
        waiting=waiting_payments(books, line.customer_id, line.product),
        given_back=_given_back(books, line),
    )
    if line.product == lines_service.CASHLOAN:
        count = len(loans_service.running_loans(books, line.customer_id))
        principal = loans_service.principal_owed(books, line.customer_id)
        return replace(facts, loans=principal, loan_count=count, held=_payouts(books, line))
    parts, granted = owed(books, line), temporary.running(books, line)
    return replace(
        facts,
        billed=Money(parts["billed"]),
        unbilled=Money(parts["unbilled"]),
        plan=Money(parts["plan"]),
        next_statement_on=rules.next_statement(cycle_of(line), books.today),
        held=_authorisations(books, line),
        temporary=TemporaryFact(Money(granted.amount_minor), granted.until_on) if granted else None,
        own_cap=own_cap(books, line),
    )


def released_on(books: Books, line: Line) -> date | None:
    """The day on which a freeze for being overdue ends by itself; None without such a freeze or while it goes on."""
    cured = books.customer(line.customer_id).overdue_cured_on
    if line.status != "frozen" or line.frozen_reason != "overdue" or cured is None:
        return None
    return cured + timedelta(days=books.catalogue.overdue.unfreeze_after_days)


def own_cap(books: Books, line: Line) -> OwnCapFact | None:
    cap, left = books.session.get(SpendingCap, line.id), spending.own_cap_left(books, line)
    if cap is None or left is None:
        return None
    return OwnCapFact(
        monthly=Money(cap.monthly_minor) if cap.monthly_minor is not None else None,
        payment=Money(cap.payment_minor) if cap.payment_minor is not None else None,
        spent=Money(spending.spent_this_month(books, line)),
        left=left,
        set_on=cap.set_on,
    )


def waiting_payments(books: Books, customer_id: UUID, product: str) -> tuple[WaitingFact, ...]:
    """Repayments of one product's debts that wait for the bank, oldest first."""
    line = lines_service.find_line(books, customer_id, product)
    paylater = product == lines_service.PAYLATER
    found = []
    for order in orders.waiting(books, customer_id, orders.REPAY):
        chosen = orders.content_of(order).get("chosen")
        on_bill = line is not None and chosen == str(line.id)
        if on_bill if paylater else chosen is not None and _is_loan(books, customer_id, chosen):
            found.append(WaitingFact(order.id, Money(order.amount_minor), order.ordered_on, order.expires_on))
    return tuple(found)


def _is_loan(books: Books, customer_id: UUID, chosen: str) -> bool:
    return chosen in {str(loan.id) for loan in loans_service.running_loans(books, customer_id)}


def _authorisations(books: Books, line: Line) -> tuple[HeldFact, ...]:
    return tuple(
        HeldFact(
            id=each.id,
            amount=Money(each.amount_minor),
            on=each.on,
            until=books.session.get_one(Hold, each.hold_id).expires_on,
            merchant=each.merchant,
        )
        for each in spending.pending(books, line)
    )


def _payouts(books: Books, line: Line) -> tuple[HeldFact, ...]:
    """Loans the bank has been asked to pay out."""
    waiting: list[PaymentOrder] = orders.waiting(books, line.customer_id, orders.DISBURSE)
    return tuple(HeldFact(each.id, Money(each.amount_minor), each.ordered_on, each.expires_on) for each in waiting)


def _given_back(books: Books, line: Line) -> GivenBackFact | None:
    """The newest payment of late onto this line's debts that was not taken back, by its journal's own postings."""
    kind = "bill" if line.product == lines_service.PAYLATER else "loan"
    newest = books.session.scalars(
        select(Repayment)
        .where(
            Repayment.customer_id == line.customer_id,
            Repayment.kind == kind,
            Repayment.bounced_by.is_(None),
            Repayment.received_on >= books.today - RECENT,
        )
        .order_by(Repayment.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return None
    freed = books.session.scalar(
        select(Posting.amount_minor).where(
            Posting.journal_id == newest.journal_id,
            Posting.account_id == account_id(lines_service.account(line, "available")),
        )
    )
    return GivenBackFact(newest.received_on, Money(newest.amount_minor), Money(freed or 0), newest.journal_id)
