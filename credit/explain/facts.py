"""The customer's situation in one look: everything an explanation may cite, nothing worded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from credit.books import Books
from credit.kernel.money import Money
from credit.lines import service as lines
from credit.lines.models import Line
from credit.loans import service as loans
from credit.paylater import service as paylater


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """One entry of a line's history: `opened`, `raised`, `cut`, `frozen` or `unfrozen`, with its reason code."""

    on: date
    kind: str
    reason: str
    before: Money
    after: Money


@dataclass(frozen=True, slots=True)
class LineFacts:
    product: str
    status: str
    frozen_reason: str | None
    opened_on: date
    days_overdue: int
    changes: tuple[ChangeFact, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """`released_on` is the day on which a freeze for being overdue ends by itself, when everything is repaid."""

    name: str
    is_student: bool
    autopay: bool
    card_tail: str
    joined_on: date
    days_overdue: int
    overdue_cured_on: date | None
    released_on: date | None
    lines: tuple[LineFacts, ...]


def customer_facts(books: Books, customer_id: UUID) -> CustomerFacts:
    """Raises CUSTOMER_UNKNOWN."""
    customer = books.customer(customer_id)
    found = (lines.find_line(books, customer_id, product) for product in (lines.PAYLATER, lines.CASHLOAN))
    each = tuple(_line_facts(books, line) for line in found if line is not None)
    cured = customer.overdue_cured_on
    frozen_for_it = any(line.frozen_reason == "overdue" for line in each)
    released = cured + timedelta(days=books.catalogue.overdue.unfreeze_after_days) if cured and frozen_for_it else None
    return CustomerFacts(
        name=customer.name,
        is_student=customer.is_student,
        autopay=customer.autopay,
        card_tail=customer.card_tail,
        joined_on=customer.joined_on,
        days_overdue=max((line.days_overdue for line in each), default=0),
        overdue_cured_on=cured,
        released_on=released,
        lines=each,
    )


def _line_facts(books: Books, line: Line) -> LineFacts:
    if line.product == lines.PAYLATER:
        late = paylater.days_overdue(books, line)
    else:
        running = loans.running_loans(books, line.customer_id)
        late = max((loans.days_overdue(books, loan) for loan in running), default=0)
    return LineFacts(
        product=line.product,
        status=line.status,
        frozen_reason=line.frozen_reason,
        opened_on=line.opened_on,
        days_overdue=late,
        changes=changes_of(books, line),
    )


def changes_of(books: Books, line: Line) -> tuple[ChangeFact, ...]:
    """The line's history, newest first."""
    return tuple(
        ChangeFact(row.on, row.kind, row.reason, Money(row.before_minor), Money(row.after_minor))
        for row in lines.changes(books, line)
    )
