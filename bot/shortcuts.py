"""What Rasa 3.6 does anew in every turn although nothing has changed, done once.

`take()` puts three methods of Rasa's in the place of its own. Measured in a turn of 160 ms (docs/decisions/0019):

- an action's answer is checked against a JSON schema: Rasa checks the schema itself first, every time;
- an action's call carries the domain, 160 kB, and every event of the conversation. Here it carries the domain's digest
  and the events since the customer spoke; an action server that does not know the digest says so with status 449 and
  is sent the domain, which is how newer versions of Rasa and every rasa_sdk since 3.8 do it;
- reading a conversation looks for each event's class among all classes.

Rasa's version is pinned in the lock file; tests/bot/test_shortcuts.py holds each against the original."""

from __future__ import annotations

from functools import cache
from typing import Any

import rasa
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError

DOMAIN_WANTED = 449

_resolve = Event.resolve_by_type
_run = RemoteAction.run
_digests: dict[int, tuple[Domain, str]] = {}


def take() -> None:
    """Use the shortcuts in this process."""
    RemoteAction._validate_action_result = validate  # noqa: SLF001  that is what is replaced
    RemoteAction._action_call_format = call  # noqa: SLF001
    RemoteAction.run = run
    Event.resolve_by_type = staticmethod(resolve_by_type)


def validate(_action: RemoteAction, answer: Any) -> bool:
    """True for what an action server may answer. Raises jsonschema's ValidationError."""
    if error := best_match(_validator().iter_errors(answer)):
        raise error
    return True


def call(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What the action server is sent."""
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = [event.as_dict() for event in _since_the_customer_spoke(tracker)]
    sent = {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
        "domain_digest": digest(domain),
    }
    return {**sent, "domain": domain.as_dict()} if getattr(action, "with_domain", False) else sent


async def run(action: RemoteAction, *arguments: Any, **named: Any) -> list[Event]:
    """Rasa's own, once more with the domain if the action server has not seen this one."""
    try:
        events: list[Event] = await _run(action, *arguments, **named)
    except RasaException as failure:
        if not _wants_domain(failure.__cause__):
            raise
        action.with_domain = True
        events = await _run(action, *arguments, **named)
    return events


def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event by its name. Raises ValueError for an unknown one without a default."""
    return _class_of(type_name) or _resolve(type_name, default)


def digest(domain: Domain) -> str:
    """A digest of the domain, computed once: it never changes while its model is loaded."""
    known = _digests.get(id(domain))
    if known is None or known[0] is not domain:
        _digests.clear()  # the model before
        _digests[id(domain)] = known = (domain, domain.fingerprint())
    return known[1]


@cache
def _class_of(type_name: str) -> type[Event] | None:
    found: type[Event] | None
    try:
        found = _resolve(type_name)
    except ValueError:
        found = None
    return found


@cache
def _validator() -> Draft202012Validator:
    schema = RemoteAction.action_response_format_spec()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _since_the_customer_spoke(tracker: DialogueStateTracker) -> list[Event]:
    events = list(tracker.events)
    for nth in range(len(events) - 1, -1, -1):
        if isinstance(events[nth], UserUttered):
            return events[nth:]
    return events


def _wants_domain(cause: BaseException | None) -> bool:
    return isinstance(cause, ClientResponseError) and cause.status == DOMAIN_WANTED
