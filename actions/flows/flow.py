"""What the flows have in common: reading values out of a message, starting, offering, cancelling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from actions.amounts import TOO_LARGE, WORDS, figure, plain
from actions.choices import HUMAN, STOP
from actions.heard import FALLBACK, STARTS, Heard
from actions.memory import QUESTION, drop_aside, set_aside
from actions.refusals import reply_to
from actions.tickets import queued
from actions.turn import REQUESTED, RefusedError, Reply, Turn
from credit.cards import OfferCard
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import fingerprint
from credit.kernel.money import Money

OFFER_ID, OFFER_FLOW, TOPIC = "offer_id", "offer_flow", "topic"
MISSES, UNCLEAR_TURNS = "misses", "unclear_turns"
FLOW_SLOTS = (
    "borrow_amount", "borrow_term", "borrow_method",
    "repay_product", "repay_target", "repay_amount", "repay_effect", "repay_source",
    "bridge_amount", "bridge_term", "bridge_method",
    "split_amount", "split_term",
)  # fmt: skip
MISSES_BEFORE_HELP = 2
MISSES_BEFORE_QUEUE = 3

CARRIERS = frozenset({FALLBACK, "unclear", "affirm", "deny", "greet", "thanks", "chitchat"})
"""Intents that a bare value may come out as; inside a flow the value counts, not the intent."""


class Flow(ABC):
    """One way to an offer. What a flow has no slot for, it does not read."""

    name: str
    form: str
    intent: str
    """The intent that starts it."""
    amount_slot: str | None = None
    term_slot: str | None = None
    method_slot: str | None = None
    product: str | None = None
    """Naming the other product means something else than this flow."""
    carriers: frozenset[str] = CARRIERS

    # ── what each flow says and does ────────────────────────────────────────────────────────────────────

    @abstractmethod
    def explain(self, turn: Turn) -> list[Reply]:
        """The answer to a question about it. Raises CreditError."""

    @abstractmethod
    def prepare(self, turn: Turn) -> list[Reply]:
        """What comes before the first question. Raises CreditError or RefusedError when it is not possible at all."""

    @abstractmethod
    def read_amount(self, turn: Turn, text: str) -> str:
        """The amount as the slot holds it. Raises CreditError or RefusedError."""

    @abstractmethod
    def missing(self, turn: Turn) -> bool:
        """Whether something is still to be asked."""

    @abstractmethod
    def propose(self, turn: Turn, request_id: str) -> OfferCard:
        """Have the offer written. Raises CreditError."""

    @abstractmethod
    def show(self, turn: Turn, card: OfferCard) -> Reply:
        """The offer in words."""

    @abstractmethod
    def cancelled(self, turn: Turn) -> Reply:
        """What stopping here means."""

    def terms_sold(self, turn: Turn) -> list[int]:
        return []

    def read_other(self, turn: Turn, refused: list[Reply]) -> None:  # noqa: B027 - most flows have nothing else
        """Take values that only this flow has."""

    def take_indirect(self, turn: Turn) -> list[Reply] | None:
        """Understand an answer that holds no value of this flow. None when it is not one."""
        return None

    @property
    def slots(self) -> tuple[str, ...]:
        """What the flow asks for or may be told."""
        return tuple(slot for slot in (self.amount_slot, self.term_slot, self.method_slot) if slot is not None)

    def after_taking(self, turn: Turn) -> None:  # noqa: B027 - most flows have nothing to settle
        """Settle what follows from the values taken: what need not be asked, and what must be asked anew."""

    # ── reading a message ───────────────────────────────────────────────────────────────────────────────

    def concerns(self, heard: Heard) -> bool:
        """Whether the message holds a value that this flow has a place for."""
        return bool(
            heard.currency
            or (heard.amount and self.amount_slot)
            or (heard.term and self.term_slot)
            or (heard.method and self.method_slot)
        )

    def is_meant(self, heard: Heard) -> bool:
        """Whether the values are meant for this flow, as against another flow or a question."""
        if heard.intent == self.intent or heard.is_bare:
            return True
        if heard.intent in STARTS and (heard.pressed or heard.intent not in self.carriers):
            return False
        if heard.product and self.product and heard.product != self.product:
            return False
        return heard.intent in self.carriers or heard.is_answer

    def take(self, turn: Turn) -> list[Reply]:
        """Fill the slots from the message. Returns why what was not taken was not."""
        heard, refused = self._disambiguated(turn), list[Reply]()
        self.read_other(turn, refused)
        if heard.currency:
            refused.append(reply_to(CreditError(ErrorCode.CURRENCY_NOT_SUPPORTED, currency=heard.currency)))
        elif heard.amount and self.amount_slot:
            self._fill(turn, self.amount_slot, heard.amount, self.read_amount, refused)
        if heard.term and self.term_slot:
            self._fill(turn, self.term_slot, heard.term, self.read_term, refused)
        if heard.method and self.method_slot:
            self._fill(turn, self.method_slot, heard.method, self.read_method, refused)
        return refused

    def _disambiguated(self, turn: Turn) -> Heard:
        """A bare number is the amount where the amount was asked for, or there is no term; else it is the term."""
        heard = self._shifted(turn)
        if not heard.either:
            return heard
        asked_amount = turn.form == self.form and turn.slot(REQUESTED) == self.amount_slot
        if self.term_slot is None or asked_amount:
            return replace(heard, term=None)
        return replace(heard, amount=None)

    def _shifted(self, turn: Turn) -> Heard:
        """再多借1000 goes on top of the offer on the table or the amount said before; without them it is the amount."""
        heard = turn.heard
        if heard.shift is None or heard.amount in {None, TOO_LARGE, *WORDS}:
            return heard
        before = self._amount_before(turn)
        if before is None:
            return heard
        by = figure(heard.amount or "")
        shifted = before + by if heard.shift == "more" else before - by
        return replace(heard, amount=plain(shifted), shift=None)

    def _amount_before(self, turn: Turn) -> Money | None:
        card = open_offer(turn, self)
        if card is not None:
            return card.amount.money()
        said = turn.slot(self.amount_slot) if turn.form == self.form else None
        return figure(said) if said is not None and said not in WORDS else None

    def read_term(self, turn: Turn, text: str) -> str:
        """Raises TERM_NOT_SOLD."""
        sold = self.terms_sold(turn)
        if not text.isdecimal() or int(text) not in sold:
            raise CreditError(ErrorCode.TERM_NOT_SOLD, term=text, terms=sold)
        return str(int(text))

    def read_method(self, turn: Turn, text: str) -> str:
        """Raises METHOD_NOT_SOLD."""
        if text not in turn.account.catalogue.cashloan.methods:
            raise CreditError(ErrorCode.METHOD_NOT_SOLD, method=text)
        return text

    @staticmethod
    def _fill(turn: Turn, slot: str, text: str, read: Callable[[Turn, str], str], refused: list[Reply]) -> None:
        try:
            turn.remember(**{slot: read(turn, text)})
        except CreditError as refusal:
            if refusal.code is ErrorCode.ACCOUNT_SERVICE_UNREACHABLE:
                raise
            refused.append(reply_to(refusal))
        except RefusedError as refusal:
            refused.append(refusal.reply)

    # ── a turn of the flow ──────────────────────────────────────────────────────────────────────────────

    def start(self, turn: Turn) -> tuple[list[Reply], bool]:
        """Begin, begin anew, or answer a question about it. Returns what to say and whether the form shall run."""
        valued = self.concerns(turn.heard)
        nearly = turn.heard.about is not None and self.amount_slot is not None
        if not turn.heard.wish and not ((valued or nearly) and self._is_order(turn)):
            return self.explain(turn), False
        changing = turn.form == self.form or (valued and open_offer(turn, self) is not None)
        replies: list[Reply] = []
        drop_aside(turn, self.name)
        if not changing:
            self._interrupt(turn)
            turn.forget(*FLOW_SLOTS, OFFER_ID, OFFER_FLOW)
            replies = self.prepare(turn)
        if valued and turn.slot(TOPIC) == self.name:
            replies = []  # what comes before the first question was said in the turn before
        refused = self.take(turn)
        self.after_taking(turn)
        turn.remember(**{TOPIC: self.name, MISSES: 0})
        turn.forget(QUESTION)
        if changing and refused and turn.form is None:
            return refused, False  # the offer that was made still stands
        return replies + [plainly(reply) for reply in refused], True

    def _is_order(self, turn: Turn) -> bool:
        """Whether a value without a wish begins the flow. 「提前结清要多少」 holds the word for "all" and only asks."""
        heard = turn.heard
        only_all = heard.amount == "all" and not any(
            (heard.term, heard.method, heard.target, heard.source, heard.effect)
        )
        under_way = turn.form == self.form or open_offer(turn, self) is not None
        return heard.pressed or heard.is_bare or not only_all or under_way

    def _interrupt(self, turn: Turn) -> None:
        """Another flow gives way, asking still or offered; what it knew is kept to be taken up again."""
        known = {slot: value for slot in FLOW_SLOTS if (value := turn.slot(slot)) is not None}
        for other in _flows():
            offered = open_offer(turn, other)
            if other.form != self.form and (turn.form == other.form or (offered and offered.status == "open")):
                set_aside(turn, other.name, known)

    def offer(self, turn: Turn) -> Reply:
        """Write the offer and show it. Raises CreditError."""
        card = self.propose(turn, self._request_id(turn))
        turn.remember(**{OFFER_ID: str(card.id), OFFER_FLOW: self.name})
        return self.show(turn, card)

    def _request_id(self, turn: Turn) -> str:
        """One id for one message and one wish: an action that is played again gets the offer it made."""
        wish = {slot: turn.slot(slot) for slot in FLOW_SLOTS}
        return fingerprint([str(turn.customer_id), turn.heard.message_id, self.name, wish])

    def stuck(self, turn: Turn) -> list[Reply]:
        """Count an answer that could not be taken: at the second say what is wanted and what else there is, then queue
        for a person. The form stays; whoever answers it in the meantime goes on."""
        misses = turn.count(MISSES) + 1
        turn.remember(**{MISSES: misses})
        if misses < MISSES_BEFORE_HELP:
            return []
        if misses == MISSES_BEFORE_QUEUE:
            return [queued(turn.account.app.open_ticket(turn.customer_id, self.intent), "utter_human_after_misses")]
        return [Reply("utter_form_stuck", choices=(STOP, HUMAN))] if misses % MISSES_BEFORE_HELP == 0 else []


def remember_offer(turn: Turn, card: OfferCard) -> None:
    """Of a kind that has no form: a no declines it like every other."""
    turn.forget(*FLOW_SLOTS, TOPIC)
    turn.remember(**{OFFER_ID: str(card.id), OFFER_FLOW: card.offer_kind})


def _flows() -> list[type[Flow]]:
    return Flow.__subclasses__()


def plainly(reply: Reply) -> Reply:
    """Without its choices: the form's own question follows and brings them."""
    return replace(reply, choices=())


def open_offer(turn: Turn, flow: Flow | type[Flow]) -> OfferCard | None:
    """The offer of this flow that the conversation is about, while it has not been executed."""
    offer_id = turn.slot(OFFER_ID)
    if offer_id is None or turn.slot(OFFER_FLOW) != flow.name:
        return None
    card = turn.account.offer(offer_id)
    return card if card is not None and card.status != "executed" else None
