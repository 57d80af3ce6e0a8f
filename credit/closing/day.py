"""What closing a day does to a range of customers, step after step: the evening of the day, then the next morning."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from credit.books import Books
from credit.closing.accrual import accrue
from credit.closing.autopay import attempt_autopay
from credit.closing.freezing import freeze_or_release
from credit.closing.lateness import LateDebt, late_debts, late_since
from credit.closing.reminders import remind
from credit.closing.span import Span
from credit.ledger import holds
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.lines.temporary import expire_limits
from credit.loans import repaying
from credit.loans.models import Loan, LoanRow
from credit.monitoring.orders import present_orders
from credit.monitoring.service import watch
from credit.paylater import statements
from credit.paylater.life import principal_of
from credit.paylater.models import Statement
from credit.portfolio.service import classify
from credit.repayments.settling import settle_pending


def close_customers(books: Books, day: date, span: Span) -> dict[str, Any]:
    """Close `day` for a range of customers and open the next one for them.

    Returns `done`, what was done by number, and `not_normal`, the principal of late debts by class in minor units.
    Only customers with something to do are looked at one by one; the rest costs a share of a few looks."""
    done: Counter[str] = Counter()
    books.stand_on(day)
    late = _evening(books, day, span, done)
    not_normal = classify(books, day, span, late)
    books.session.flush()
    books.stand_on(day + timedelta(days=1))
    _morning(books, day + timedelta(days=1), span, late, done)
    books.session.flush()
    return {"done": dict(done), "not_normal": not_normal}


def _evening(books: Books, day: date, span: Span, done: Counter[str]) -> list[LateDebt]:
    settled = settle_pending(books, day, customers=(span.first, span.last))
    done["orders"] = len(settled.done) + len(settled.failed) + len(settled.expired)
    done["holds"] = len(holds.expire_due(books.ledger, day, customers=(span.first, span.last)))
    done["autopay"] = attempt_autopay(books, day, span)
    done["limits_ended"] = len(expire_limits(books, day, principal_of, customers=(span.first, span.last)))
    done["accrued"] = accrue(books, day, span)
    done["due"] = _pass_due_days(books, day, span)
    books.session.flush()
    late = late_debts(books, day, span)
    done["late"] = len(late)
    done["frozen_or_released"] = freeze_or_release(books, day, span, late_since(late))
    return late


def _morning(books: Books, day: date, span: Span, late: list[LateDebt], done: Counter[str]) -> None:
    issued = _issue_statements(books, day, span)
    done["statements"] = len(issued)
    due = _reach_due_days(books, day, span)
    done["rows_due"] = len(due)
    books.session.flush()
    done["reminders"] = remind(books, day, span, issued, late)
    done.update(watch(books, present_orders(), day - timedelta(days=1), span, bills=issued, loans=due, late=late))


def _pass_due_days(books: Books, day: date, span: Span) -> int:
    due = (
        select(Line)
        .join(Statement, Statement.line_id == Line.id)
        .where(span.holds(Line.customer_id), Statement.due_on == day)
        .order_by(Line.id)
    )
    lines = list(books.session.scalars(due))
    for line in lines:
        statements.pass_due_day(books, line, day)
    return len(lines)


def _issue_statements(books: Books, day: date, span: Span) -> list[Statement]:
    billed = (
        select(Line)
        .where(
            span.holds(Line.customer_id),
            Line.product == lines_service.PAYLATER,
            Line.status != "closed",
            Line.statement_day == day.day,
        )
        .order_by(Line.id)
    )
    return [statements.issue_statement(books, line) for line in books.session.scalars(billed).all()]


def _reach_due_days(books: Books, day: date, span: Span) -> list[Loan]:
    due = (
        select(Loan)
        .where(
            span.holds(Loan.customer_id),
            Loan.settled_on.is_(None),
            select(LoanRow.number)
            .where(LoanRow.loan_id == Loan.id, LoanRow.due_on == day, LoanRow.paid_on.is_(None))
            .exists(),
        )
        .order_by(Loan.id)
    )
    loans = list(books.session.scalars(due))
    for loan in loans:
        repaying.reach_due_day(books, loan, day)
    return loans
