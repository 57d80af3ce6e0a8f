"""The SQL of watching: a bounded number of looks for a range of customers, whoever is well costs nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from credit.books import Books
from credit.closing.lateness import LateDebt
from credit.closing.span import Span
from credit.kernel.database import among
from credit.ledger.models import Journal
from credit.lines.models import Line
from credit.lines.service import PAYLATER
from credit.loans.models import Loan, LoanRow
from credit.monitoring.models import Alert, AlertAction, CustomerScore
from credit.paylater.models import Statement
from credit.repayments.models import AutopayAttempt, Repayment

AlertKey = tuple[UUID, str]
"""Customer and rule."""


def open_alerts(books: Books, span: Span) -> dict[AlertKey, Alert]:
    """Episodes of the range that last, in the order of customers."""
    query = select(Alert).where(span.holds(Alert.customer_id), Alert.released_on.is_(None))
    found = books.session.scalars(query.order_by(Alert.customer_id, Alert.id))
    return {(alert.customer_id, alert.rule): alert for alert in found}


def actions_of(books: Books, alerts: Collection[UUID]) -> list[AlertAction]:
    """All actions of some alerts, in their order."""
    if not alerts:
        return []
    query = select(AlertAction).where(among(books.session, AlertAction.alert_id, alerts))
    return list(books.session.scalars(query.order_by(AlertAction.alert_id, AlertAction.number)))


def write_alerts(books: Books, alerts: Sequence[dict[str, Any]], actions: Sequence[dict[str, Any]]) -> None:
    """Two statements, however many there are."""
    if alerts:
        books.session.execute(insert(Alert), list(alerts))
    if actions:
        books.session.execute(insert(AlertAction), list(actions))


def lines_of(books: Books, customers: Collection[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Lines that are not closed, by customer and product."""
    if not customers:
        return {}
    query = select(Line.customer_id, Line.product, Line.id).where(
        among(books.session, Line.customer_id, customers), Line.status != "closed"
    )
    return {(customer, product): line for customer, product, line in books.session.execute(query)}


# ── signs ───────────────────────────────────────────────────────────────────────────────────────────────────


def opened_loans_on(books: Books, span: Span, day: date) -> set[UUID]:
    """Customers who took a loan on a day."""
    query = select(Loan.customer_id).where(Loan.opened_on == day, span.holds(Loan.customer_id))
    return set(books.session.scalars(query))


def loans_since(books: Books, customers: Collection[UUID], after: date) -> dict[UUID, list[date]]:
    """Days on which loans were taken after a day."""
    query = select(Loan.customer_id, Loan.opened_on).where(
        among(books.session, Loan.customer_id, customers), Loan.opened_on > after
    )
    return _by_customer(books.session.execute(query)) if customers else {}


def had_returns_on(books: Books, span: Span, day: date) -> set[UUID]:
    """Customers of whom a payment bounced on a day, or whose autopay took nothing of what was due."""
    failed = select(AutopayAttempt.customer_id).where(
        span.holds(AutopayAttempt.customer_id), AutopayAttempt.on == day, AutopayAttempt.outcome == "failed"
    )
    bounced = (
        select(Repayment.customer_id)
        .join(Journal, Journal.id == Repayment.bounced_by)
        .where(span.holds(Repayment.customer_id), Repayment.bounced_by.is_not(None), Journal.effective_on == day)
    )
    return {*books.session.scalars(failed), *books.session.scalars(bounced)}


def returns_since(books: Books, customers: Collection[UUID], after: date) -> dict[UUID, list[date]]:
    """The days of such payments after a day, each once."""
    if not customers:
        return {}
    # The first attempt of a day may fail and a later one succeed: then nothing was returned.
    failed = (
        select(AutopayAttempt.customer_id, AutopayAttempt.on)
        .where(
            among(books.session, AutopayAttempt.customer_id, customers),
            AutopayAttempt.on > after,
            AutopayAttempt.outcome.in_(("failed", "partial", "paid")),
        )
        .group_by(AutopayAttempt.customer_id, AutopayAttempt.on)
        .having(func.sum(AutopayAttempt.paid_minor) == 0)
    )
    bounced = (
        select(Repayment.customer_id, Journal.effective_on)
        .join(Journal, Journal.id == Repayment.bounced_by)
        .where(
            among(books.session, Repayment.customer_id, customers),
            Repayment.bounced_by.is_not(None),
            Journal.effective_on > after,
        )
    )
    both = {*map(tuple, books.session.execute(failed)), *map(tuple, books.session.execute(bounced))}
    return _by_customer(sorted(both))


def first_days_missed(books: Books, late: Iterable[LateDebt]) -> dict[UUID, date]:
    """Customers whose late debt missed the first due day it ever had, with that day."""
    debts = list(late)
    bills = {debt.debt_id for debt in debts if debt.product == PAYLATER}
    loans = {debt.debt_id for debt in debts} - bills
    first: dict[UUID, date] = {}
    if bills:
        billed = select(Statement.line_id, func.min(Statement.due_on)).where(
            among(books.session, Statement.line_id, bills), Statement.total_minor > 0
        )
        first |= {line: day for line, day in books.session.execute(billed.group_by(Statement.line_id))}  # noqa: C416
    if loans:
        rows = select(LoanRow.loan_id, LoanRow.due_on).where(
            among(books.session, LoanRow.loan_id, loans), LoanRow.number == 1
        )
        first |= {loan: day for loan, day in books.session.execute(rows)}  # noqa: C416
    found: dict[UUID, date] = {}
    for debt in debts:
        if first.get(debt.debt_id) == debt.since:
            found[debt.customer_id] = min(debt.since, found.get(debt.customer_id, debt.since))
    return found


# ── scores ──────────────────────────────────────────────────────────────────────────────────────────────────


def write_scores(books: Books, rows: Sequence[dict[str, Any]]) -> None:
    """Who has a score of that day keeps it: the closing and a batch may come to the same customer."""
    if not rows:
        return
    postgresql = books.session.get_bind().dialect.name == "postgresql"
    into = insert_postgresql(CustomerScore) if postgresql else insert_sqlite(CustomerScore)
    books.session.execute(into.on_conflict_do_nothing(), list(rows))


def points_since(
    books: Books, customers: Collection[UUID], after: date, version: str
) -> dict[UUID, list[tuple[date, int]]]:
    """Points after a day by the same scorecard: those of another one are not compared."""
    found: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
    if not customers:
        return found
    query = select(CustomerScore.customer_id, CustomerScore.on, CustomerScore.points).where(
        among(books.session, CustomerScore.customer_id, customers),
        CustomerScore.on > after,
        CustomerScore.version == version,
        CustomerScore.points.is_not(None),
    )
    for customer, on, points in books.session.execute(query):
        assert points is not None
        found[customer].append((on, points))
    return found


def not_scored_on(books: Books, day: date, after: UUID | None, most: int) -> list[UUID]:
    """The next customers, by id, who have a line that is not closed and no score of that day."""
    there = select(CustomerScore.on).where(CustomerScore.customer_id == Line.customer_id, CustomerScore.on == day)
    query = select(Line.customer_id).where(Line.status != "closed", ~there.exists())
    if after is not None:
        query = query.where(Line.customer_id > after)
    return list(books.session.scalars(query.distinct().order_by(Line.customer_id).limit(most)))


def days_back(day: date, days: int) -> date:
    """The day before a window of so many days that ends with `day`."""
    return day - timedelta(days=days)


def _by_customer(rows: Iterable[Any]) -> dict[UUID, list[date]]:
    found: dict[UUID, list[date]] = defaultdict(list)
    for customer, day in rows:
        found[customer].append(day)
    return found
