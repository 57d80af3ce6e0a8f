"""What the talk remembers beyond the flow that runs: the last question, what was listed, what was set aside.

Each is one text slot of JSON, filled by actions only, and gone with the session."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from actions.heard import VALUES, Heard
from actions.turn import Turn
from credit.kernel.ids import canonical_json

QUESTION, SHOWN, ASIDE = "last_question", "shown", "set_aside"
MOST_ASIDE = 2
"""An interruption may be interrupted; nobody remembers more than that."""


@dataclass(frozen=True, slots=True)
class Question:
    """The last question that was answered: its intent and what it was asked with."""

    intent: str
    said: Mapping[str, str]
    page: int = 0
    debt: str | None = None
    """The one loan or plan that the answer was about."""
    explained: bool = False
    """The reasons were given in answer to a bare 「为什么」."""

    def asked_with(self, heard: Heard) -> Heard:
        """The question anew, with what the message names in place of what was said before."""
        said = {**self.said, **heard.values}
        named: dict[str, Any] = {name: said.get(name) for name in VALUES}
        return replace(
            heard,
            intent=self.intent,
            wish=False,
            either=False,
            nth=None,
            page=self.page,
            **named,
        )


def remember_question(turn: Turn, intent: str, *, explained: bool = False) -> None:
    said = turn.heard.values
    known = {"intent": intent, "said": said, "page": turn.heard.page, "debt": turn.debt, "explained": explained}
    turn.remember(**{QUESTION: canonical_json(known)})


def remember_debt(turn: Turn, debt: str) -> None:
    """The answer is about this loan or plan alone, so that 「那就还掉吧」 means it."""
    turn.debt = debt
    question = _read(turn, QUESTION)
    if question is not None:
        turn.remember(**{QUESTION: canonical_json({**question, "debt": debt})})


def last_question(turn: Turn) -> Question | None:
    found = _read(turn, QUESTION)
    if not found:
        return None
    return Question(found["intent"], found["said"], found["page"], found.get("debt"), bool(found.get("explained")))


def just_answered(turn: Turn, intent: str) -> bool:
    """Whether the last question before this message got the same answer: said twice in a row, it helps nobody."""
    text = turn.slot_before(QUESTION)
    return bool(text) and json.loads(text or "")["intent"] == intent


def remember_shown(
    turn: Turn, choices: Sequence[Mapping[str, str]], options: Sequence[Mapping[str, str]], *, again: bool
) -> None:
    """Choices as buttons have them. `again`: a form asks on, so what was listed before it still stands."""
    before = (_read(turn, SHOWN) or {}).get("options", []) if again and not options else []
    turn.remember(**{SHOWN: canonical_json({"choices": list(choices), "options": list(options) or before})})


def shown(turn: Turn, *, ways: bool) -> list[dict[str, str]]:
    """What was listed last, in its order: `title` and `payload`. Ways come before choices when ways were named."""
    found = _read(turn, SHOWN) or {"choices": [], "options": []}
    first, second = ("options", "choices") if ways or turn.form is None else ("choices", "options")
    listed: list[dict[str, str]] = found[first] or found[second]
    return listed


@dataclass(frozen=True, slots=True)
class Aside:
    """A flow that was left before its end, with what it knew."""

    flow: str
    slots: Mapping[str, str]


def set_aside(turn: Turn, flow: str, slots: Mapping[str, str]) -> None:
    """On top of the others; the same flow only once."""
    others = [aside for aside in asides(turn) if aside.flow != flow]
    kept = [*others, Aside(flow, slots)][-MOST_ASIDE:]
    turn.remember(**{ASIDE: canonical_json([{"flow": each.flow, "slots": dict(each.slots)} for each in kept])})


def asides(turn: Turn) -> list[Aside]:
    """What was set aside, the last one last."""
    return [Aside(each["flow"], each["slots"]) for each in _read(turn, ASIDE) or []]


def take_up(turn: Turn) -> Aside | None:
    """The last one that was set aside, which is no longer so."""
    kept = asides(turn)
    if not kept:
        return None
    rest = [{"flow": each.flow, "slots": dict(each.slots)} for each in kept[:-1]]
    turn.remember(**{ASIDE: canonical_json(rest) if rest else None})
    return kept[-1]


def drop_aside(turn: Turn, flow: str) -> None:
    """The flow was begun anew: there is nothing left to come back to."""
    kept = [aside for aside in asides(turn) if aside.flow != flow]
    if len(kept) != len(asides(turn)):
        rest = [{"flow": each.flow, "slots": dict(each.slots)} for each in kept]
        turn.remember(**{ASIDE: canonical_json(rest) if rest else None})


def _read(turn: Turn, slot: str) -> Any:
    text = turn.slot(slot)
    return json.loads(text) if text else None
