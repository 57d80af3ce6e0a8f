"""A customer who waits for a person: what is said about it."""

from __future__ import annotations

from actions import choices
from actions.turn import Reply
from actions.wording import Facts, Word
from credit.people.service import TicketView


def queued(ticket: TicketView, response: str = "utter_human") -> Reply:
    """Where the customer stands in the queue."""
    facts: Facts = {"reference": ticket.reference}
    if ticket.ahead:
        facts["place"] = Word("queue_behind", facts={"ahead": ticket.ahead})
    else:
        facts["place"] = Word("queue_next")
    return Reply(response, facts, choices=(choices.NO_PERSON, *choices.MENU))
