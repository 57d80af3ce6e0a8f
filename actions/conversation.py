"""The talk itself: hello, yes, no, a person, and what was not understood."""

from __future__ import annotations

from actions import choices
from actions.amounts import WORDS
from actions.answer import Answer, Say
from actions.base import Replies
from actions.borrowing import start_borrowing
from actions.choices import ask
from actions.flows import FLOWS, of_form
from actions.flows.changes import unsure_wish, which_amount
from actions.flows.flow import CARRIERS, FLOW_SLOTS, OFFER_FLOW, OFFER_ID, TOPIC, UNCLEAR_TURNS
from actions.registry import answer_of
from actions.tickets import queued
from actions.turn import Choice, Reply, Turn
from actions.wording import Clock, Facts
from credit.cards import OfferCard
from credit.kernel.errors import CreditError, ErrorCode

UNCLEAR_BEFORE_PERSON = 2
UNCLEAR_BEFORE_QUEUE = 3
NO_QUESTION: frozenset[str] = frozenset()
"""Small talk leaves the last question to be asked anew."""
DISTRESS = "distress"
CANDIDATES = 3
LATE_MENU = (ask("repay"), ask("overdue"), ask("hardship"))
NO_CANDIDATES = CARRIERS | {"goodbye", "bot_challenge", "human"}
"""Not worth asking "did you mean": they are no wish that could be helped with."""


class ActionGreet(Say):
    intent = "greet"
    reads = NO_QUESTION
    choices = choices.MENU


class ActionGoodbye(Say):
    intent = "goodbye"
    reads = NO_QUESTION


class ActionThanks(Say):
    intent = "thanks"
    reads = NO_QUESTION
    choices = choices.MENU


class ActionBotChallenge(Say):
    intent = "bot_challenge"
    reads = NO_QUESTION
    choices = (*choices.MENU, choices.HUMAN)


class ActionChitchat(Say):
    intent = "chitchat"
    reads = NO_QUESTION
    choices = choices.MENU


class ActionComplaint(Say):
    intent = "complaint"
    reads = NO_QUESTION
    choices = (choices.HUMAN, choices.CHECK_BILL)


class ActionHuman(Answer):
    """Queues for a person and says how many are before; the assistant goes on until the person is there.

    Whoever speaks of ending their life hears of help first, and nothing of money."""

    intent = "human"
    reads = NO_QUESTION

    def answer(self, turn: Turn) -> Replies:
        turn.end_form()
        if turn.heard.urgent == DISTRESS:
            ticket = turn.account.app.open_ticket(turn.customer_id, DISTRESS)
            facts: Facts = {"helpline": turn.account.catalogue.lender.helpline, "reference": ticket.reference}
            return Reply("utter_distress", facts)
        return queued(turn.account.app.open_ticket(turn.customer_id, self.intent))

    def briefly(self, turn: Turn) -> Replies:
        """Where they stand in the queue. How long that takes nobody knows, and nobody guesses."""
        ticket = turn.account.app.ticket_of(turn.customer_id)
        return queued(ticket, "utter_still_waiting") if ticket is not None else self.answer(turn)


class ActionAffirm(Answer):
    """A yes in the chat confirms nothing: that happens on the sheet."""

    intent = "affirm"
    reads = NO_QUESTION

    def answer(self, turn: Turn) -> Replies:
        card = _offer(turn)
        if card is None:
            return Reply("utter_affirm", choices=self._steps(turn))
        facts: Facts = {"amount": card.amount.money(), "until": Clock(card.expires_at)}
        if card.status == "open":
            return Reply("utter_confirm_on_sheet", facts, card=card, choices=(choices.STOP,))
        response = "utter_offer_was_executed" if card.status == "executed" else "utter_offer_is_over"
        forget_offer(turn)
        return Reply(response, facts, choices=choices.MENU)

    @staticmethod
    def _steps(turn: Turn) -> tuple[Choice, ...]:
        """A yes to what was just explained: the way to begin it stands first."""
        begin = {"borrow": choices.START_BORROW, "bridge": choices.START_BRIDGE, "split": choices.START_SPLIT}
        known = begin.get(turn.slot(TOPIC) or "")
        return (known, *choices.MENU) if known else choices.MENU


class ActionDeny(Answer):
    """Stops the form or withdraws the offer, and says what that means."""

    intent = "deny"
    reads = NO_QUESTION

    def answer(self, turn: Turn) -> Replies:
        flow = of_form(turn.form)
        if flow is not None:
            reply = flow.cancelled(turn)
            turn.end_form()
            forget_offer(turn)
            return reply
        card = _offer(turn)
        if card is None:
            turn.forget(TOPIC)
            return _left_the_queue(turn) or _will_not_pay(turn) or Reply("utter_deny", choices=choices.MENU)
        flow = FLOWS.get(turn.slot(OFFER_FLOW) or "")
        try:
            turn.account.app.decline_offer(turn.customer_id, card.id)
        except CreditError as refusal:
            if refusal.code is not ErrorCode.OFFER_ALREADY_EXECUTED:
                raise
            forget_offer(turn)
            return Reply("utter_offer_was_executed", {"amount": card.amount.money()}, choices=choices.MENU)
        reply = flow.cancelled(turn) if flow else Reply(f"utter_cancelled_{card.offer_kind}", choices=choices.MENU)
        forget_offer(turn)
        return reply


def _left_the_queue(turn: Turn) -> Reply | None:
    """A no of somebody who waits for a person means the waiting."""
    app = turn.account.app
    if app.ticket_of(turn.customer_id) is None or app.withdraw_ticket(turn.customer_id) is None:
        return None
    return Reply("utter_human_withdrawn", choices=choices.MENU)


def _will_not_pay(turn: Turn) -> Replies:
    """「我不还了」 out of the blue declines nothing that is under way: what it would bring is told. None for others."""
    late = answer_of("overdue") if "unpaid" in turn.heard.details else None
    return late.answer(turn) if late is not None else None


def _offer(turn: Turn) -> OfferCard | None:
    offer_id = turn.slot(OFFER_ID)
    return turn.account.offer(offer_id) if offer_id else None


def forget_offer(turn: Turn) -> None:
    turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW, TOPIC)


def _menu(turn: Turn) -> tuple[Choice, ...]:
    """What somebody may have meant who was not understood. Who is late most likely asks for a way out."""
    return LATE_MENU if turn.account.facts.days_overdue else choices.MENU


class ActionClarify(Answer):
    """For `nlu_fallback`: asks which of the likeliest wishes was meant; at the second time in a row offers a person."""

    intent = "clarify"
    reads = NO_QUESTION
    resets_unclear = False

    def answer(self, turn: Turn) -> Replies:
        begun = unsure_wish(turn)
        if begun is not None:
            turn.remember(**{UNCLEAR_TURNS: 0})
            return begun
        if turn.heard.is_name:
            return self._product(turn, turn.heard.product or "")
        if turn.heard.amount and turn.heard.amount not in WORDS:
            return which_amount(turn, turn.heard.amount)
        times = turn.count(UNCLEAR_TURNS) + 1
        turn.remember(**{UNCLEAR_TURNS: times})
        if times >= UNCLEAR_BEFORE_QUEUE:
            return queued(turn.account.app.open_ticket(turn.customer_id, self.intent), "utter_human_after_misses")
        if times >= UNCLEAR_BEFORE_PERSON:
            return Reply("utter_still_unclear", choices=(*_menu(turn), choices.HUMAN))
        named = [name for name in turn.heard.candidates if name not in NO_CANDIDATES][:CANDIDATES]
        if not named:
            return Reply("utter_unclear", choices=(*_menu(turn), choices.HUMAN))
        return Reply("utter_which_one", choices=(*(ask(name) for name in named), choices.HUMAN))

    @staticmethod
    def _product(turn: Turn, product: str) -> Reply:
        """A bare product name: what it is most often asked about."""
        steps = {"paylater": (choices.CHECK_BILL, ask("repay"), choices.CHECK_LIMIT)}
        of_cash = (*start_borrowing(turn), choices.LOAN_SCHEDULE, choices.CHECK_LIMIT)
        name = turn.account.catalogue.product_name(product)
        return Reply("utter_which_about", {"name": name}, choices=steps.get(product, of_cash))


class ActionUnclear(ActionClarify):
    """For what was understood to be nothing in particular."""

    intent = "unclear"
