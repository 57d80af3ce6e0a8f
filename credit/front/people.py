"""The front door's calls about people behind the chat."""

from __future__ import annotations

from uuid import UUID

from credit.front.desk import Desk
from credit.people import service, summary
from credit.people.service import TicketView
from credit.people.summary import Summary


class PeopleCalls:
    """Tickets: a customer who waits for a person, or is talking to one."""

    def open_ticket(self: Desk, customer_id: UUID, reason: str) -> TicketView:
        """Queue the customer; one who waits already keeps the place. Raises CUSTOMER_UNKNOWN."""
        return self.writing(lambda books: service.open_ticket(books, customer_id, reason))

    def ticket_of(self: Desk, customer_id: UUID) -> TicketView | None:
        """The customer's ticket that is not closed."""
        return self.reading(lambda books: service.ticket_of(books, customer_id))

    def withdraw_ticket(self: Desk, customer_id: UUID) -> TicketView | None:
        """The customer does not want to wait any longer; None when nothing was waiting. A taken one stays."""
        return self.writing(lambda books: service.withdraw(books, customer_id))

    def report_fraud(self: Desk, customer_id: UUID) -> TicketView:
        """Stop new credit on every line at once, and put the customer first in the queue. Raises CUSTOMER_UNKNOWN."""
        return self.writing(lambda books: service.report_fraud(books, customer_id))

    def ticket_queue(self: Desk) -> list[TicketView]:
        """Every ticket that is not closed, the longest waiting first."""
        return self.reading(service.queue)

    def ticket(self: Desk, ticket_id: UUID) -> TicketView:
        """Raises TICKET_NOT_FOUND."""
        return self.reading(lambda books: service.show(books, ticket_id))

    def take_ticket(self: Desk, ticket_id: UUID, staff: str) -> TicketView:
        """Raises TICKET_NOT_FOUND, TICKET_CLOSED, TICKET_TAKEN."""
        return self.writing(lambda books: service.take(books, ticket_id, staff))

    def close_ticket(self: Desk, ticket_id: UUID, staff: str, note: str) -> TicketView:
        """Raises TICKET_NOT_FOUND, TICKET_CLOSED, TICKET_TAKEN."""
        return self.writing(lambda books: service.close(books, ticket_id, staff, note))

    def customer_summary(self: Desk, customer_id: UUID) -> Summary:
        """What a person needs to see before answering. Raises CUSTOMER_UNKNOWN."""
        return self.reading(lambda books: summary.of_customer(books, customer_id))
