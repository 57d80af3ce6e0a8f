"""Changing one's mind after the offer, or going on with what was just explained."""

from __future__ import annotations

from actions import choices
from actions.amounts import figure
from actions.flows import FLOWS
from actions.flows.flow import FLOW_SLOTS, OFFER_FLOW, OFFER_ID, TOPIC, Flow, open_offer
from actions.turn import Reply, Turn

LIKELY = 3


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
        asks = "fragment_asked" in turn.heard.remarks
        return begin(turn, flow) if turn.heard.wish or (turn.heard.is_answer and not asks) else None
    if open_offer(turn, flow) is None:
        turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW)
        return None
    refused = flow.take(turn)
    if refused:
        return refused
    flow.after_taking(turn)
    if flow.missing(turn):  # the new values bring a question
        turn.next_action = flow.form
        return []
    return [flow.offer(turn)]


def begin(turn: Turn, flow: Flow) -> list[Reply]:
    """Begin a flow from an action whose rule does not lead there."""
    replies, begins = flow.start(turn)
    if begins:
        turn.next_action = flow.form
    return replies


def unsure_wish(turn: Turn) -> list[Reply] | None:
    """A flow begun although its intent was unsure: the customer's wish and a figure are there, and the product fits.

    An offer moves nothing, so a wrong guess costs a look, and asking back would cost a turn."""
    heard = turn.heard
    if not heard.wish or not (heard.amount or heard.term):
        return None
    by_intent = {flow.intent: flow for flow in FLOWS.values()}
    likely = [by_intent[name] for name in heard.candidates[:LIKELY] if name in by_intent]
    fitting = [flow for flow in likely if heard.product is None or flow.product in {None, heard.product}]
    return begin(turn, fitting[0]) if fitting else None


def which_amount(turn: Turn, said: str) -> Reply:
    """A figure whose purpose is open: to borrow it, for who may, or to repay. Raises what is wrong with the figure."""
    amount = figure(said)
    may_borrow = turn.account.borrowing_refusal() is None
    steps = (
        *((choices.amount("borrow", "borrow_amount", amount),) if may_borrow else ()),
        choices.amount("repay", "repay_amount", amount),
        choices.CHECK_BILL,
    )
    response = "utter_which_amount" if may_borrow else "utter_which_amount_to_repay"
    return Reply(response, {"amount": amount}, choices=steps)
