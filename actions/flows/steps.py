"""The actions around a flow: begin, check an answer, ask, offer. One class of each kind for every flow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from actions import choices
from actions.amounts import WORDS
from actions.base import DialogueAction, Replies
from actions.flows import FLOWS
from actions.flows.changes import change, which_amount
from actions.flows.flow import FLOW_SLOTS, MISSES, OFFER_FLOW, TOPIC, UNCLEAR_TURNS, Flow, plainly
from actions.flows.following import chosen, follow, is_for_the_talk
from actions.heard import FALLBACK
from actions.memory import ASIDE, remember_question
from actions.turn import REQUESTED, Reply, Turn

BEGINS = "begins"
NOT_UNDERSTOOD = frozenset({FALLBACK, "unclear", "affirm"})
"""What an answer comes out as that holds nothing to fill a slot with."""


class FlowStep(DialogueAction, ABC):
    @property
    @abstractmethod
    def flow_name(self) -> str:
        """Named by every class that is to be registered; the SDK leaves abstract ones alone."""

    @property
    def flow(self) -> Flow:
        return FLOWS[self.flow_name]


class BeginFlow(FlowStep, ABC):
    """After the intent: an explanation, a refusal, or the form. The slot `begins` tells the rules which."""

    def name(self) -> str:
        return f"action_begin_{self.flow_name}"

    def respond(self, turn: Turn) -> Replies:
        turn.remember(**{UNCLEAR_TURNS: 0})
        changed = follow(turn)
        if changed is None and not turn.heard.wish:
            changed = change(turn, own=self.flow)
        if changed is not None:
            turn.remember(**{BEGINS: False})
            return changed
        if self._purpose_is_open(turn):
            turn.remember(**{BEGINS: False})
            return which_amount(turn, turn.heard.amount or "")
        replies, begins = self.flow.start(turn)
        turn.remember(**{BEGINS: begins, TOPIC: self.flow.name})
        if not begins:
            remember_question(turn, self.flow.intent)
        return replies

    def _purpose_is_open(self, turn: Turn) -> bool:
        """A bare figure out of the blue, or one beside the other product's name: borrowing is not to be guessed."""
        heard, flow = turn.heard, self.flow
        if heard.pressed or turn.form == flow.form or heard.amount in {None, *WORDS}:
            return False
        known = turn.slot(TOPIC) == flow.name or turn.slot(OFFER_FLOW) == flow.name
        other = heard.product is not None and flow.product not in {None, heard.product}
        return other or (heard.is_bare and not heard.wish and not known)

    def after_failure(self, turn: Turn) -> None:
        turn.remember(**{BEGINS: False})


class ValidateForm(FlowStep, ABC):
    """Reads an answer within the form.

    Rasa calls this more often than the customer speaks: at activation and on the way back from a digression there is
    nothing new to read. Without a slot among the events Rasa leaves the turn to the rules: another action answers."""

    lists_choices = False

    def name(self) -> str:
        return f"validate_{self.flow.form}"

    def respond(self, turn: Turn) -> Replies:
        if not turn.fresh or turn.slot(REQUESTED) is None:
            return None
        if is_for_the_talk(turn):
            return None
        if turn.heard.nth is not None:
            heard = chosen(turn)
            if heard is None or heard.intent != self.flow.intent:
                return None  # of another list, or of none: the action that runs says which
            turn.heard = heard
        indirect = self.flow.take_indirect(turn)
        if indirect is not None:
            return self._taken(turn, indirect)
        if self.flow.is_meant(turn.heard) and self._fills(turn):
            return self._taken(turn, self.flow.take(turn))
        if turn.heard.intent in NOT_UNDERSTOOD:
            return [Reply(f"utter_not_understood_{turn.slot(REQUESTED)}"), *self.flow.stuck(turn)]
        return None

    def _fills(self, turn: Turn) -> bool:
        heard = turn.heard
        named = bool(heard.target or (heard.product and self.flow.name == "repay"))  # which of several debts
        return self.flow.concerns(heard) or named

    def _taken(self, turn: Turn, refused: list[Reply]) -> list[Reply]:
        if refused:
            return [*(plainly(reply) for reply in refused), *self.flow.stuck(turn)]
        self.flow.after_taking(turn)
        turn.remember(**{MISSES: 0})
        return []

    def after_failure(self, turn: Turn) -> None:
        """Leave the form: asking on would fail as well. The offer action finds nothing to offer."""
        turn.remember(**dict.fromkeys(FLOW_SLOTS), **{MISSES: 0, REQUESTED: None})


class OfferFlow(FlowStep, ABC):
    """After the form: the written offer."""

    def name(self) -> str:
        return f"action_offer_{self.flow_name}"

    def respond(self, turn: Turn) -> Replies:
        # A form that was left before its end also comes here.
        if self.flow.missing(turn):
            return None
        reply = self.flow.offer(turn)
        if turn.slot(ASIDE) is None:
            return reply
        return replace(reply, choices=(*reply.choices, choices.RESUME))

    def after_failure(self, turn: Turn) -> None:
        turn.forget(*FLOW_SLOTS, TOPIC)


class AskSlot(FlowStep, ABC):
    """The question for a slot, with what it is asked for and the answers that are possible."""

    @property
    @abstractmethod
    def slot(self) -> str:
        """The slot that is asked for."""

    def name(self) -> str:
        return f"action_ask_{self.flow.form}_{self.slot}"
