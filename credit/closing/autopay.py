"""Autopay on due days and while something is late, from the sources in the catalogue's order."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, union

from credit.books import Books
from credit.closing.span import Span
from credit.customers.models import Customer
from credit.lines.models import Line
from credit.loans.models import Loan, LoanRow
from credit.paylater.models import Standing, Statement
from credit.repayments.autopay import attempt


def attempt_autopay(books: Books, day: date, span: Span) -> int:
    """Pay for whoever has autopay and something due. Returns for how many it was attempted."""
    wanting = _with_something_due(books, day, span)
    for customer_id in wanting:
        _pay(books, customer_id, day)
    return len(wanting)


def _with_something_due(books: Books, day: date, span: Span) -> list[UUID]:
    bills = (
        select(Customer.id)
        .join(Line, Line.customer_id == Customer.id)
        .join(Statement, Statement.line_id == Line.id)
        .where(span.holds(Customer.id), Customer.autopay.is_(True), Statement.due_on == day)
    )
    loans = (
        select(Customer.id)
        .join(Loan, Loan.customer_id == Customer.id)
        .join(LoanRow, LoanRow.loan_id == Loan.id)
        .where(span.holds(Customer.id), Customer.autopay.is_(True), LoanRow.paid_on.is_(None), LoanRow.due_on <= day)
    )
    late = (
        select(Customer.id)
        .join(Line, Line.customer_id == Customer.id)
        .join(Standing, Standing.line_id == Line.id)
        .where(span.holds(Customer.id), Customer.autopay.is_(True), Standing.overdue_since.is_not(None))
    )
    return sorted(books.session.scalars(union(bills, loans, late)))


def _pay(books: Books, customer_id: UUID, day: date) -> None:
    """The day's attempts in a row: the demo bank does not change its mind between morning and night."""
    customer = books.customer(customer_id)
    for nth, _ in enumerate(books.catalogue.repayments.autopay.attempts, start=1):
        if attempt(books, customer, day, nth).outcome in {"nothing", "paid"}:
            return
