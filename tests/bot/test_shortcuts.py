"""Rasa's own methods and ours give the same, where the same is asked of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot import shortcuts

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [borrow]
    actions: [action_x]
    responses: {utter_x: [{text: "x"}]}
    """
)
RASAS = {name: getattr(RemoteAction, name) for name in ("_validate_action_result", "_action_call_format", "run")}
RASAS_RESOLVE = Event.resolve_by_type


@pytest.fixture(autouse=True)
def taken() -> Iterator[None]:
    shortcuts.take()
    yield
    for name, original in RASAS.items():
        setattr(RemoteAction, name, original)
    Event.resolve_by_type = staticmethod(RASAS_RESOLVE)


class Server(EndpointConfig):  # type: ignore[misc]  # Rasa ships no types
    """An action server that remembers domains by their digest."""

    def __init__(self, status_without: int = shortcuts.DOMAIN_WANTED) -> None:
        super().__init__(url="http://127.0.0.1:1/webhook")
        self.calls: list[dict[str, Any]] = []
        self.digest: str | None = None
        self.status_without = status_without

    async def request(self, *_: Any, json: dict[str, Any], **__: Any) -> Any:
        self.calls.append(json)
        if "domain" in json:
            self.digest = json["domain_digest"]
        if json["domain_digest"] != self.digest:
            raise ClientResponseError(self.status_without, "", "{}")
        return {"events": [{"event": "slot", "name": "a", "value": "b"}], "responses": [{"response": "utter_x"}]}


def tracker_of(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c", list(events))


def run(server: Server) -> list[Event]:
    nlg = TemplatedNaturalLanguageGenerator(DOMAIN.responses)
    action = RemoteAction("action_x", server)
    return asyncio.run(action.run(CollectingOutputChannel(), nlg, tracker_of(UserUttered("hi")), DOMAIN))


@pytest.mark.parametrize(
    "answer",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}], "responses": [{"text": "x"}]},
        {"events": [{"event": "active_loop", "name": None}], "responses": [{"buttons": []}]},
        {"events": [{"event": "followup", "name": "action_x"}]},
        {},
    ],
    ids=repr,
)
def test_an_answer_that_rasa_takes_is_taken(answer: Any) -> None:
    action = RemoteAction("action_x", None)
    assert RASAS["_validate_action_result"](action, answer)
    assert action._validate_action_result(answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"events": {}},
        {"events": [{"event": "slot"}]},
        {"events": [{"name": "a"}]},
        {"responses": ["x"]},
        {"responses": None},
        [],
        None,
    ],
    ids=repr,
)
def test_an_answer_that_rasa_refuses_is_refused(answer: Any) -> None:
    action = RemoteAction("action_x", None)
    for validate in (
        lambda: RASAS["_validate_action_result"](action, answer),
        lambda: shortcuts.validate(action, answer),
    ):
        with pytest.raises(ValidationError):
            validate()


def test_every_event_is_found_by_its_name() -> None:
    names = {found.type_name for found in all_subclasses(Event) if found.type_name}
    assert len(names) > 20
    for name in names:
        assert Event.resolve_by_type(name) is RASAS_RESOLVE(name)


def test_an_unknown_event_stays_unknown() -> None:
    assert Event.resolve_by_type("no such event", SlotSet) is SlotSet
    assert Event.resolve_by_type("topic") is None
    with pytest.raises(ValueError, match="Unknown event"):
        Event.resolve_by_type("no such event")


def test_an_action_is_told_all_but_the_events_before_the_customer_spoke() -> None:
    before, after = (
        [ActionExecuted("action_listen"), UserUttered("one"), ActionExecuted("action_x")],
        [
            UserUttered("two"),
            SlotSet("a", 1),
        ],
    )
    tracker, action = tracker_of(*before, *after), RemoteAction("action_x", None)
    ours, rasas = action._action_call_format(tracker, DOMAIN), RASAS["_action_call_format"](action, tracker, DOMAIN)
    assert ours["tracker"].pop("events") == rasas["tracker"].pop("events")[len(before) :]
    del rasas["domain"]
    assert {**rasas, "domain_digest": shortcuts.digest(DOMAIN)} == ours


def test_the_domain_is_sent_only_to_who_does_not_know_it() -> None:
    server = Server()
    for _ in range(3):
        assert [event.type_name for event in run(server)] == ["bot", "slot"]
    assert ["domain" in sent for sent in server.calls] == [False, True, False, False]
    server.digest = None  # it was restarted
    run(server)
    assert ["domain" in sent for sent in server.calls[4:]] == [False, True]


def test_another_failure_is_not_tried_again() -> None:
    server = Server(status_without=500)
    with pytest.raises(RasaException):
        run(server)
    assert len(server.calls) == 1


def test_two_domains_have_two_digests() -> None:
    other = Domain.from_yaml('version: "3.1"\nactions: [action_y]')
    assert shortcuts.digest(DOMAIN) != shortcuts.digest(other)
    assert shortcuts.digest(DOMAIN) == shortcuts.digest(Domain.from_yaml(DOMAIN.as_yaml()))
