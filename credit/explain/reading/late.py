"""What is late, what bears cost at which exact counter, and what is due next."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.explain import late
from credit.kernel.money import Money
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.accounts import owed as loan_owed
from credit.loans.models import Loan
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now
from credit.paylater.models import Standing, Statement
from credit.repayments.models import Repayment


def late_facts(books: Books, customer_id: UUID) -> late.LateFacts:
    """Raises CUSTOMER_UNKNOWN."""
    books.customer(customer_id)
    overdue = books.catalogue.overdue
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    cash = lines_service.find_line(books, customer_id, lines_service.CASHLOAN)
    missed: list[late.LateDebt] = []
    coming: list[late.ComingDebt] = []
    revolving = None
    statement = paylater_service.latest_statement(books, line) if line is not None else None
    if line is not None and statement is not None:
        standing = paylater_service.standing_of(books, line)
        missed += _late_bill(books, line, statement, standing)
        coming += _coming_bill(books, line, statement, standing)
        principal = Money(max(0, standing.past_due_minor - standing.overdue_principal_minor))
        interest = late.Bearing(line.daily_rate_ppm, standing.interest_exact, standing.interest_posted)
        revolving = late.Revolving(principal, interest)
    for loan in loans_service.running_loans(books, customer_id):
        missed += _late_loan(books, loan)
        coming += _coming_row(books, loan)
    return late.LateFacts(
        today=books.today,
        grace_days=overdue.grace_days,
        late=tuple(missed),
        revolving=revolving,
        coming=tuple(coming),
        rates=tuple((each.product, overdue.penalty_ppm(each.daily_rate_ppm)) for each in (line, cash) if each),
    )


def _late_bill(books: Books, line: Line, statement: Statement, standing: Standing) -> list[late.LateDebt]:
    if standing.overdue_since is None:
        return []
    parts = owed(books, line)
    return [
        late.LateDebt(
            kind=late.BILL,
            id=line.id,
            opened_on=None,
            missed=((standing.overdue_since, Money(standing.overdue_principal_minor)),),
            due=paylater_service.minimum_left(statement, standing, payable_now(parts)),
            penalty_owed=Money(parts["penalty"]),
            penalty_paid=_penalty_paid(books, line.id, standing.overdue_since),
            penalty=late.Bearing(
                books.catalogue.overdue.penalty_ppm(line.daily_rate_ppm),
                standing.penalty_exact,
                standing.penalty_posted,
            ),
        )
    ]


def _late_loan(books: Books, loan: Loan) -> list[late.LateDebt]:
    rows = [row for row in loans_service.unpaid_rows(books, loan) if row.due_on < books.today]
    if not rows:
        return []
    return [
        late.LateDebt(
            kind=late.LOAN,
            id=loan.id,
            opened_on=loan.opened_on,
            missed=tuple((row.due_on, Money(row.principal_minor - row.principal_paid)) for row in rows),
            due=repaying.due_now(books, loan),
            penalty_owed=Money(loan_owed(books, loan)["penalty"]),
            penalty_paid=_penalty_paid(books, loan.id, rows[0].due_on),
            penalty=late.Bearing(
                books.catalogue.overdue.penalty_ppm(loan.daily_rate_ppm), loan.penalty_exact, loan.penalty_posted
            ),
        )
    ]


def _penalty_paid(books: Books, debt_id: UUID, since: date) -> Money:
    splits = books.session.scalars(
        select(Repayment.split).where(
            Repayment.debt_id == debt_id, Repayment.received_on > since, Repayment.bounced_by.is_(None)
        )
    )
    return Money(sum(json.loads(split).get("penalty", 0) for split in splits))


def _coming_bill(books: Books, line: Line, statement: Statement, standing: Standing) -> list[late.ComingDebt]:
    """What the due day would make of the bill: see `credit.paylater.statements.pass_due_day`."""
    if statement.due_on < books.today:
        return []
    parts = owed(books, line)
    missing = paylater_service.minimum_left(statement, standing, payable_now(parts))
    if not missing:
        return []
    bears_nothing = parts["interest"] + parts["fee"] + min(parts["penalty"], statement.penalty_minor)
    principal = Money(min(parts["billed"], max(0, missing.minor - bears_nothing)))
    rate = books.catalogue.overdue.penalty_ppm(line.daily_rate_ppm)
    return [late.ComingDebt(late.BILL, statement.due_on, missing, principal, rate)]


def _coming_row(books: Books, loan: Loan) -> list[late.ComingDebt]:
    row = next((row for row in loans_service.unpaid_rows(books, loan) if row.due_on >= books.today), None)
    if row is None:
        return []
    principal = Money(row.principal_minor - row.principal_paid)
    rate = books.catalogue.overdue.penalty_ppm(loan.daily_rate_ppm)
    return [late.ComingDebt(late.LOAN, row.due_on, repaying.left_of(row), principal, rate)]
