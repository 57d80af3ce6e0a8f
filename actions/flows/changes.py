"""Changing one's mind after the offer, or going on with what was just explained."""

from __future__ import annotations

from actions.flows import FLOWS
from actions.flows.flow import FLOW_SLOTS, OFFER_FLOW, OFFER_ID, TOPIC, Flow, open_offer
from actions.turn import Reply, Turn


def change(turn: Turn, own: Flow | None = None) -> list[Reply] | None:
    """A new offer in place of the one on the table, or the flow that was just explained, begun with what was said.

    None when the message is about something else, or about the caller's `own` flow, which knows how to begin."""
    if turn.form is not None or turn.heard.pressed:
        return None
    flow = FLOWS.get(turn.slot(OFFER_FLOW) or turn.slot(TOPIC) or "")
    if flow is None or flow is own or not flow.concerns(turn.heard) or not flow.is_meant(turn.heard):
        return None
    if turn.slot(OFFER_ID) is None:
        # A question such as whether six months are possible is for the intent's own answer.
        return _begin(turn, flow) if turn.heard.is_answer or turn.heard.wish else None
    if open_offer(turn, flow) is None:
        turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW)
        return None
    refused = flow.take(turn)
    return refused or [flow.offer(turn)]


def _begin(turn: Turn, flow: Flow) -> list[Reply]:
    replies, begins = flow.start(turn)
    if begins:
        turn.next_action = flow.form
    return replies
