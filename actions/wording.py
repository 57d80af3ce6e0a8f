"""Facts become text here; the sentences around them stay in bot/domain and are filled by Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from credit.kernel.clock import BUSINESS_ZONE
from credit.kernel.money import Money, percent, round_half_up

HUNDREDTH = 100
"""Parts per million in a hundredth of a percent."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of wording chosen by a code: response `utter_word_<name>`, or `other` when the code has none."""

    name: str
    other: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joined:
    """An enumeration within a sentence."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Pieces of wording below each other."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Parts per million, written exactly, in percent without the sign."""

    ppm: int


@dataclass(frozen=True, slots=True)
class Yearly:
    """A yearly cost in parts per million, written in percent with two decimals, as cost tables do."""

    ppm: int


@dataclass(frozen=True, slots=True)
class Clock:
    """An instant within the hour, of which only the time of day is worth saying."""

    at: datetime


Fact = str | int | Money | date | datetime | Word | Joined | Lines | Rate | Yearly | Clock
Facts = dict[str, Fact]


class Wording:
    """The responses of the domain that the action server was sent."""

    def __init__(self, responses: Mapping[str, Any], names: Mapping[str, str], *, year: int | None = None) -> None:
        """`names` are facts that every sentence may use; days of `year` are written without it."""
        self._responses = responses
        self.names = names
        self._year = year

    def __contains__(self, name: str) -> bool:
        return name in self._responses

    def say(self, name: str, facts: Mapping[str, Any]) -> str:
        """The filled sentence of a response. Raises KeyError for an unknown name or a missing fact."""
        written = {key: self.write(fact) for key, fact in facts.items()}
        return str(self._responses[name][0]["text"]).format_map({**self.names, **written})

    def write(self, fact: Any) -> str:
        """One fact as customers read it."""
        match fact:
            case Money():
                return fact.yuan()
            case Rate():
                return percent(fact.ppm)
            case Yearly():
                return percent(HUNDREDTH * round_half_up(fact.ppm, HUNDREDTH))
            case Clock():
                return self.say("utter_format_clock", _time(fact.at))
            case datetime():
                return self.say("utter_format_instant", {**_day(fact.astimezone(BUSINESS_ZONE)), **_time(fact)})
            case date():
                near = fact.year == self._year
                return self.say("utter_format_day" if near else "utter_format_date", _day(fact))
            case Word():
                return self._word(fact)
            case Joined():
                return self.say("utter_format_separator", {}).join(self.write(part) for part in fact.parts)
            case Lines():
                return "\n".join(text for part in fact.parts if (text := self.write(part)))
            case _:
                return str(fact)

    def _word(self, word: Word) -> str:
        name = f"utter_word_{word.name}"
        return self.say(name if name in self else f"utter_word_{word.other}", word.facts)


def _time(at: datetime) -> dict[str, str]:
    there = at.astimezone(BUSINESS_ZONE)
    return {"hour": f"{there.hour:02d}", "minute": f"{there.minute:02d}"}


def _day(day: date) -> dict[str, str]:
    return {"year": str(day.year), "month": str(day.month), "day": str(day.day)}
