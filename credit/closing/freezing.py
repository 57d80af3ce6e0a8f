"""New credit stops when the grace days are over, and comes back some time after everything overdue was repaid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.closing.span import Span
from credit.customers.models import Customer
from credit.lines import service as lines_service
from credit.lines.models import Line

OVERDUE = "overdue"


def freeze_or_release(books: Books, day: date, span: Span, since: Mapping[UUID, date]) -> int:
    """`since`: who is late, and from which due day on. Returns how many customers' lines changed."""
    grace, wait = books.catalogue.overdue.grace_days, books.catalogue.overdue.unfreeze_after_days
    # Tomorrow morning the customer is late beyond the grace days: new credit stops then, not before.
    late = {customer for customer, missed in since.items() if (day - missed).days >= grace}
    cured_on = select(Customer.id, Customer.overdue_cured_on).where(
        span.holds(Customer.id), Customer.overdue_cured_on.is_not(None)
    )
    cured = [(who, on) for who, on in books.session.execute(cured_on) if on is not None]
    open_lines = select(Line.customer_id).where(span.holds(Line.customer_id), Line.status == "open")
    to_freeze = late & {*books.session.scalars(open_lines), *(customer for customer, _ in cured)} if late else set()
    for customer_id in sorted(to_freeze):
        books.customer(customer_id).overdue_cured_on = None
        for line in _lines(books, customer_id):
            lines_service.freeze(books, line, OVERDUE)
    # Whoever is late, be it within the grace days, is not released.
    released = sorted(who for who, on in cured if who not in since and (day - on).days + 1 >= wait)
    for customer_id in released:
        books.customer(customer_id).overdue_cured_on = None
        for line in _lines(books, customer_id):
            if line.frozen_reason == OVERDUE:
                lines_service.unfreeze(books, line, "overdue_cured")
    return len(to_freeze) + len(released)


def _lines(books: Books, customer_id: UUID) -> list[Line]:
    found = (
        lines_service.find_line(books, customer_id, product)
        for product in (lines_service.PAYLATER, lines_service.CASHLOAN)
    )
    return [line for line in found if line is not None]
