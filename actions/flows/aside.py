"""Leaving a flow for something else, and coming back to it."""

from __future__ import annotations

from actions import choices
from actions.flows import FLOWS, of_form
from actions.flows.changes import begin
from actions.flows.flow import FLOW_SLOTS, OFFER_FLOW, OFFER_ID, TOPIC, Flow, open_offer
from actions.memory import ASIDE, set_aside, take_up
from actions.turn import Reply, Turn
from actions.wording import Word
from credit.kernel.errors import CreditError


def current(turn: Turn) -> Flow | None:
    """The flow that is being talked about: its form runs, or its offer is open."""
    return of_form(turn.form) or FLOWS.get(turn.slot(OFFER_FLOW) or "")


def keep(turn: Turn, flow: Flow) -> None:
    """Remember what the flow knows, so that it can be taken up again."""
    known = {slot: value for slot in FLOW_SLOTS if (value := turn.slot(slot)) is not None}
    set_aside(turn, flow.name, known)


def leave(turn: Turn) -> Flow | None:
    """Set aside what is being talked about. An open offer is withdrawn: who comes back gets today's."""
    flow = current(turn)
    if flow is None:
        return None
    keep(turn, flow)
    card = open_offer(turn, flow)
    if card is not None and card.status == "open":
        turn.account.app.decline_offer(turn.customer_id, card.id)
    turn.end_form()
    turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW, TOPIC)
    return flow


def resume(turn: Turn) -> list[Reply]:
    """Go on with what was set aside, else with what is under way, else say that there is nothing."""
    waiting = turn.slot(ASIDE)
    if waiting is None:
        return _go_on(turn)
    leaving = of_form(turn.form)
    aside = take_up(turn)
    assert aside is not None
    if leaving is not None and leaving.name != aside.flow:
        keep(turn, leaving)
    flow = FLOWS[aside.flow]
    turn.end_form()
    turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW)
    said = flow.prepare(turn)
    turn.remember(**aside.slots, **{TOPIC: flow.name})
    turn.next_action = flow.form
    return [Reply("utter_taken_up", {"what": Word(f"flow_{flow.name}")}), *said]


def _go_on(turn: Turn) -> list[Reply]:
    if turn.form is not None:
        return []  # the form asks its question again
    flow = FLOWS.get(turn.slot(OFFER_FLOW) or "")
    card = open_offer(turn, flow) if flow is not None else None
    if flow is None or card is None:
        return [Reply("utter_nothing_set_aside", choices=choices.MENU)]
    if card.status == "open":
        return [flow.show(turn, card)]
    try:
        return [flow.offer(turn)]
    except CreditError:
        turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW)
        return begin(turn, flow)
