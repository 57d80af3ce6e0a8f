"""A customer who waits for a person: what is said about it."""

from __future__ import annotations

from actions import choices
from actions.turn import Reply
from actions.wording import Facts, Word
from credit.people.service import TicketView


def place_of(ticket: TicketView) -> Word:
    return Word("queue_behind", facts={"ahead": ticket.ahead}) if ticket.ahead else Word("queue_next")


def queued(ticket: TicketView, response: str = "utter_human") -> Reply:
    """Where the customer stands in the queue."""
    facts: Facts = {"reference": ticket.reference, "place": place_of(ticket)}
    return Reply(response, facts, choices=(choices.NO_PERSON, *choices.MENU), about="human")
