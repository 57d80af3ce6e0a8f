"""Who is late with what since when, for a range of customers in two looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from credit.books import Books
from credit.closing.span import Span
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans.models import Loan, LoanRow
from credit.paylater.models import Standing


@dataclass(frozen=True, slots=True)
class LateDebt:
    """A line or loan with a due day missed; `since` is the oldest of them."""

    debt_id: UUID
    product: str
    customer_id: UUID
    since: date


def late_debts(books: Books, day: date, span: Span) -> list[LateDebt]:
    """All debts of the range that are late when `day` is over, in the order of customers."""
    lines = (
        select(Standing.line_id, Line.customer_id, Standing.overdue_since)
        .join(Line, Line.id == Standing.line_id)
        .where(span.holds(Line.customer_id), Standing.overdue_since.is_not(None))
    )
    loans = (
        select(LoanRow.loan_id, Loan.customer_id, func.min(LoanRow.due_on))
        .join(Loan, Loan.id == LoanRow.loan_id)
        .where(
            span.holds(Loan.customer_id),
            Loan.settled_on.is_(None),
            LoanRow.paid_on.is_(None),
            LoanRow.due_on < day,
        )
        .group_by(LoanRow.loan_id, Loan.customer_id)
    )
    found = [
        LateDebt(key, product, customer, since)
        for product, query in ((lines_service.PAYLATER, lines), (lines_service.CASHLOAN, loans))
        for key, customer, since in books.session.execute(query)
        if since is not None
    ]
    return sorted(found, key=lambda debt: (debt.customer_id, debt.debt_id))


def late_since(debts: list[LateDebt]) -> dict[UUID, date]:
    """The oldest missed due day of each customer who is late."""
    found: dict[UUID, date] = {}
    for debt in debts:
        found[debt.customer_id] = min(debt.since, found.get(debt.customer_id, debt.since))
    return found
