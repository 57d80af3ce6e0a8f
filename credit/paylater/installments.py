"""Splitting the open bill into installments."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.cost.rules import YearlyCost
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines import temporary
from credit.lines.models import Line
from credit.paylater import rules
from credit.paylater.accounts import account, owed, payable_now, principal_owed
from credit.paylater.models import InstallmentPlan, InstallmentRow, Statement
from credit.paylater.service import cycle_of, days_overdue, require_open_bill, standing_of
from credit.schedules.rules import PlannedRow, plan_installments


def splittable(books: Books, line: Line) -> tuple[Statement, Money]:
    """The open statement and how much of it may be split: its principal, until the due day.

    A split is new credit, so a frozen line has none. Raises NO_OPEN_BILL, OVERDUE_BLOCKS_CREDIT, LINE_FROZEN,
    INSTALLMENT_NOT_POSSIBLE."""
    statement = require_open_bill(books, line)
    if late := days_overdue(books, line):
        raise CreditError(ErrorCode.OVERDUE_BLOCKS_CREDIT, days=late)
    lines_service.require_usable(books, line)
    # A temporary limit must be repaid whole: what is owed above the lasting limit cannot be put off.
    parts = owed(books, line)
    above = max(0, principal_owed(parts).minor - line.limit_minor + temporary.amount(books, line))
    principal = Money(max(0, parts["billed"] - above))
    smallest = books.catalogue.paylater.installments.smallest
    if books.today > statement.due_on or principal < smallest:
        raise CreditError(ErrorCode.INSTALLMENT_NOT_POSSIBLE, due_on=statement.due_on, smallest=smallest)
    return statement, principal


def plan(
    books: Books, line: Line, amount: Money, term: int, *, seller_pays: bool = False, first_days: int = 0
) -> tuple[tuple[date, ...], tuple[PlannedRow, ...]]:
    """Statement days and rows of a split; without fees when the seller pays them. The first row is due at the earliest
    after `first_days`. Raises TERM_NOT_SOLD."""
    fees = books.catalogue.paylater.installments.fee_ppm_by_term
    if term not in fees:
        raise CreditError(ErrorCode.TERM_NOT_SOLD, term=term, terms=sorted(fees))
    cycle, days = cycle_of(line), []
    day = rules.next_statement(cycle, books.today)
    while (rules.due_day_of(cycle, day) - books.today).days < first_days:
        day = rules.next_statement(cycle, day)
    for _ in range(term):
        days.append(day)
        day = rules.next_statement(cycle, day)
    due = [rules.due_day_of(cycle, day) for day in days]
    rate = 0 if seller_pays else fees[term]
    rows = plan_installments(principal=amount, fee_rate_ppm=rate, due_on=due, opened_on=books.today)
    return tuple(days), rows


def check_amount(books: Books, amount: Money, most: Money) -> None:
    """Raises AMOUNT_NOT_POSITIVE, AMOUNT_BELOW_MINIMUM, REPAYMENT_EXCEEDS_DEBT."""
    smallest = books.catalogue.paylater.installments.smallest
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if amount < smallest:
        raise CreditError(ErrorCode.AMOUNT_BELOW_MINIMUM, amount=amount, smallest=smallest)
    if amount > most:
        raise CreditError(ErrorCode.REPAYMENT_EXCEEDS_DEBT, offered=amount, owed=most)


def split_bill(
    books: Books, line: Line, amount: Money, term: int, *, cost: YearlyCost, request_id: str
) -> tuple[UUID, InstallmentPlan]:
    """Move principal from the bill to a plan. Returns the journal and the plan; raises as `splittable`, `plan` do."""
    _, most = splittable(books, line)
    check_amount(books, amount, most)
    days, rows = plan(books, line, amount, term)
    lines = Lines().move(amount, debit=account(line, "plan"), credit=account(line, "billed"))
    journal = books.post(
        "bill_split", request_id, lines, customer_id=line.customer_id, facts={"amount": amount.minor, "term": term}
    )
    standing = standing_of(books, line)
    standing.settled_minor += amount.minor
    standing.past_due_minor = max(0, standing.past_due_minor - amount.minor)
    return journal, store_plan(books, line, amount, days, rows, cost=cost)


def store_plan(
    books: Books,
    line: Line,
    amount: Money,
    days: tuple[date, ...],
    rows: tuple[PlannedRow, ...],
    *,
    cost: YearlyCost,
    seller_pays: bool = False,
) -> InstallmentPlan:
    """The plan and its rows, by the statement days they come on; its principal is posted by the caller."""
    made = InstallmentPlan(
        id=new_id(),
        line_id=line.id,
        opened_on=books.today,
        principal_minor=amount.minor,
        term=len(rows),
        fee_rate_ppm=0 if seller_pays else books.catalogue.paylater.installments.fee_ppm_by_term[len(rows)],
        simple_yearly_ppm=cost.simple_ppm,
        compound_yearly_ppm=cost.compound_ppm,
        seller_pays=seller_pays,
        settled_on=None,
    )
    books.session.add(made)
    books.session.flush()
    for day, row in zip(days, rows, strict=True):
        books.session.add(
            InstallmentRow(
                plan_id=made.id,
                number=row.number,
                statement_on=day,
                due_on=row.due_on,
                principal_minor=row.principal.minor,
                fee_minor=row.fee.minor,
                statement_id=None,
            )
        )
    books.session.flush()
    return made


def running_plans(books: Books, line: Line) -> list[tuple[InstallmentPlan, list[InstallmentRow]]]:
    """Plans with at least one row not yet on a statement, oldest first, with all their rows."""
    plans = books.session.scalars(
        select(InstallmentPlan).where(InstallmentPlan.line_id == line.id).order_by(InstallmentPlan.opened_on)
    )
    found = []
    for made in plans:
        rows = list(
            books.session.scalars(
                select(InstallmentRow).where(InstallmentRow.plan_id == made.id).order_by(InstallmentRow.number)
            )
        )
        if any(row.statement_id is None for row in rows):
            found.append((made, rows))
    return found


__all__ = ["check_amount", "payable_now", "plan", "running_plans", "split_bill", "splittable"]
