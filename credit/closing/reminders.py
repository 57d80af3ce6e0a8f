"""What a new day reminds customers of: bills issued, days that come due, days missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from credit.books import Books
from credit.closing.lateness import LateDebt
from credit.closing.span import Span
from credit.kernel.database import among
from credit.lines.models import Line
from credit.loans.models import Loan, LoanRow
from credit.notices.rules import sending_time
from credit.notices.service import NewNotice, enqueue
from credit.paylater.models import Statement
from credit.paylater.rules import BILLED_PARTS


def remind(books: Books, day: date, span: Span, issued: Sequence[Statement], late: Iterable[LateDebt]) -> int:
    """Write the reminders of the morning of `day`: for the bills issued on it, for what comes due, and for the debts
    that were `late` the evening before. Returns how many are new."""
    bills = _bills(books, day, [*issued, *_bills_due(books, day, span)])
    return enqueue(books, [*bills, *_loans(books, day, span), *_overdue(books, day, late)])


def _bills_due(books: Books, day: date, span: Span) -> list[Statement]:
    """Bills soon due, unless a newer one took them over."""
    due = [day + timedelta(days=ahead) for ahead in books.catalogue.reminders.due_in_days]
    other = aliased(Statement)
    newer = select(other.id).where(other.line_id == Statement.line_id, other.statement_on > Statement.statement_on)
    query = (
        select(Statement)
        .join(Line, Line.id == Statement.line_id)
        .where(
            span.holds(Line.customer_id),
            Statement.due_on.in_(due),
            Statement.statement_on < day,
            ~newer.correlate(Statement).exists(),
        )
        .order_by(Statement.line_id)
    )
    return list(books.session.scalars(query))


def _bills(books: Books, day: date, bills: Sequence[Statement]) -> list[NewNotice]:
    """Of those of which something is left."""
    named = {bill.id: [f"paylater/{bill.line_id}/{part}" for part in BILLED_PARTS] for bill in bills}
    owed = books.ledger.balances(code for codes in named.values() for code in codes)
    owners = select(Line.id, Line.customer_id).where(among(books.session, Line.id, {bill.line_id for bill in bills}))
    owner = {line: customer for line, customer in books.session.execute(owners)} if bills else {}  # noqa: C416
    found = []
    for bill in bills:
        left = sum(owed[code].minor for code in named[bill.id])
        if not left:
            continue
        issued = bill.statement_on == day
        found.append(
            NewNotice(
                customer_id=owner[bill.line_id],
                kind="bill_issued" if issued else "bill_due",
                dedupe_key=f"bill_issued:{bill.id}" if issued else f"bill_due:{bill.id}:{(bill.due_on - day).days}",
                due_at=sending_time(day, books.catalogue.reminders),
                facts={"left_minor": left, "minimum_minor": bill.minimum_minor, "due_on": bill.due_on.isoformat()},
            )
        )
    return found


def _loans(books: Books, day: date, span: Span) -> list[NewNotice]:
    due = [day + timedelta(days=ahead) for ahead in books.catalogue.reminders.due_in_days]
    left = LoanRow.principal_minor - LoanRow.principal_paid + LoanRow.interest_minor - LoanRow.interest_paid
    rows = books.session.execute(
        select(Loan.id, Loan.customer_id, LoanRow.number, LoanRow.due_on, left)
        .join(Loan, Loan.id == LoanRow.loan_id)
        .where(span.holds(Loan.customer_id), LoanRow.paid_on.is_(None), LoanRow.due_on.in_(due))
        .order_by(Loan.id)
    )
    return [
        NewNotice(
            customer_id=customer,
            kind="loan_due",
            dedupe_key=f"loan_due:{key}:{number}:{(due_on - day).days}",
            due_at=sending_time(day, books.catalogue.reminders),
            facts={"left_minor": minor, "number": number, "due_on": due_on.isoformat()},
        )
        for key, customer, number, due_on, minor in rows
    ]


def _overdue(books: Books, day: date, late: Iterable[LateDebt]) -> list[NewNotice]:
    """On the days named in the product file, counted from the oldest missed due day."""
    wanted = set(books.catalogue.reminders.overdue_days)
    return [
        NewNotice(
            customer_id=debt.customer_id,
            kind="overdue",
            dedupe_key=f"overdue:{debt.debt_id}:{debt.since}:{(day - debt.since).days}",
            due_at=sending_time(day, books.catalogue.reminders),
            facts={"product": debt.product, "days": (day - debt.since).days, "since": debt.since.isoformat()},
        )
        for debt in late
        if (day - debt.since).days in wanted
    ]
