"""Opening, taking and closing a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from credit.books import Books
from credit.customers.models import Customer
from credit.kernel.database import among
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.lines import service as lines_service
from credit.people.models import Ticket

WAITING, TAKEN, CLOSED = "waiting", "taken", "closed"
FRAUD, FRAUD_REPORT = "fraud", "fraud_report"
WATCH = "watch"
"""Not the customer's wish: watching asks a person to look at them."""
URGENT = (FRAUD, "distress")
"""Reasons that go before the others: money or a life may be in danger."""
REFERENCE_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as both sides may see it. `ahead` counts who is served before, while it waits."""

    id: UUID
    reference: str
    """What the customer can name; not a secret, and opens nothing."""
    customer_id: UUID
    customer_name: str
    reason: str
    urgent: bool
    state: str
    opened_at: datetime
    staff: str | None
    ahead: int


def open_ticket(books: Books, customer_id: UUID, reason: str) -> TicketView:
    """Queue the customer. One who waits or talks already keeps the ticket; a more urgent reason replaces its reason.

    Raises CUSTOMER_UNKNOWN."""
    books.lock_customer(customer_id)
    ticket = _open(books, customer_id)
    if ticket is None:
        ticket = Ticket(
            id=new_id(),
            customer_id=customer_id,
            reason=reason,
            state=WAITING,
            opened_at=books.now,
            staff=None,
            taken_at=None,
            closed_at=None,
            note=None,
        )
        books.session.add(ticket)
    elif reason in URGENT and ticket.reason not in URGENT:
        ticket.reason = reason
    books.session.flush()
    return _view(books, ticket)


def call_for_review(books: Books, customers: Iterable[UUID]) -> dict[UUID, UUID]:
    """Queue customers for a look by a person, in two statements; returns their tickets.

    For the closing, which has locked their range. One who waits or talks already keeps the ticket."""
    wanted = set(customers)
    there = select(Ticket.customer_id, Ticket.id).where(
        among(books.session, Ticket.customer_id, wanted), Ticket.state != CLOSED
    )
    found = {customer: ticket for customer, ticket in books.session.execute(there)}  # noqa: C416
    new = {customer: new_id() for customer in sorted(wanted - found.keys())}
    if new:
        blank = {"staff": None, "taken_at": None, "closed_at": None, "note": None}
        rows = [
            {"id": ticket, "customer_id": customer, "reason": WATCH, "state": WAITING, "opened_at": books.now, **blank}
            for customer, ticket in new.items()
        ]
        books.session.execute(insert(Ticket), rows)
    return found | new


def report_fraud(books: Books, customer_id: UUID) -> TicketView:
    """Freeze both lines and open an urgent ticket, in one transaction. What is owed can still be repaid.

    Raises CUSTOMER_UNKNOWN."""
    ticket = open_ticket(books, customer_id, FRAUD)
    for product in (lines_service.PAYLATER, lines_service.CASHLOAN):
        line = lines_service.find_line(books, customer_id, product)
        if line is not None:
            lines_service.freeze(books, line, FRAUD_REPORT)
    books.session.flush()
    return ticket


def ticket_of(books: Books, customer_id: UUID) -> TicketView | None:
    """The customer's ticket that is not closed."""
    ticket = _open(books, customer_id)
    return None if ticket is None else _view(books, ticket)


def withdraw(books: Books, customer_id: UUID) -> TicketView | None:
    """Close what waits; None when nothing does. Whom a person talks to stays with that person."""
    books.lock_customer(customer_id)
    ticket = _open(books, customer_id)
    if ticket is None or ticket.state != WAITING:
        return None
    _close(books, ticket)
    return _view(books, ticket)


def queue(books: Books) -> list[TicketView]:
    """Every ticket that is not closed: urgent ones first, then the longest waiting."""
    tickets = books.session.scalars(select(Ticket).where(Ticket.state != CLOSED))
    return [_view(books, ticket) for ticket in sorted(tickets, key=_place)]


def show(books: Books, ticket_id: UUID) -> TicketView:
    """Raises TICKET_NOT_FOUND."""
    return _view(books, _find(books, ticket_id))


def take(books: Books, ticket_id: UUID, staff: str) -> TicketView:
    """Give the ticket to a member of staff; again to the same one changes nothing.

    Raises TICKET_NOT_FOUND, TICKET_CLOSED, TICKET_TAKEN(staff) when a colleague has it."""
    ticket = _lock(books, ticket_id, staff)
    if ticket.state == WAITING:
        ticket.state, ticket.staff, ticket.taken_at = TAKEN, staff, books.now
        books.session.flush()
    return _view(books, ticket)


def close(books: Books, ticket_id: UUID, staff: str, note: str) -> TicketView:
    """End the talk and hand the customer back to the assistant. Raises as `take`."""
    ticket = _lock(books, ticket_id, staff)
    ticket.staff, ticket.note = staff, note
    _close(books, ticket)
    return _view(books, ticket)


def _open(books: Books, customer_id: UUID) -> Ticket | None:
    query = select(Ticket).where(Ticket.customer_id == customer_id, Ticket.state != CLOSED)
    return books.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _find(books: Books, ticket_id: UUID) -> Ticket:
    ticket = books.session.get(Ticket, ticket_id)
    if ticket is None:
        raise CreditError(ErrorCode.TICKET_NOT_FOUND)
    return ticket


def _lock(books: Books, ticket_id: UUID, staff: str) -> Ticket:
    """The ticket, when it is this member of staff's to move. The customer's row is the lock: see `open_ticket`."""
    ticket = _find(books, ticket_id)
    books.lock_customer(ticket.customer_id)
    books.session.refresh(ticket)
    if ticket.state == CLOSED:
        raise CreditError(ErrorCode.TICKET_CLOSED)
    if ticket.state == TAKEN and ticket.staff != staff:
        raise CreditError(ErrorCode.TICKET_TAKEN, staff=ticket.staff)
    return ticket


def _close(books: Books, ticket: Ticket) -> None:
    ticket.state, ticket.closed_at = CLOSED, books.now
    books.session.flush()


def _place(ticket: Ticket) -> tuple[bool, datetime, UUID]:
    return ticket.reason not in URGENT, ticket.opened_at, ticket.id


def _view(books: Books, ticket: Ticket) -> TicketView:
    waiting = books.session.scalars(select(Ticket).where(Ticket.state == WAITING)) if ticket.state == WAITING else ()
    return TicketView(
        id=ticket.id,
        reference=ticket.id.hex[-REFERENCE_CHARACTERS:].upper(),
        customer_id=ticket.customer_id,
        customer_name=books.session.get_one(Customer, ticket.customer_id).name,
        reason=ticket.reason,
        urgent=ticket.reason in URGENT,
        state=ticket.state,
        opened_at=ticket.opened_at,
        staff=ticket.staff,
        ahead=sum(1 for other in waiting if _place(other) < _place(ticket)),
    )
