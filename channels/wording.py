"""The customer's language. Everything a customer reads is a response in bot/domain; this fills in the facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
import yaml

from channels.logs import report
from channels.replies import Choice, Payload
from credit.kernel.clock import BUSINESS_ZONE
from credit.kernel.errors import CreditError
from credit.kernel.money import Money

DOMAIN = Path(__file__).resolve().parents[1] / "bot" / "domain"
ERROR_PREFIX = "utter_error_"
CODES = frozenset({"reason", "method"})
INTERNAL_ERROR = "internal_error"
"""Code of a defect: not a refusal, so it is not one of ErrorCode."""


class Wording:
    """Responses by name. The first variant counts: the gateway's sentences do not vary."""

    def __init__(self, responses: Mapping[str, Mapping[str, Any]]) -> None:
        self._responses = responses

    @classmethod
    def load(cls, folder: Path = DOMAIN) -> Wording:
        """Raises ValueError when two files give one name: which of them is said must not depend on file names."""
        return cls(_responses(folder))

    def __contains__(self, name: str) -> bool:
        return name in self._responses

    def say(self, name: str, /, **facts: object) -> str:
        """The sentence with its facts: Money in yuan, days and instants as the customer writes them.

        Raises KeyError for an unknown name or a fact that the sentence needs and nobody gave."""
        text = str(self._responses[name]["text"])
        return text.format_map({key: self.written(value) for key, value in facts.items()})

    def choices(self, name: str) -> list[Choice]:
        """The next steps that go with a response. Raises KeyError for an unknown name."""
        return [_choice(button) for button in self._responses[name].get("buttons", [])]

    def refusal(self, error: CreditError) -> dict[str, str]:
        """`{code, message}` for a refusal; a missing sentence or fact is ours to repair, not the customer's to see."""
        try:
            facts = {name: self._in_words(name, value) for name, value in error.facts.items()}
            return {"code": str(error.code), "message": self.say(f"{ERROR_PREFIX}{error.code}", **facts)}
        except KeyError as missing:
            report("wording_missing", missing, code=str(error.code), missing=str(missing))
            return {"code": str(error.code), "message": self.internal_error()["message"]}

    def internal_error(self) -> dict[str, str]:
        """`{code, message}` for a defect, with the number under which the log holds it."""
        reference = structlog.contextvars.get_contextvars().get("correlation_id", "-")
        return {"code": INTERNAL_ERROR, "message": self.say("utter_internal_error", reference=reference)}

    def _in_words(self, name: str, value: object) -> object:
        """A fact that is a code has its words; the chat's refusals do the same (actions/refusals.py)."""
        if isinstance(value, list | tuple):
            return self.say("utter_format_separator").join(self.written(each) for each in value)
        if name not in CODES:
            return value
        word = f"utter_word_{name}_{value}"
        return self.say(word if word in self else f"utter_word_{name}_other")

    def written(self, value: object) -> str:
        """A fact as the customer reads it."""
        if isinstance(value, Money):
            return value.yuan()
        if isinstance(value, datetime):
            there = value.astimezone(BUSINESS_ZONE)
            time = {"hour": f"{there.hour:02d}", "minute": f"{there.minute:02d}"}
            return self.say("utter_format_instant", **_day(there), **time)
        if isinstance(value, date):
            return self.say("utter_format_date", **_day(value))
        return str(value)


@cache
def _responses(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read once a process: the domain is large, and its files do not change under a running service."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text("utf-8")) or {}
        for name, variants in (content.get("responses") or {}).items():
            if name in found:
                raise ValueError(f"response {name} is given twice, the second time in {path.name}")
            found[name] = variants[0]
    return found


def _day(day: date) -> dict[str, str]:
    return {"year": str(day.year), "month": str(day.month), "day": str(day.day)}


def _choice(button: Mapping[str, str]) -> Choice:
    """A domain button: `/intent{json}` becomes a payload, anything else is text to be understood."""
    command = button.get("payload", "")
    if not command.startswith("/"):
        return Choice(label=button["title"])
    intent, brace, entities = command[1:].partition("{")
    return Choice(label=button["title"], payload=Payload(intent=intent, entities=json.loads(brace + entities or "{}")))
