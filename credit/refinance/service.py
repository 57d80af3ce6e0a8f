"""The bridge between the two products.

Guards (fact sheet, section 2): only when the customer asks, nothing overdue, at most the open bill, once in so many
days, never a refinance of a refinance, paid straight into the pay-later account, with its own purpose code."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from credit.books import Books
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import service as loans_service
from credit.loans.accounts import account as loan_account
from credit.loans.models import Loan
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now


def require_bridge(books: Books, customer: Customer) -> tuple[Line, Line, Money]:
    """The pay-later line, the cash line and the open bill, when borrowing to repay is possible.

    Raises BRIDGE_OFF, PRODUCT_NOT_OPEN, NO_OPEN_BILL, BRIDGE_OVERDUE, BRIDGE_OF_BRIDGE, BRIDGE_TOO_SOON and whatever
    forbids a new loan."""
    rule = books.catalogue.bridge
    if not rule.allowed:
        raise CreditError(ErrorCode.BRIDGE_OFF)
    paylater = lines_service.require_line(books, customer.id, lines_service.PAYLATER)
    paylater_service.require_open_bill(books, paylater)
    if late := _days_missed(books, customer, paylater):
        raise CreditError(ErrorCode.BRIDGE_OVERDUE, days=late)
    cash = loans_service.require_may_borrow(books, customer)
    _require_no_earlier_bridge(books, customer)
    return paylater, cash, payable_now(owed(books, paylater))


def _days_missed(books: Books, customer: Customer, paylater: Line) -> int:
    """Days since the oldest missed due day of any debt. Grace days count: what is missed is not refinanced."""
    missed = [
        row.due_on
        for loan in loans_service.running_loans(books, customer.id)
        for row in loans_service.unpaid_rows(books, loan)
        if row.due_on < books.today
    ]
    if since := paylater_service.standing_of(books, paylater).overdue_since:
        missed.append(since)
    return (books.today - min(missed)).days if missed else 0


def _require_no_earlier_bridge(books: Books, customer: Customer) -> None:
    bridges = [
        loan for loan in loans_service.running_loans(books, customer.id) if loan.purpose == loans_service.REPAY_PAYLATER
    ]
    if bridges:
        raise CreditError(ErrorCode.BRIDGE_OF_BRIDGE)
    last = books.session.scalar(
        select(func.max(Loan.opened_on)).where(
            Loan.customer_id == customer.id, Loan.purpose == loans_service.REPAY_PAYLATER
        )
    )
    again = last + timedelta(days=books.catalogue.bridge.days_between) if last else None
    if again and books.today < again:
        raise CreditError(ErrorCode.BRIDGE_TOO_SOON, again_on=again)


def check_amount(books: Books, cash: Line, amount: Money, bill: Money) -> None:
    """Raises BRIDGE_ABOVE_BILL and what a loan's amount can be refused for."""
    if amount > bill:
        raise CreditError(ErrorCode.BRIDGE_ABOVE_BILL, amount=amount, bill=bill)
    loans_service.check_amount(books, cash, amount, exact_fen=True)


def borrow_to_repay(
    books: Books, paylater: Line, cash: Line, terms: loans_service.LoanTerms, *, request_id: str
) -> tuple[UUID, Loan]:
    """Open the loan and settle the bill in one journal: there is no moment with only one of them."""
    loan = loans_service.create_loan(books, cash, terms, purpose=loans_service.REPAY_PAYLATER)
    lines = Lines()
    paylater_service.settle_bill(books, paylater, terms.amount, paid_from=loan_account(loan, "principal"), lines=lines)
    lines_service.draw(lines, cash, terms.amount)
    journal = books.post(
        "bill_repaid_with_loan",
        request_id,
        lines,
        customer_id=cash.customer_id,
        facts={"loan": str(loan.id), "amount": terms.amount.minor, "term": terms.term, "purpose": loan.purpose},
    )
    return journal, loan
