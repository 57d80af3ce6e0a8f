"""Interest and penalty of a closed day, for a whole range of customers at a time.

One look reads what bears interest, the day is worked out in integers, one statement moves the exact counters and one
writes the journals. Each posting is round(exact so far) − posted so far (docs/decisions/0003-interest-days.md), so only
debts that reached a whole 分 get a journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.catalogue.models import Overdue
from credit.closing.counters import Counters, move_counters
from credit.closing.span import Span
from credit.kernel.money import Money
from credit.ledger.batch import ACCRUAL, post_accruals
from credit.ledger.service import Event, Lines
from credit.lines.models import Line
from credit.loans.models import Loan, LoanRow
from credit.paylater import rules
from credit.paylater.models import Standing

INTEREST_INCOME, PENALTY_INCOME = "house/income/interest", "house/income/penalty"


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt before its day: where its interest and penalty are posted, and its counters."""

    key: UUID
    customer_id: UUID
    interest_account: str
    penalty_account: str
    counters: Counters


def accrue(books: Books, day: date, span: Span) -> int:
    """Interest and penalty of `day` for the range. Returns how many debts moved."""
    books.session.flush()  # what other steps changed must be seen by the looks below
    return accrue_lines(books, day, span) + accrue_loans(books, day, span)


def accrue_lines(books: Books, day: date, span: Span) -> int:
    """Revolving interest on what is past due, penalty on a missed minimum payment."""
    overdue = books.catalogue.overdue
    bearing = (
        select(
            Standing.line_id, Line.customer_id, Line.daily_rate_ppm, Standing.past_due_minor,
            Standing.overdue_principal_minor, Standing.overdue_since, Standing.interest_exact, Standing.interest_posted,
            Standing.penalty_exact, Standing.penalty_posted,
        )
        .join(Line, Line.id == Standing.line_id)
        .where(span.holds(Line.customer_id), Standing.past_due_minor > 0)
        .order_by(Standing.line_id)
    )  # fmt: skip
    moved = []
    for key, customer, rate, past_due, missed, since, *counters in books.session.execute(bearing):
        interest, penalty = rules.day_of_accrual(
            past_due=past_due,
            overdue=missed,
            late_days=(day - since).days if since else 0,
            grace_days=overdue.grace_days,
            daily_ppm=rate,
            penalty_ppm=overdue.penalty_ppm(rate),
        )
        name = f"paylater/{key}/"
        debt = Debt(key, customer, f"{name}accrued", f"{name}penalty", Counters(*counters))
        moved.append((debt, interest, penalty))
    return _post(books, Standing, moved, day)


def accrue_loans(books: Books, day: date, span: Span) -> int:
    """Interest on principal not yet due, penalty on what is late beyond the grace days."""
    running = (
        select(
            Loan.id, Loan.customer_id, Loan.daily_rate_ppm,
            Loan.interest_exact, Loan.interest_posted, Loan.penalty_exact, Loan.penalty_posted,
        )
        .where(span.holds(Loan.customer_id), Loan.settled_on.is_(None), Loan.opened_on <= day)
        .order_by(Loan.id)
    )  # fmt: skip
    loans = books.session.execute(running).all()
    owed = books.ledger.balances(f"loan/{loan.id}/principal" for loan in loans)
    late = _late_rows(books, day, span)
    moved = []
    for key, customer, rate, *counters in loans:
        principal = owed[f"loan/{key}/principal"].minor
        interest, penalty = day_of_loan(principal, late.get(key, ()), day, rate, books.catalogue.overdue)
        name = f"loan/{key}/"
        moved.append((Debt(key, customer, f"{name}interest", f"{name}penalty", Counters(*counters)), interest, penalty))
    return _post(books, Loan, moved, day)


def day_of_loan(
    principal: int, late: Sequence[tuple[date, int]], day: date, daily_ppm: int, overdue: Overdue
) -> tuple[int, int]:
    """Interest and penalty of one closed day of a loan, minor units × PPM.

    `late` are the unpaid rows due on or before the day: due day and principal left, minor units. They bear no interest,
    and penalty once the grace days are over: without any, from the night after the due day."""
    late_principal = sum(minor for _, minor in late)
    beyond = sum(minor for due_on, minor in late if (day - due_on).days >= overdue.grace_days)
    return (principal - late_principal) * daily_ppm, beyond * overdue.penalty_ppm(daily_ppm)


def _late_rows(books: Books, day: date, span: Span) -> dict[UUID, list[tuple[date, int]]]:
    rows = books.session.execute(
        select(LoanRow.loan_id, LoanRow.due_on, LoanRow.principal_minor - LoanRow.principal_paid)
        .join(Loan, Loan.id == LoanRow.loan_id)
        .where(LoanRow.paid_on.is_(None), LoanRow.due_on <= day, span.holds(Loan.customer_id))
    )
    found: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
    for key, due_on, minor in rows:
        found[key].append((due_on, minor))
    return found


def _post(books: Books, table: type[Standing | Loan], moved: Sequence[tuple[Debt, int, int]], day: date) -> int:
    """Move the counters by the day's exact interest and penalty; a journal for what became a whole 分."""
    entries, counters = [], {}
    for debt, interest, penalty in moved:
        if not interest and not penalty:
            continue
        before = debt.counters
        after = before.after(interest, penalty)
        counters[debt.key] = after
        lines = Lines()
        new_interest, new_penalty = (
            after.interest_posted - before.interest_posted,
            after.penalty_posted - before.penalty_posted,
        )
        lines.move(Money(new_interest), debit=debt.interest_account, credit=INTEREST_INCOME)
        lines.move(Money(new_penalty), debit=debt.penalty_account, credit=PENALTY_INCOME)
        if lines:
            event = Event(ACCRUAL, f"accrual:{debt.key}:{day}", debt.customer_id, day, {})
            entries.append((event, lines))
    move_counters(books.session, table, counters)
    post_accruals(books.session.connection(), entries, books.now)
    return len(counters)
