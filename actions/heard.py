"""What the customer's last message carried, as far as the dialogue cares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FALLBACK = "nlu_fallback"
STARTS = frozenset({"borrow", "repay", "repay_with_loan", "installment"})
"""Intents that may begin a flow which ends in an offer."""

VALUES = ("amount", "term", "method", "product", "period")
TALK = frozenset({"wish", "remark", "nth", "one", "shift", "detail"})
"""Entities that are no values."""

HOPELESS_BELOW = 0.05
LETTERS_OF_NO_WEIGHT = 2
BARE_SHARE = 90
ANSWER_SHARE = 50
"""From this share of the letters on, a message is an answer rather than a question that mentions a figure."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message. `amount` is a plain decimal in yuan or `all`, `minimum`, `half`, `rest`; `term` counts months."""

    intent: str = ""
    text: str = ""
    message_id: str = ""
    correlation_id: str = ""
    traceparent: str = ""
    """The gateway's place in the trace; empty without one."""
    pressed: bool = False
    """A choice was pressed: intent and entities are certain."""
    amount: str | None = None
    about: str | None = None
    """A figure said to be near the amount that is meant, in yuan."""
    currency: str | None = None
    term: str | None = None
    method: str | None = None
    product: str | None = None
    period: str | None = None
    target: str | None = None
    urgent: str | None = None
    """`distress`, `fraud` or `abuse`, when the words themselves said so."""
    wish: bool = False
    """The customer's own wish to act is explicit."""
    either: bool = False
    """A bare number that was read both as the amount and as the term."""
    remarks: frozenset[str] = frozenset()
    """What the message says about the talk itself: see bot/components/remarks.py."""
    details: frozenset[str] = frozenset()
    """What exactly the question is about: see bot/components/details.py."""
    nth: str | None = None
    """One of what was just listed: `2`, `last`, `2:way`."""
    source: str | None = None
    """Where a repayment shall come from."""
    effect: str | None = None
    """What principal repaid early shall do: `reduce_term` or `reduce_installment`."""
    one: str | None = None
    """One of several loans: its size, `other`, `this`, or by what it is told apart: see bot/components/remarks.py."""
    shift: str | None = None
    """`more` or `less`: the amount comes on top of the one on the table, or off it."""
    page: int = 0
    """How often more of the same list was asked for."""
    only_suspends: bool = False
    """Nothing was said but that it shall wait."""
    covered: int = 0
    """Percent of the letters that belong to an entity."""
    candidates: tuple[str, ...] = ()
    """Intents that came into question, best first, without the fallback itself and the hopeless."""

    @property
    def is_name(self) -> bool:
        """Little more than one product's name was said."""
        return self.product is not None and not self.has_value and self.covered >= ANSWER_SHARE

    @property
    def has_value(self) -> bool:
        return any((self.amount, self.currency, self.term, self.method, self.target, self.source, self.effect))

    @property
    def is_fragment(self) -> bool:
        """Nothing but values was said: the question before, asked anew, or the offer changed."""
        return bool(self.remarks & {"fragment", "fragment_asked"})

    @property
    def values(self) -> dict[str, str]:
        """What a question may be asked anew with."""
        said = {name: getattr(self, name) for name in VALUES}
        return {name: value for name, value in said.items() if value is not None}

    @property
    def is_answer(self) -> bool:
        """Little more than the value itself was said."""
        return self.has_value and (self.pressed or self.is_fragment or self.covered >= ANSWER_SHARE)

    @property
    def is_bare(self) -> bool:
        """Nothing but a value was said: what intent that is, nobody can know."""
        return self.has_value and not self.pressed and self.covered >= BARE_SHARE

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Heard:
        """Read what Rasa knows of a message."""
        text = str(message.get("text") or "")
        entities = [entity for entity in message.get("entities") or [] if entity.get("value") is not None]
        products = {entity["value"] for entity in entities if entity["entity"] == "product"}
        last = {str(entity["entity"]): str(entity["value"]) for entity in entities}
        one = last.get("one")
        if one is not None and one == last.get("amount"):
            del last["amount"]  # 12000那笔 names a loan and asks for no figure
        ranked = message.get("intent_ranking") or []
        ranking = [(str(entry.get("name")), entry.get("confidence") or 0) for entry in ranked]
        return cls(
            intent=str((message.get("intent") or {}).get("name") or ""),
            text=text,
            message_id=str(message.get("message_id") or ""),
            correlation_id=str((message.get("metadata") or {}).get("correlation_id") or ""),
            traceparent=str((message.get("metadata") or {}).get("traceparent") or ""),
            # The channel takes a leading slash from whatever a customer types; only a payload still has one.
            pressed=text.startswith("/"),
            amount=last.get("amount"),
            about=last.get("about"),
            currency=last.get("currency"),
            term=last.get("term"),
            method=last.get("method"),
            product=last["product"] if len(products) == 1 else None,
            period=last.get("period"),
            target=last.get("target"),
            urgent=last.get("urgent"),
            wish=last.get("wish") == "explicit",
            remarks=_all(entities, "remark"),
            details=_all(entities, "detail"),
            nth=last.get("nth"),
            source=last.get("source"),
            effect=last.get("effect"),
            one=one,
            shift=last.get("shift"),
            only_suspends=_only_suspends(text, entities),
            either=_span(entities, "amount") == _span(entities, "term") is not None,
            covered=_covered(text, entities),
            candidates=tuple(name for name, share in ranking if name != FALLBACK and share >= HOPELESS_BELOW),
        )


def _all(entities: Iterable[Mapping[str, Any]], name: str) -> frozenset[str]:
    return frozenset(str(entity["value"]) for entity in entities if entity["entity"] == name)


def _span(entities: Iterable[Mapping[str, Any]], name: str) -> tuple[Any, Any] | None:
    found = [entity for entity in entities if entity["entity"] == name]
    return (found[-1].get("start"), found[-1].get("end")) if found else None


def _only_suspends(text: str, entities: Iterable[Mapping[str, Any]]) -> bool:
    spans = [entity for entity in entities if (entity["entity"], entity["value"]) == ("remark", "suspend")]
    if not spans or not isinstance(spans[0].get("end"), int):
        return False
    rest = text[: spans[0]["start"]] + text[spans[0]["end"] :]
    return sum(letter.isalnum() for letter in rest) <= LETTERS_OF_NO_WEIGHT


def _covered(text: str, entities: Iterable[Mapping[str, Any]]) -> int:
    letters = {place for place, letter in enumerate(text) if letter.isalnum()}
    marked = {
        place
        for entity in entities
        if entity["entity"] not in TALK and isinstance(entity.get("start"), int) and isinstance(entity.get("end"), int)
        for place in range(entity["start"], entity["end"])
    }
    return 100 * len(letters & marked) // len(letters) if letters else 0
