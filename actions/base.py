"""The one place that knows rasa_sdk: turns a tracker into a Turn, and replies into messages and events."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import refusals, services
from actions.customer import CustomerAccount
from actions.heard import Heard
from actions.logs import report
from actions.memory import remember_question, remember_shown
from actions.turn import Choice, RefusedError, Reply, Turn
from actions.wording import Wording
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json
from credit.kernel.tracing import traced

Replies = Reply | Iterable[Reply] | None
Event = dict[str, Any]
UNREACHABLE = f"utter_error_{ErrorCode.ACCOUNT_SERVICE_UNREACHABLE}"

log = structlog.get_logger("actions")


class DialogueAction(Action, ABC):  # type: ignore[misc]  # the SDK ships no types
    """Subclasses say what to answer; this says it, remembers it, and never lets a traceback out."""

    @abstractmethod
    def name(self) -> str:
        """As the domain calls it."""

    @abstractmethod
    def respond(self, turn: Turn) -> Replies:
        """What to say. Slots are set through the turn. A CreditError becomes its wording."""

    lists_choices = True
    """Whether what it offers is what 「第二个」 is one of. A form's validation says things that are no list."""

    def after_failure(self, turn: Turn) -> None:
        """What to remember although the answer failed: the turn's changes so far are dropped."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[Event]:
        """Called by the SDK. The database is read in a thread, so that one customer does not hold up the others."""
        return await asyncio.to_thread(self._run, dispatcher, tracker, domain)

    def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[Event]:
        heard = Heard.of(tracker.latest_message or {})
        ids = {"correlation_id": heard.correlation_id, "action": self.name()}
        with structlog.contextvars.bound_contextvars(**ids), traced("actions", self.name(), heard.traceparent):
            turn = turn_of(tracker, heard)
            if turn is None:
                log.warning("sender_is_no_customer")
                dispatcher.utter_message(response=f"utter_error_{ErrorCode.CUSTOMER_UNKNOWN}")
                return []
            try:
                replies = self._answer(turn)
                wording = _wording(domain, turn)
                messages = [_message(wording, reply) for reply in replies]
                if self.lists_choices:
                    _remember_shown(turn, wording, replies, messages)
            except Exception as error:  # noqa: BLE001 - a customer never sees a traceback, whatever broke
                report("action_failed", error)
                messages = [{"response": UNREACHABLE}]
                turn.start_over()
                self.after_failure(turn)
            for message in messages:
                dispatcher.utter_message(**message)
            return _events(turn)

    def _answer(self, turn: Turn) -> list[Reply]:
        """The replies. After a refusal the turn holds none of the half-done changes."""
        try:
            answer = listed(self.respond(turn))
        except CreditError as refusal:
            log.info("action_refused", code=refusal.code)
            reply = refusals.reply_to(refusal)
        except RefusedError as refusal:
            reply = refusal.reply
        else:
            _remember_about(turn, answer)
            return [*turn.notes, *answer]
        turn.start_over()
        self.after_failure(turn)
        _remember_about(turn, [reply])
        return [reply]


def _remember_about(turn: Turn, replies: list[Reply]) -> None:
    about = next((reply.about for reply in reversed(replies) if reply.about), None)
    if about is not None:
        remember_question(turn, about)


def turn_of(tracker: Tracker, heard: Heard) -> Turn | None:
    """None for a sender that is no customer's id: the gateway vouches for it, and nothing else names a customer."""
    try:
        # "<customer>~<thread>" is the same customer in a messaging app; only the gateway can open such a conversation.
        customer_id = UUID(tracker.sender_id.partition("~")[0])
    except ValueError:
        return None
    return Turn(
        heard=heard,
        account=CustomerAccount(services.credit_app, customer_id),
        slots=tracker.slots,
        form=(tracker.active_loop or {}).get("name"),
        fresh=_fresh(tracker),
    )


def _fresh(tracker: Tracker) -> bool:
    """Whether no action but the running form has been executed since the customer spoke."""
    form = (tracker.active_loop or {}).get("name")
    for event in reversed(tracker.events or []):
        if event.get("event") == "user":
            return True
        if event.get("event") == "action" and event.get("name") not in {form, "action_extract_slots"}:
            return False
    return True


def listed(replies: Replies) -> list[Reply]:
    if replies is None:
        return []
    return [replies] if isinstance(replies, Reply) else list(replies)


def _wording(domain: Mapping[str, Any], turn: Turn) -> Wording:
    """The sentences, with the names that all may use. What the account would add is left out when it is away."""
    responses = domain.get("responses") or {}
    try:
        sold, year = turn.account.catalogue, turn.account.today.year
    except CreditError:
        return Wording(responses, {})
    names = {"paylater": sold.paylater.name, "cashloan": sold.cashloan.name, "lender": sold.lender.name}
    return Wording(responses, names, year=year)


def _message(wording: Wording, reply: Reply) -> dict[str, Any]:
    """The SDK's arguments for one bubble. Raises KeyError for a wording that is missing."""
    return {
        **wording.names,
        **{name: wording.write(fact) for name, fact in reply.facts.items()},
        "response": reply.response,
        "json_message": {"card": reply.card.model_dump(mode="json")} if reply.card is not None else None,
        "buttons": [_button(wording, choice) for choice in reply.choices],
    }


def _remember_shown(turn: Turn, wording: Wording, replies: list[Reply], messages: list[dict[str, Any]]) -> None:
    """What is on offer now. An answer without choices leaves what was shown before."""
    buttons = (message["buttons"] for message in reversed(messages) if message["buttons"])
    choices: list[dict[str, str]] = next(buttons, [])
    listed = next((reply.options for reply in reversed(replies) if reply.options), ())
    options = [_button(wording, option) for option in listed]
    if choices or options:
        remember_shown(turn, choices, options, again=turn.form is not None)


def _button(wording: Wording, choice: Choice) -> dict[str, str]:
    title = wording.say(f"utter_choice_{choice.label}", choice.facts)
    entities = canonical_json(dict(choice.entities)) if choice.entities else ""
    return {"title": title, "payload": f"/{choice.intent}{entities}"}


def _events(turn: Turn) -> list[Event]:
    events: list[Event] = [SlotSet(name, value) for name, value in turn.changes.items()]
    if turn.ends_form:
        events.append(ActiveLoop(None))
    if turn.next_action is not None:
        events.append(FollowupAction(turn.next_action))
    return events


__all__ = ["DialogueAction", "Replies", "listed", "turn_of"]
