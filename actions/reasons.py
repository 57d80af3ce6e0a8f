"""Reasons of a decision as wordings: the weightiest against, the best for, what would help, and a person's look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from actions import choices
from actions.tickets import place_of
from actions.turn import Choice, Reply
from actions.wording import Facts, Lines, Word
from credit.kernel.money import Money
from credit.people.service import TicketView
from credit.scoring.decide import Decision, Reason

MOST_AGAINST, MOST_HELPS = 3, 2
REVIEW = "review"
ASK_REVIEW = Choice("ask_review", "explain_limit", {"target": REVIEW})
_DAYS = ("on", "until")
WITHOUT_HELP = frozenset({
    "underage", "blocked", "person_looks", "temporary_often", "cooling_opening", "cooling_raise", "cooling_cut",
    "score_band", "product_largest", "income", "not_higher", "one_raise", "temporary_share",
})  # fmt: skip
"""Only time helps with these, nothing does, or the features told behind them say what would."""


def apply_raise(product: str, name: str) -> Choice:
    return Choice("apply_raise", "raise_limit", {"target": product}, {"name": name})


def told(decision: Decision, reasons: Iterable[Reason] | None = None) -> Lines:
    """At most three reasons against, one for, what would help, and the right to a person's look, below each other.

    `reasons` tells only some of those against."""
    first = tuple(decision.against if reasons is None else reasons)[:MOST_AGAINST]
    favour = [Word("favour_line", facts={"favour": _word("favour", reason)}) for reason in decision.favour[:1]]
    return Lines((*against(first), *favour, *helps(first), Word("review_right")))


def registered(ticket: TicketView) -> Reply:
    """A person will look; the customer may go on with the assistant meanwhile."""
    facts: Facts = {"reference": ticket.reference, "place": place_of(ticket)}
    return Reply("utter_review_asked", facts, choices=choices.MENU, about="human")


def against(reasons: Iterable[Reason]) -> tuple[Word, ...]:
    found = tuple(Word("against_item", facts={"reason": _word("against", reason)}) for reason in reasons)
    return found or (Word("against_none"),)


def helps(reasons: Iterable[Reason]) -> tuple[Word, ...]:
    helped = [reason.code for reason in reasons if reason.code not in WITHOUT_HELP]
    words = (Word(f"help_{code}", other="help_other") for code in helped[:MOST_HELPS])
    return tuple(Word("help_line", facts={"help": word}) for word in words)


def _word(kind: str, reason: Reason) -> Word:
    facts: Facts = {}
    for name, value in reason.facts.items():
        if name.endswith("_minor"):
            facts[name.removesuffix("_minor")] = Money(int(value))
        elif name in _DAYS:
            facts[name] = date.fromisoformat(str(value))
        else:
            facts[name] = Word(f"reason_{value}", other="reason_other") if name == "reason" else value
    return Word(f"{kind}_{reason.code}", other=f"{kind}_other", facts=facts)
