"""A pay-later line: opening it, its standing, and settling its bill. Spending and refunds have modules of their own."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, select

from credit.books import Books
from credit.catalogue.models import Cycle
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.paylater import rules
from credit.paylater.accounts import account, open_accounts, owed, payable_now, principal_owed
from credit.paylater.models import InstallmentPlan, InstallmentRow, Standing, Statement

FEE_INCOME = "house/income/fee"

_NEWEST_FIRST = (
    select(Statement).where(Statement.line_id == bindparam("line")).order_by(Statement.statement_on.desc()).limit(1)
)


def open_paylater(books: Books, customer: Customer, *, limit: Money, cycle: Cycle) -> Line:
    """Grant a pay-later line with its accounts."""
    rate = books.catalogue.paylater.revolving_daily_ppm
    line = lines_service.open_line(
        books, customer, lines_service.PAYLATER, limit=limit, daily_rate_ppm=rate, cycle=cycle
    )
    open_accounts(books, line)
    books.session.add(
        Standing(
            line_id=line.id,
            past_due_minor=0,
            overdue_minor=0,
            overdue_principal_minor=0,
            overdue_since=None,
            settled_minor=0,
            interest_exact=0,
            interest_posted=0,
            penalty_exact=0,
            penalty_posted=0,
        )
    )
    books.session.flush()
    return line


def standing_of(books: Books, line: Line) -> Standing:
    return books.keep((Standing, line.id), books.session.get_one(Standing, line.id))


def cycle_of(line: Line) -> Cycle:
    assert line.statement_day is not None
    assert line.due_day is not None
    return Cycle(statement_day=line.statement_day, due_day=line.due_day)


def latest_statement(books: Books, line: Line) -> Statement | None:
    return books.session.scalars(_NEWEST_FIRST, {"line": line.id}).one_or_none()


def settle_bill(books: Books, line: Line, amount: Money, *, paid_from: str, lines: Lines) -> dict[str, int]:
    """Add the lines that settle `amount` of the open bill, and give limit back. The caller posts them.

    `paid_from` is the account that is debited: cash, or a new loan's principal. Returns minor units by part.
    Raises AMOUNT_NOT_POSITIVE, NOTHING_OWED, REPAYMENT_EXCEEDS_DEBT."""
    parts = owed(books, line)
    payable = payable_now(parts)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if not payable:
        raise CreditError(ErrorCode.NOTHING_OWED)
    if amount > payable:
        raise CreditError(ErrorCode.REPAYMENT_EXCEEDS_DEBT, offered=amount, owed=payable)
    shares = split_payment(books, line, parts, amount)
    for part, share in shares.items():
        lines.move(Money(share), debit=paid_from, credit=account(line, part))
    principal = shares.get("billed", 0)
    lines_service.release(books, lines, line, owed_after=Money(principal_owed(parts).minor - principal))
    lower_standing(books, line, principal=principal, settled=amount.minor)
    return shares


def split_payment(books: Books, line: Line, parts: dict[str, int], amount: Money) -> dict[str, int]:
    """How a payment would be spread over the open bill, minor units by part; changes nothing."""
    since = standing_of(books, line).overdue_since
    late = (books.today - since).days if since else 0
    long_late = late >= books.catalogue.overdue.principal_first_from_day
    return rules.allocate(amount.minor, parts, rules.PRINCIPAL_FIRST if long_late else rules.BILLED_PARTS)


def lower_standing(books: Books, line: Line, *, principal: int, settled: int) -> None:
    """Oldest debt first: what was past due and overdue goes down before the rest."""
    standing = standing_of(books, line)
    standing.past_due_minor = max(0, standing.past_due_minor - principal)
    standing.settled_minor += settled
    if standing.overdue_minor:
        standing.overdue_minor = max(0, standing.overdue_minor - settled)
        standing.overdue_principal_minor = min(
            standing.overdue_minor, max(0, standing.overdue_principal_minor - principal)
        )
        if not standing.overdue_minor:
            standing.overdue_since = None
            books.customer(line.customer_id).overdue_cured_on = books.today


def minimum_left(statement: Statement, standing: Standing, payable: Money) -> Money:
    """What is still missing of the minimum payment."""
    return Money(min(payable.minor, max(0, statement.minimum_minor - standing.settled_minor)))


def require_open_bill(books: Books, line: Line) -> Statement:
    """The newest statement while something on it is owed. Raises NO_OPEN_BILL."""
    statement = latest_statement(books, line)
    if statement is None or not payable_now(owed(books, line)):
        raise CreditError(ErrorCode.NO_OPEN_BILL)
    return statement


def days_overdue(books: Books, line: Line) -> int:
    """Days since the missed due day; 0 within the grace days."""
    since = standing_of(books, line).overdue_since
    late = (books.today - since).days if since else 0
    return late if late > books.catalogue.overdue.grace_days else 0


def plan_rows_due(books: Books, line: Line, statement_on: date) -> list[InstallmentRow]:
    return list(
        books.session.scalars(
            select(InstallmentRow)
            .join(InstallmentPlan, InstallmentPlan.id == InstallmentRow.plan_id)
            .where(
                InstallmentPlan.line_id == line.id,
                InstallmentRow.statement_id.is_(None),
                InstallmentRow.statement_on <= statement_on,
            )
        )
    )
