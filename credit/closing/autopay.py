"""Autopay on due days, from the bound card, everything that is due."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.closing.span import Span
from credit.customers.models import Customer
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.models import Loan, LoanRow
from credit.offers.service import pay_bill, pay_loan
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now
from credit.paylater.models import Statement


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
    return sorted({*books.session.scalars(bills), *books.session.scalars(loans)})


def _pay(books: Books, customer_id: UUID, day: date) -> None:
    paylater = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    if paylater is not None:
        statement = paylater_service.latest_statement(books, paylater)
        payable = payable_now(owed(books, paylater))
        if statement is not None and statement.due_on == day and payable:
            pay_bill(books, customer_id, payable, request_id=f"autopay:{paylater.id}:{day}")
    for loan in loans_service.running_loans(books, customer_id):
        due = repaying.due_now(books, loan)
        if due:
            pay_loan(books, loan, due, request_id=f"autopay:{loan.id}:{day}")
