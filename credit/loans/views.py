"""Running loans as cards."""

from __future__ import annotations

from uuid import UUID

from credit.books import Books
from credit.cards import ScheduleLoan, ScheduleRow, money_out
from credit.kernel.money import ZERO, Money
from credit.loans import repaying, service
from credit.loans.accounts import owed, payoff
from credit.loans.models import Loan, LoanRow


def loan_schedules(books: Books, customer_id: UUID) -> list[ScheduleLoan]:
    """Every running loan with all its rows."""
    return [_schedule(books, loan) for loan in service.running_loans(books, customer_id)]


def _schedule(books: Books, loan: Loan) -> ScheduleLoan:
    rows, parts = service.rows_of(books, loan), owed(books, loan)
    unpaid = [row for row in rows if row.paid_on is None]
    due = repaying.due_now(books, loan)
    return ScheduleLoan(
        loan_id=loan.id,
        kind="loan",
        opened_on=loan.opened_on,
        principal=money_out(Money(loan.principal_minor)),
        remaining=money_out(Money(parts["principal"])),
        payoff_today=money_out(payoff(parts)),
        method=loan.method,
        term=loan.term,
        daily_rate_ppm=loan.daily_rate_ppm,
        simple_yearly_ppm=loan.simple_yearly_ppm,
        compound_yearly_ppm=loan.compound_yearly_ppm,
        days_overdue=service.days_overdue(books, loan),
        penalty=money_out(Money(parts["penalty"])),
        next_due_on=unpaid[0].due_on if unpaid else None,
        next_due=money_out(due if due else repaying.left_of(unpaid[0])),
        rows=[_row(books, row) for row in rows],
    )


def _row(books: Books, row: LoanRow) -> ScheduleRow:
    if row.paid_on is not None:
        status = "paid"
    elif row.due_on < books.today:
        status = "overdue"
    else:
        status = "due" if row.due_on == books.today else "planned"
    return ScheduleRow.model_validate(
        {
            "number": row.number,
            "due_on": row.due_on,
            "principal": money_out(Money(row.principal_minor)),
            "interest": money_out(Money(row.interest_minor)),
            "fee": money_out(ZERO),
            "total": money_out(Money(row.principal_minor + row.interest_minor)),
            "status": status,
        }
    )
