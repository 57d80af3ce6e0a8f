"""One closed day: autopay, accrual, due days, freezing and release; then the date moves and statements are issued."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from credit.books import Books
from credit.customers.models import BusinessDay, Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger import holds
from credit.ledger.assertions import assert_in_balance
from credit.ledger.finality import make_final
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.models import Loan
from credit.offers.service import pay_bill, pay_loan
from credit.paylater import service as paylater_service
from credit.paylater import statements
from credit.paylater.accounts import owed, payable_now

OVERDUE = "overdue"
MOST_DAYS_AHEAD = 366


def check_target(books: Books, until: date) -> None:
    """Raises CLOSING_WRONG_DAY unless `until` lies ahead, by at most a year."""
    ahead = (until - books.today).days
    if not 0 < ahead <= MOST_DAYS_AHEAD:
        raise CreditError(ErrorCode.CLOSING_WRONG_DAY, f"{until} from {books.today}", today=books.today, until=until)


def close_day(books: Books, expected: date) -> date:
    """Close the business day and open the next, in this transaction. Returns the new date.

    `expected` is the day the caller means to close: raises CLOSING_WRONG_DAY when another run was faster,
    LEDGER_OUT_OF_BALANCE when sub-ledger and general ledger differ: the date does not move then."""
    books.hold_the_day()
    day = books.today
    if day != expected:
        raise CreditError(
            ErrorCode.CLOSING_WRONG_DAY, f"asked to close {expected}, it is {day}", today=day, until=expected
        )
    holds.expire_due(books.ledger, day)
    for customer in books.session.scalars(select(Customer).order_by(Customer.id)):
        _close_customer(books, customer, day)
    books.session.flush()
    assert_in_balance(books.session)
    make_final(books.session, day, books.now)
    _move_to(books, day + timedelta(days=1))
    for line in _lines(books, lines_service.PAYLATER):
        if line.statement_day == books.today.day:
            statements.issue_statement(books, line)
    for loan in _running(books):
        repaying.reach_due_day(books, loan, books.today)
    books.session.flush()
    return books.today


def _close_customer(books: Books, customer: Customer, day: date) -> None:
    paylater = lines_service.find_line(books, customer.id, lines_service.PAYLATER)
    loans = loans_service.running_loans(books, customer.id)
    if customer.autopay:
        _autopay(books, customer, paylater, loans, day)
        loans = [loan for loan in loans if loan.settled_on is None]
    if paylater is not None:
        statements.accrue_day(books, paylater, day)
        statements.pass_due_day(books, paylater, day)
    for loan in loans:
        repaying.accrue_day(books, loan, day)
    _freeze_or_release(books, customer, paylater, loans, day)


def _autopay(books: Books, customer: Customer, paylater: Line | None, loans: list[Loan], day: date) -> None:
    """On the due day, from the bound card, everything that is due."""
    if paylater is not None:
        statement = paylater_service.latest_statement(books, paylater)
        payable = payable_now(owed(books, paylater))
        if statement is not None and statement.due_on == day and payable:
            pay_bill(books, customer.id, payable, request_id=f"autopay:{paylater.id}:{day}")
    for loan in loans:
        due = repaying.due_now(books, loan)
        if due:
            pay_loan(books, loan, due, request_id=f"autopay:{loan.id}:{day}")


def _freeze_or_release(books: Books, customer: Customer, paylater: Line | None, loans: list[Loan], day: date) -> None:
    grace = books.catalogue.overdue.grace_days
    since = [row.due_on for loan in loans for row in loans_service.unpaid_rows(books, loan) if row.due_on < day]
    if paylater is not None and (missed := paylater_service.standing_of(books, paylater).overdue_since):
        since.append(missed)
    lines = [
        line
        for product in (lines_service.PAYLATER, lines_service.CASHLOAN)
        if (line := lines_service.find_line(books, customer.id, product)) is not None
    ]
    if since:
        # Tomorrow morning the customer is late beyond the grace days: new credit stops then, not before.
        if (day - min(since)).days >= grace:
            customer.overdue_cured_on = None
            for line in lines:
                lines_service.freeze(books, line, OVERDUE)
        return
    cured, wait = customer.overdue_cured_on, books.catalogue.overdue.unfreeze_after_days
    if cured is not None and (day - cured).days + 1 >= wait:
        customer.overdue_cured_on = None
        for line in lines:
            if line.frozen_reason == OVERDUE:
                lines_service.unfreeze(books, line, "overdue_cured")


def _move_to(books: Books, day: date) -> None:
    books.session.get_one(BusinessDay, 1).on = day
    books.session.flush()
    books.forget_the_day()


def _lines(books: Books, product: str) -> list[Line]:
    return list(
        books.session.scalars(select(Line).where(Line.product == product, Line.status != "closed").order_by(Line.id))
    )


def _running(books: Books) -> list[Loan]:
    return list(books.session.scalars(select(Loan).where(Loan.settled_on.is_(None)).order_by(Loan.id)))
