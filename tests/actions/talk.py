"""A conversation without Rasa: understanding is given, and the rules are followed as data/rules writes them.

What is imitated of Rasa is only how a form runs: validate, ask for the next slot, offer when none is missing. The
real thing is tried by the stories and by the conversations against the three processes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from tests.harness import sources
from tools.console import ROOT

Json = dict[str, Any]
_numbers = itertools.count(1)


def rules() -> dict[str, str]:
    """The first action of each intent's rules."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            steps = rule["steps"]
            if "intent" in steps[0]:
                found[steps[0]["intent"]] = steps[1]["action"]
    return found


def offers_after() -> dict[str, str]:
    """The action that follows a form when nothing is missing."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            if rule.get("condition"):
                found[rule["steps"][0]["action"]] = rule["steps"][-1]["action"]
    return found


@dataclass
class Bubble:
    """One reply as a customer would see it."""

    response: str
    text: str
    card: Json | None
    choices: dict[str, str]
    """Label → payload."""


@dataclass
class Talk:
    """One customer's conversation."""

    executor: ActionExecutor
    customer_id: str
    slots: Json = field(default_factory=dict)
    form: str | None = None
    bubbles: list[Bubble] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    """What ran in the last turn."""

    def say(self, intent: str, text: str = "", *, sure: bool = True, pressed: bool = False, **entities: str) -> Talk:
        """One turn. An entity's value stands for its words too, so that a message of entities only is an answer."""
        written = text or "".join(value for name, value in entities.items() if name != "wish")
        message = {
            "intent": {"name": intent if sure else "nlu_fallback"},
            "intent_ranking": [{"name": "nlu_fallback", "confidence": 0.5}, {"name": intent, "confidence": 0.4}],
            "entities": [_entity(name, value, written) for name, value in entities.items()],
            "text": f"/{intent}" if pressed else written,
            "message_id": f"message-{next(_numbers)}",
            "metadata": {"correlation_id": "test"},
        }
        self.bubbles, self.actions = [], []
        self._turn(message)
        return self

    def press(self, label: str) -> Talk:
        """Press a choice of the last turn whose label begins so."""
        payload = next(payload for shown, payload in self.choices.items() if shown.startswith(label))
        intent, brace, entities = payload.removeprefix("/").partition("{")
        return self.say(intent, pressed=True, **(yaml.safe_load(brace + entities) if brace else {}))

    @property
    def text(self) -> str:
        return "\n".join(bubble.text for bubble in self.bubbles)

    @property
    def responses(self) -> list[str]:
        return [bubble.response for bubble in self.bubbles]

    @property
    def choices(self) -> dict[str, str]:
        return {label: payload for bubble in self.bubbles for label, payload in bubble.choices.items()}

    def card(self, kind: str) -> Json:
        """The last card of this kind in the turn. Raises AssertionError when there is none."""
        cards = [bubble.card for bubble in self.bubbles if bubble.card and bubble.card["kind"] == kind]
        assert cards, f"no {kind} card in {self.responses}"
        return cards[-1]

    # ── as Rasa would ───────────────────────────────────────────────────────────────────────────────────

    def _turn(self, message: Json) -> None:
        if self.form is not None:
            events = self._run(f"validate_{self.form}", message, ran=[])
            if any(event["event"] == "slot" and event["name"] != "requested_slot" for event in events):
                self._go_on(message)
                return
        name = rules()[message["intent"]["name"]]
        form = self.form
        events = self._run(name, message, ran=[])
        slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        follow = [event["name"] for event in events if event["event"] == "followup"]
        if follow or slots.get("begins"):
            self.form = follow[0] if follow else _form_after(name)
            self.slots["requested_slot"] = None
            self._go_on(message, ran=[name])
        elif form is not None and self.form is not None:
            self._ask(message, self.slots["requested_slot"], ran=[name])

    def _go_on(self, message: Json, ran: list[str] | None = None) -> None:
        """The form after its validation: the next question, or the offer."""
        assert self.form is not None
        done, form = ran or [], self.form
        self._run(f"validate_{form}", message, ran=[*done, form] if done else [form, "action_listen"])
        wanted = sources.domain()["forms"][form]["required_slots"]
        missing = next((slot for slot in wanted if self.slots.get(slot) is None), None)
        left = not done and self.slots.get("requested_slot", "") is None
        if missing is not None and not left:
            self.slots["requested_slot"] = missing
            self._ask(message, missing, ran=done)
            return
        self.form, self.slots["requested_slot"] = None, None
        self._run(offers_after()[form], message, ran=[*done, form])

    def _ask(self, message: Json, slot: str, ran: list[str]) -> None:
        self._run(f"action_ask_{self.form}_{slot}", message, ran=ran)

    def _run(self, action: str, message: Json, ran: list[str]) -> list[Json]:
        self.actions.append(action)
        events = [{"event": "action", "name": "action_listen"}, {"event": "user"}]
        events += [{"event": "action", "name": name} for name in ran]
        loop = {"name": self.form} if self.form else {}
        tracker = Tracker(self.customer_id, dict(self.slots), message, events, False, None, loop, None)
        dispatcher = CollectingDispatcher()
        returned = asyncio.run(self.executor.actions[action](dispatcher, tracker, sources.domain()))
        self.bubbles += [_bubble(sent) for sent in dispatcher.messages]
        for event in returned:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.form = event["name"]
        return list(returned)


def _entity(name: str, value: str, text: str) -> Json:
    if name == "remark":  # about the first clause, which may be all there is
        return {"entity": name, "value": value, "start": 0, "end": len(text.partition("，")[0])}
    start = text.find(value)
    place = {"start": start, "end": start + len(value)} if start >= 0 else {"start": 0, "end": 0}
    return {"entity": name, "value": value, **place}


def _form_after(begin: str) -> str:
    flow = begin.removeprefix("action_begin_")
    return next(form for form, offer in offers_after().items() if offer == f"action_offer_{flow}")


def _bubble(sent: Mapping[str, Any]) -> Bubble:
    text = sources.domain()["responses"][sent["response"]][0]["text"].format_map(sent)
    choices = {button["title"]: button["payload"] for button in sent["buttons"]}
    return Bubble(sent["response"], text.strip(), (sent["custom"] or {}).get("card"), choices)
