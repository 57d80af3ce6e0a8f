"""Opening a loan and reading loans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from credit.books import Books
from credit.cost.rules import CashFlow, YearlyCost, refuse_above_cap, yearly_cost
from credit.customers.models import Customer
from credit.customers.service import age_on
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans.accounts import open_accounts, owed
from credit.loans.models import Loan, LoanRow
from credit.payments import orders
from credit.schedules.rules import Method, PlannedRow, due_dates, plan_loan

CONSUMPTION, REPAY_PAYLATER = "consumption", "repay_paylater"
LATEST_SHARED_DAY = 28
"""A repayment day that every month has."""

_RUNNING = (
    select(Loan)
    .where(Loan.customer_id == bindparam("customer"), Loan.settled_on.is_(None))
    .order_by(Loan.opened_on, Loan.id)
)
_ROWS = select(LoanRow).where(LoanRow.loan_id == bindparam("loan")).order_by(LoanRow.number)


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """A loan that could be opened now, worked out to the last row."""

    amount: Money
    term: int
    method: Method
    daily_rate_ppm: int
    repayment_day: int
    rows: tuple[PlannedRow, ...]
    cost: YearlyCost


def require_borrower(books: Books, customer: Customer) -> None:
    """Raises UNDERAGE, STUDENT_MAY_NOT_BORROW."""
    policy = books.catalogue.borrowers
    if age_on(customer.born_on, books.today) < policy.youngest:
        raise CreditError(ErrorCode.UNDERAGE, youngest=policy.youngest)
    if customer.is_student and not policy.students_may_borrow:
        raise CreditError(ErrorCode.STUDENT_MAY_NOT_BORROW)


def work_out(books: Books, line: Line, amount: Money, term: int, method: Method) -> LoanTerms:
    """Schedule and cost of a loan opened today, whatever the limit says.

    Raises TERM_NOT_SOLD, METHOD_NOT_SOLD, COST_ABOVE_CAP."""
    product = books.catalogue.cashloan
    if term not in product.terms:
        raise CreditError(ErrorCode.TERM_NOT_SOLD, term=term, terms=product.terms)
    if method not in product.methods:
        raise CreditError(ErrorCode.METHOD_NOT_SOLD, method=method)
    shared = line.due_day or min(books.today.day, LATEST_SHARED_DAY)
    days = due_dates(books.today, term, shared, min_first_days=product.shortest_first_period_days)
    rows = plan_loan(
        principal=amount, daily_rate_ppm=line.daily_rate_ppm, opened_on=books.today, due_on=days, method=method
    )
    cost = cost_of(books.today, amount, rows)
    refuse_above_cap(cost, books.catalogue.cost.cap)
    return LoanTerms(amount, term, method, line.daily_rate_ppm, shared, rows, cost)


def cost_of(received_on: date, amount: Money, rows: tuple[PlannedRow, ...]) -> YearlyCost:
    """Yearly cost of receiving `amount` and paying the rows."""
    return yearly_cost([CashFlow(received_on, amount), *(CashFlow(row.due_on, -row.total) for row in rows)])


def check_amount(books: Books, line: Line, amount: Money, *, exact_fen: bool = False) -> None:
    """Raises AMOUNT_NOT_POSITIVE, AMOUNT_BELOW_MINIMUM, AMOUNT_STEP, LIMIT_EXCEEDED, LOAN_ABOVE_CAP."""
    product = books.catalogue.cashloan
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if amount < product.smallest_loan:
        raise CreditError(ErrorCode.AMOUNT_BELOW_MINIMUM, amount=amount, smallest=product.smallest_loan)
    if amount.minor % product.step.minor and not exact_fen:
        raise CreditError(ErrorCode.AMOUNT_STEP, amount=amount, step=product.step)
    free = lines_service.available(books, line)
    if amount > free and free <= product.largest_loan:
        raise CreditError(ErrorCode.LIMIT_EXCEEDED, amount=amount, available=free)
    if amount > product.largest_loan:
        raise CreditError(ErrorCode.LOAN_ABOVE_CAP, amount=amount, cap=product.largest_loan)


def largest_loan(books: Books, line: Line) -> Money:
    """The most that can be borrowed at once now, in whole steps. Raises LIMIT_EXCEEDED when too little is left."""
    product = books.catalogue.cashloan
    free = lines_service.available(books, line)
    most = min(free, product.largest_loan).minor
    whole = Money(most - most % product.step.minor)
    if whole < product.smallest_loan:
        raise CreditError(ErrorCode.LIMIT_EXCEEDED, amount=product.smallest_loan, available=free)
    return whole


def require_may_borrow(books: Books, customer: Customer) -> Line:
    """The cash line, when a new loan is possible at all.

    Raises UNDERAGE, STUDENT_MAY_NOT_BORROW, PRODUCT_NOT_OPEN, OVERDUE_BLOCKS_CREDIT, LINE_FROZEN, TOO_MANY_LOANS."""
    require_borrower(books, customer)
    line = lines_service.require_line(books, customer.id, lines_service.CASHLOAN)
    running = running_loans(books, customer.id)
    if late := max((days_overdue(books, loan) for loan in running), default=0):
        raise CreditError(ErrorCode.OVERDUE_BLOCKS_CREDIT, days=late)
    lines_service.require_usable(books, line)
    most = books.catalogue.cashloan.most_open_loans
    if len(running) + len(orders.waiting(books, customer.id, orders.DISBURSE)) >= most:
        raise CreditError(ErrorCode.TOO_MANY_LOANS, most=most)
    return line


def create_loan(books: Books, line: Line, terms: LoanTerms, *, purpose: str) -> Loan:
    """Store a loan with its plan and accounts, nothing posted yet. The first loan sets the shared repayment day."""
    loan = Loan(
        id=new_id(),
        customer_id=line.customer_id,
        line_id=line.id,
        opened_on=books.today,
        principal_minor=terms.amount.minor,
        daily_rate_ppm=terms.daily_rate_ppm,
        term=terms.term,
        method=terms.method,
        purpose=purpose,
        simple_yearly_ppm=terms.cost.simple_ppm,
        compound_yearly_ppm=terms.cost.compound_ppm,
        settled_on=None,
        interest_exact=0,
        interest_posted=0,
        penalty_exact=0,
        penalty_posted=0,
    )
    books.session.add(loan)
    books.session.flush()
    for row in terms.rows:
        books.session.add(
            LoanRow(
                loan_id=loan.id,
                number=row.number,
                due_on=row.due_on,
                principal_minor=row.principal.minor,
                interest_minor=row.interest.minor,
                principal_paid=0,
                interest_paid=0,
                paid_on=None,
            )
        )
    line.due_day = line.due_day or terms.repayment_day
    open_accounts(books, loan)
    books.session.flush()
    return loan


def running_loans(books: Books, customer_id: UUID) -> list[Loan]:
    """Loans not yet settled, oldest first."""
    return list(books.session.scalars(_RUNNING, {"customer": customer_id}))


def find_loan(books: Books, customer_id: UUID, loan_id: UUID) -> Loan:
    """A running loan of this customer. Raises LOAN_NOT_FOUND for missing, settled and foreign alike."""
    loan = books.session.get(Loan, loan_id)
    if loan is None or loan.customer_id != customer_id or loan.settled_on is not None:
        raise CreditError(ErrorCode.LOAN_NOT_FOUND)
    return loan


def rows_of(books: Books, loan: Loan) -> list[LoanRow]:
    return list(books.session.scalars(_ROWS, {"loan": loan.id}))


def unpaid_rows(books: Books, loan: Loan) -> list[LoanRow]:
    return [row for row in rows_of(books, loan) if row.paid_on is None]


def days_overdue(books: Books, loan: Loan) -> int:
    """Days since the oldest missed due day; 0 within the grace days."""
    missed = [row.due_on for row in unpaid_rows(books, loan) if row.due_on < books.today]
    late = (books.today - min(missed)).days if missed else 0
    return late if late > books.catalogue.overdue.grace_days else 0


def principal_owed(books: Books, customer_id: UUID) -> Money:
    """Principal of all running loans: what counts against the cash limit."""
    loans = running_loans(books, customer_id)
    return Money(sum(owed(books, loan)["principal"] for loan in loans))
