"""What decides whether a product can be used, read together."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from credit.books import Books
from credit.customers.service import age_on
from credit.explain import usable
from credit.explain.facts import changes_of
from credit.explain.reading.limit import own_cap, released_on
from credit.kernel.money import ZERO, Money, total
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now
from credit.payments import orders

PRODUCTS = (lines_service.PAYLATER, lines_service.CASHLOAN)
CHANGES = {"frozen": ("frozen",), "closed": ("closed",), "open": ("opened", "reopened", "unfrozen")}
"""The entries of a line's history that led to each status."""


def line_states(books: Books, customer_id: UUID) -> tuple[usable.LineState, ...]:
    """Of every line there is or was, pay-later first. Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    found = (_state(books, customer_id, product) for product in PRODUCTS)
    return tuple(state for state in found if state is not None)


def _state(books: Books, customer_id: UUID, product: str) -> usable.LineState | None:
    line = lines_service.find_line(books, customer_id, product)
    if line is None:
        return None
    return usable.LineState(
        line.product, line.status, line.frozen_reason, _since(books, line), released_on(books, line)
    )


def _since(books: Books, line: Line) -> date:
    kinds = CHANGES[line.status]
    return next((change.on for change in changes_of(books, line) if change.kind in kinds), line.opened_on)


def late_state(books: Books, customer_id: UUID, *, bill: bool = True) -> usable.LateState:
    """Days of the oldest missed due day beyond the grace days, and what must be paid so that nothing is overdue.

    Without `bill` loans alone are looked at."""
    days, amounts = [0], []
    for loan in loans_service.running_loans(books, customer_id):
        if late := loans_service.days_overdue(books, loan):
            days.append(late)
            amounts.append(repaying.due_now(books, loan))
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER) if bill else None
    statement = paylater_service.latest_statement(books, line) if line is not None else None
    if line is not None and statement is not None and (late := paylater_service.days_overdue(books, line)):
        days.append(late)
        standing, payable = paylater_service.standing_of(books, line), payable_now(owed(books, line))
        amounts.append(paylater_service.minimum_left(statement, standing, payable))
    return usable.LateState(max(days), total(amounts))


def pay_facts(books: Books, customer_id: UUID) -> usable.PayFacts:
    """Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    return usable.PayFacts(
        line=_state(books, customer_id, lines_service.PAYLATER),
        late=late_state(books, customer_id),
        limit=Money(line.limit_minor) if line is not None else ZERO,
        available=lines_service.available(books, line) if line is not None else ZERO,
        held=books.ledger.balance(lines_service.account(line, "held")) if line is not None else ZERO,
        largest_payment=books.catalogue.paylater.spending.largest_payment,
        own_cap=own_cap(books, line) if line is not None else None,
    )


def borrow_facts(books: Books, customer_id: UUID) -> usable.BorrowFacts:
    """Raises CUSTOMER_UNKNOWN."""
    sold = books.catalogue.cashloan
    line = lines_service.find_line(books, customer_id, lines_service.CASHLOAN)
    waiting = orders.waiting(books, customer_id, orders.DISBURSE)
    return usable.BorrowFacts(
        person=_person(books, customer_id),
        line=_state(books, customer_id, lines_service.CASHLOAN),
        late=late_state(books, customer_id, bill=False),
        limit=Money(line.limit_minor) if line is not None else ZERO,
        available=lines_service.available(books, line) if line is not None else ZERO,
        running=len(loans_service.running_loans(books, customer_id)),
        waiting=len(waiting),
        waiting_amount=total([Money(order.amount_minor) for order in waiting]),
        bounds=usable.LoanBounds(sold.smallest_loan, sold.largest_loan, sold.step, sold.most_open_loans),
    )


def opening_facts(books: Books, customer_id: UUID) -> tuple[usable.OpenFacts, ...]:
    """Of both products, pay-later first. Raises CUSTOMER_UNKNOWN."""
    person, late = _person(books, customer_id), late_state(books, customer_id)
    limits = {product: _limit(books, customer_id, product) for product in PRODUCTS}
    smallest = {
        lines_service.PAYLATER: books.catalogue.paylater.line.smallest,
        lines_service.CASHLOAN: books.catalogue.cashloan.line.smallest,
    }
    return tuple(
        usable.OpenFacts(
            product=product,
            person=person,
            line=_state(books, customer_id, product),
            late=late,
            other_limit=total([limit for other, limit in limits.items() if other != product]),
            both_lines=books.catalogue.exposure.both_lines,
            smallest_line=smallest[product],
        )
        for product in PRODUCTS
    )


def _limit(books: Books, customer_id: UUID, product: str) -> Money:
    line = lines_service.find_line(books, customer_id, product)
    return Money(line.limit_minor) if line is not None else ZERO


def _person(books: Books, customer_id: UUID) -> usable.PersonFacts:
    customer, policy = books.customer(customer_id), books.catalogue.borrowers
    return usable.PersonFacts(
        age=age_on(customer.born_on, books.today),
        youngest=policy.youngest,
        is_student=customer.is_student,
        students_may=policy.students_may_borrow,
        identity_checked=customer.identity_checked,
        is_blocked=customer.is_blocked,
    )
