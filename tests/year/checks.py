"""What must be true of the books every morning, recomputed from the tables in a few looks at everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from credit.books import Books
from credit.ledger.models import Account, Posting
from credit.ledger.totals import postings_between
from credit.lines.models import Line
from credit.lines.service import PAYLATER
from credit.loans.models import Loan, LoanRow
from credit.paylater.models import InstallmentPlan, InstallmentRow, Standing, Statement
from credit.paylater.rules import BILLED_PARTS
from tests.year.view import balances

OWED_TO_CUSTOMERS = ("credit", "granted")
"""The parts of accounts whose balance is never above zero; every other one is never below."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Balances of a morning, what the day had already moved then, and what the day before it moved in all."""

    day: date
    balances: dict[str, int]
    moved: dict[str, int]
    moved_before: dict[str, int]


def take(books: Books) -> Snapshot:
    """The books as they stand."""
    moved = _moved(books, books.today - timedelta(days=1), books.today)
    return Snapshot(books.today, balances(books), moved[books.today], moved[books.today - timedelta(days=1)])


def problems(books: Books, now: Snapshot, before: Snapshot | None, *, is_morning: bool) -> list[str]:
    """Every broken promise as a sentence. `is_morning`: nobody has done anything yet since the day was opened."""
    found = [f"{code} stands at {minor}" for code, minor in now.balances.items() if _wrong_side(code, minor)]
    if before is not None:
        found += _movements(now, before)
    found += _limits(books, now)
    found += _loans(books, now)
    found += _plans(books, now)
    found += _standings(books, now)
    if is_morning:
        found += _bills(books, now)
    return found


def _wrong_side(code: str, minor: int) -> bool:
    return minor > 0 if code.endswith(OWED_TO_CUSTOMERS) else minor < 0


def _moved(books: Books, *days: date) -> dict[date, dict[str, int]]:
    """Postings of days that follow each other, by day and account."""
    moved = (
        postings_between(min(days) - timedelta(days=1), max(days))
        .add_columns(Posting.effective_on, Account.code, func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .group_by(Posting.effective_on, Account.code)
    )
    found: dict[date, dict[str, int]] = {day: {} for day in days}
    for day, code, minor in books.session.execute(moved):
        found[day][code] = int(minor)
    return found


def _movements(now: Snapshot, before: Snapshot) -> Iterator[str]:
    """Yesterday's balances and everything posted since are today's, and what was posted sums to zero.

    Snapshots follow each other by a day, or stand on one when a process was killed in between."""
    days = [now.moved] if before.day == now.day else [now.moved_before, now.moved]
    assert (now.day - before.day).days == len(days) - 1, f"a morning between {before.day} and {now.day} is missing"
    if total := sum(sum(moved.values()) for moved in days):
        yield f"the postings of {before.day} and {now.day} sum to {total}"
    for code, minor in now.balances.items():
        expected = before.balances.get(code, 0) - before.moved.get(code, 0) + sum(moved.get(code, 0) for moved in days)
        if minor != expected:
            yield f"{code} stands at {minor}, its postings say {expected}"


def _limits(books: Books, now: Snapshot) -> Iterator[str]:
    """What was granted is free, held or used; what is used is the principal owed, up to the limit."""
    owed: dict[UUID, int] = {}
    for loan, line in books.session.execute(select(Loan.id, Loan.line_id)):
        owed[line] = owed.get(line, 0) + now.balances[f"loan/{loan}/principal"]
    for line, product, limit in books.session.execute(select(Line.id, Line.product, Line.limit_minor)):
        parts = {part: now.balances[f"line/{line}/{part}"] for part in ("granted", "available", "held", "used")}
        if product == PAYLATER:
            owed[line] = sum(now.balances[f"paylater/{line}/{part}"] for part in ("unbilled", "plan", "billed"))
        if sum(parts.values()) or parts["granted"] != -limit:
            yield f"the {product} line {line} of {limit} stands at {parts}"
        if parts["used"] != min(limit, owed.get(line, 0)):
            yield f"the {product} line {line} counts {parts['used']} as used, {owed.get(line, 0)} is owed"


def _loans(books: Books, now: Snapshot) -> Iterator[str]:
    """The rows of a loan ask for the principal that is owed."""
    left = func.sum(LoanRow.principal_minor - LoanRow.principal_paid)
    asked = select(LoanRow.loan_id, left).where(LoanRow.paid_on.is_(None)).group_by(LoanRow.loan_id)
    rows = {loan: int(minor) for loan, minor in books.session.execute(asked)}
    for loan, settled_on in books.session.execute(select(Loan.id, Loan.settled_on)):
        owed = {part: now.balances[f"loan/{loan}/{part}"] for part in ("principal", "interest", "penalty")}
        if owed["principal"] != rows.get(loan, 0):
            yield f"loan {loan} owes {owed['principal']}, its rows ask for {rows.get(loan, 0)}"
        if (settled_on is not None) != (not any(owed.values())):
            yield f"loan {loan} was settled on {settled_on} and owes {owed}"


def _plans(books: Books, now: Snapshot) -> Iterator[str]:
    """Rows not yet on a bill are what stands in the plan."""
    coming = (
        select(InstallmentPlan.line_id, func.sum(InstallmentRow.principal_minor))
        .join(InstallmentRow, InstallmentRow.plan_id == InstallmentPlan.id)
        .where(InstallmentRow.statement_id.is_(None))
        .group_by(InstallmentPlan.line_id)
    )
    planned = {line: int(minor) for line, minor in books.session.execute(coming)}
    for (line,) in books.session.execute(select(Line.id).where(Line.product == PAYLATER)):
        if now.balances[f"paylater/{line}/plan"] != planned.get(line, 0):
            yield f"line {line} has {now.balances[f'paylater/{line}/plan']} in plans, rows say {planned.get(line, 0)}"


def _standings(books: Books, now: Snapshot) -> Iterator[str]:
    """What a line is behind with is owed."""
    standings = select(Standing.line_id, Standing.past_due_minor, Standing.overdue_minor, Standing.overdue_since)
    for line, past_due, overdue, since in books.session.execute(standings):
        payable = _payable(now, line)
        if not 0 <= past_due <= now.balances[f"paylater/{line}/billed"]:
            yield f"line {line} has {past_due} past due, more than is billed"
        if (since is None) != (overdue == 0) or (overdue and not payable):
            yield f"line {line} is overdue since {since} with {overdue} of {payable}"


def _bills(books: Books, now: Snapshot) -> Iterator[str]:
    """A bill of this morning asks for what is owed."""
    issued = select(Statement.line_id, Statement.total_minor).where(Statement.statement_on == now.day)
    for line, total in books.session.execute(issued):
        if total != _payable(now, line):
            yield f"line {line} got a bill of {total} and owes {_payable(now, line)}"


def _payable(now: Snapshot, line: UUID) -> int:
    return sum(now.balances[f"paylater/{line}/{part}"] for part in BILLED_PARTS)
