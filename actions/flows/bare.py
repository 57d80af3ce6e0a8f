"""Questions with nothing in them but the asking: 「凭什么」, 「要等多久」, 「成功了吗」, 「都买了啥」.

They go to what was said last. Which answer that is stands in tables: intent × kind of question → intent. The figures
come from the account, asked anew; no table leads into a flow that moves money."""

from __future__ import annotations

from dataclasses import replace

from actions import choices, reasons
from actions.amounts import WORDS
from actions.base import listed
from actions.flows import FLOWS, of_form
from actions.flows.debts import THIS
from actions.flows.flow import OFFER_FLOW, OFFER_ID, open_offer
from actions.heard import FALLBACK, Heard
from actions.memory import Question, last_question, remember_question
from actions.registry import Answering, answer_of
from actions.turn import Reply, Turn
from credit.cards import OfferCard

WHY, WHEN, DONE, ITEMS, BIGGEST, PAID, PERSON, DEAR, EACH, CALLS_OFF = (
    "asks_why", "asks_when", "asks_done", "asks_items", "biggest", "claims_paid", "asks_person", "too_dear",
    "asks_each", "calls_off",
)  # fmt: skip
PLAIN = (PERSON, PAID, DONE, WHY, DEAR, EACH, CALLS_OFF, WHEN, BIGGEST, ITEMS)
"""In the order in which they count."""
LOOSE = {"says_why": WHY, "says_when": WHEN}
"""The same words in a longer message count only when it was not understood."""
UNSURE = frozenset({FALLBACK, "unclear", "chitchat"})
HUMAN = "human"
SHEET = "sheet"
"""No intent: the offer on the table."""

WHY_OF = {
    "check_limit": "explain_limit", "raise_limit": "explain_limit", "lower_limit": "explain_limit",
    "check_bill": "explain_bill", "spending_history": "explain_bill", "min_repay": "loan_interest",
    "borrow": "explain_borrow_failed", "open_product": "explain_cannot_open",
    "where_usable": "explain_payment_failed", "use_pay_later": "explain_payment_failed",
    "loan_interest": "fees", "installment_fee": "fees",
}  # fmt: skip
"""Every other answer gives its own reasons: it is asked again, in short."""
NO_WHY = frozenset({HUMAN, "repay", "installment", "repay_with_loan"})

WHEN_OF = {
    "explain_frozen": "explain_frozen", "explain_borrow_failed": "explain_borrow_failed",
    "explain_cannot_open": "explain_cannot_open", "open_product": "explain_cannot_open",
    "borrow": "explain_borrow_failed", "disbursement": "disbursement", "repay_status": "repay_status",
    "refund": "refund", "overdue": "overdue", "credit_record": "credit_record", "autopay": "bill_dates",
    "explain_limit": "explain_limit", "check_limit": "raise_limit", "raise_limit": "raise_limit",
    "explain_payment_failed": "explain_payment_failed", "verify_identity": "verify_identity",
    "check_bill": "bill_dates", "explain_bill": "bill_dates", "min_repay": "bill_dates", "bill_dates": "bill_dates",
    "repay": "bill_dates", "repay_method": "bill_dates", "loan_schedule": "loan_schedule",
    "installment_manage": "installment_manage", HUMAN: HUMAN,
}  # fmt: skip
"""Answers that tell a time. Where none of them does, nothing is made up."""
STOPPED_BY_A_FREEZE = frozenset({
    "explain_limit", "check_limit", "raise_limit", "borrow", "explain_borrow_failed", "explain_payment_failed",
    "where_usable", "use_pay_later", "overdue",
})  # fmt: skip
"""While a line is frozen, the day that is asked for is that of its release."""

DONE_OF = {
    "repay_status": "repay_status", "disbursement": "disbursement", "refund": "refund",
    "explain_frozen": "explain_frozen", "raise_limit": "check_limit", "open_product": "check_limit",
    "autopay": "autopay", HUMAN: HUMAN,
}  # fmt: skip
DONE_OF_OFFER = {
    "repay_bill": "repay_status", "repay_loan": "repay_status", "repay_with_loan": "repay_status",
    "borrow": "disbursement", "installment": "installment_manage", "settle_plan": "repay_status",
    "pay_out_credit": "refund",
}  # fmt: skip
PRICE_OF = {
    "loan_interest": "loan_interest", "loan_terms": "loan_interest", "borrow": "loan_interest",
    "repay_with_loan": "loan_interest", "installment_fee": "installment_fee", "installment": "installment_fee",
}  # fmt: skip
DEAR_OF = {
    **PRICE_OF, "check_bill": "explain_bill", "explain_bill": "explain_bill", "spending_history": "explain_bill",
}  # fmt: skip
"""「太贵了」: what the cheapest way would be; of a bill, what it is made of."""
EACH_OF_OFFER = {"borrow": "loan_schedule", "repay_with_loan": "loan_schedule", "installment": "installment_manage"}
EACH_OF = {**PRICE_OF, "loan_schedule": "loan_schedule"}
"""「每个月还多少」, where no offer says it."""
CALLED_OFF = frozenset({"disbursement", "repay_status"})
"""What has been confirmed already and is under way."""
ABOUT_BILLS = frozenset({
    "check_bill", "explain_bill", "spending_history", "min_repay", "bill_dates", "refund", "repay", "installment",
    "installment_fee", "check_limit",
})  # fmt: skip


def bare_question(turn: Turn) -> list[Reply] | None:
    """The answer to a bare question; None when the message is none, or nothing was said that it could go to."""
    kind = _kind(turn.heard)
    if kind is None:
        return None
    question = last_question(turn)
    intent = _intent_asked(turn, kind, question)
    if intent == HUMAN:
        return waiting(turn)
    if intent == SHEET:
        return _sheet(turn)
    answer = answer_of(intent) if intent else None
    if intent is None or answer is None:
        return None
    in_short = question is not None and question.intent == intent
    turn.heard = _asked(turn, intent, kind, question)
    if kind == WHY and in_short and question is not None and question.explained:
        return [Reply("utter_nothing_more_found", choices=(reasons.ASK_REVIEW, choices.HUMAN, choices.CHECK_BILL))]
    if kind == DEAR:
        return _cheapest(turn, answer)
    replies = listed((answer.briefly if in_short or kind == PAID else answer.answer)(turn))
    if kind not in {BIGGEST, ITEMS}:  # these are asked of the bill, which stays what is spoken of
        remember_question(turn, intent, explained=in_short and kind == WHY)
    return _with_a_person(replies) if in_short and kind == WHY else replies


def is_bare_question(turn: Turn) -> bool:
    """Whether there is an answer to give; nothing is said."""
    kind = _kind(turn.heard)
    return kind is not None and _intent_asked(turn, kind, last_question(turn)) is not None


def _kind(heard: Heard) -> str | None:
    if heard.urgent or heard.pressed:
        return None
    plain = next((kind for kind in PLAIN if kind in heard.remarks), None)
    if plain is not None or heard.intent not in UNSURE or heard.has_value:
        return plain
    return next((kind for said, kind in LOOSE.items() if said in heard.remarks), None)


def _intent_asked(turn: Turn, kind: str, question: Question | None) -> str | None:
    about = question.intent if question else None
    match kind:
        case "asks_why":
            return None if about is None or about in NO_WHY else WHY_OF.get(about, about)
        case "asks_when":
            return _when(turn, about)
        case "asks_done":
            return DONE_OF.get(about or "") or _done_by_offer(turn)
        case "too_dear":
            return DEAR_OF.get(_asking(turn)) or DEAR_OF.get(_offered(turn) if about is None else about)
        case "asks_each":
            return EACH_OF.get(_asking(turn)) or _each(turn, about)
        case "calls_off":
            busy = turn.form is not None or turn.slot(OFFER_ID) is not None
            return about if about in CALLED_OFF and not busy else None
        case "asks_person":
            return HUMAN if turn.account.app.ticket_of(turn.customer_id) else None
        case "claims_paid":
            frozen = about == "explain_frozen" or (about in STOPPED_BY_A_FREEZE and _is_frozen(turn))
            return "explain_frozen" if frozen else "repay_status"
    about_bills = about in ABOUT_BILLS and not (question and question.debt)
    return "spending_history" if about_bills else None


def _asking(turn: Turn) -> str:
    """The intent of the form that asks."""
    flow = of_form(turn.form)
    return flow.intent if flow else ""


def _offered(turn: Turn) -> str:
    """The intent of what was offered last, done or not."""
    flow = FLOWS.get(turn.slot(OFFER_FLOW) or "")
    return flow.intent if flow else ""


def _last_offer(turn: Turn) -> OfferCard | None:
    """What was offered last, whatever became of it."""
    offer_id = turn.slot(OFFER_ID)
    return turn.account.offer(offer_id) if offer_id else None


def _each(turn: Turn, about: str | None) -> str | None:
    """The offer on the table says it; of one that was executed the books do, unless something else is spoken of."""
    card, asked = _last_offer(turn), EACH_OF.get(about or "")
    if card is not None and card.status == "open":
        return SHEET
    if card is not None and asked in {None, EACH_OF.get(_offered(turn))}:
        return EACH_OF_OFFER.get(card.offer_kind)
    return asked


def _when(turn: Turn, about: str | None) -> str | None:
    if about is None:
        return _done_by_offer(turn)
    if about in STOPPED_BY_A_FREEZE and _is_frozen(turn):
        return "explain_frozen"
    return WHEN_OF.get(about)


def _is_frozen(turn: Turn) -> bool:
    """For being late, which ends; who is stopped as a student waits for something else."""
    lines = turn.account.limits.lines
    return any(line.status == "frozen" and line.frozen_reason != "student" for line in lines)


def _done_by_offer(turn: Turn) -> str | None:
    """Where what was offered last stands: on the sheet still, or in the books."""
    card = _last_offer(turn) if turn.form is None else None
    if card is None:
        return None
    return DONE_OF_OFFER.get(card.offer_kind) if card.status == "executed" else "affirm"


def _asked(turn: Turn, intent: str, kind: str, question: Question | None) -> Heard:
    heard = replace(turn.heard, amount=None)
    if question is not None:
        asked = question.asked_with(replace(heard, one=THIS if question.debt else heard.one))
        heard = replace(asked, remarks=frozenset({kind}))
    flow = of_form(turn.form)
    if kind == EACH and flow is not None:  # of what the form knows by now, not of what was asked before
        amount, term = (turn.slot(slot) if slot else None for slot in (flow.amount_slot, flow.term_slot))
        heard = replace(heard, amount=None if amount in WORDS else amount, term=term)
    return replace(heard, intent=intent)


def waiting(turn: Turn) -> list[Reply] | None:
    """How many are before; when it is one's turn nobody can say."""
    answer = answer_of(HUMAN)
    if answer is None or turn.account.app.ticket_of(turn.customer_id) is None:
        return None
    return listed(answer.briefly(turn))


def _cheapest(turn: Turn, answer: Answering) -> list[Reply]:
    """What makes it cheaper, and the price of the shortest term; nobody is talked into anything."""
    sold = turn.account.catalogue
    terms = {"loan_interest": sold.cashloan.terms, "installment_fee": sold.paylater.installments.fee_ppm_by_term}
    intent = turn.heard.intent
    if intent not in terms:
        return listed(answer.answer(turn))
    turn.heard = replace(turn.heard, term=str(min(terms[intent])))
    remember_question(turn, intent)
    why = Reply("utter_dear_loan_interest" if intent == "loan_interest" else "utter_dear_installment_fee")
    return [why, *listed(answer.answer(turn))]


def _sheet(turn: Turn) -> list[Reply] | None:
    """The offer on the table once more: it says what is paid each month."""
    flow = FLOWS.get(turn.slot(OFFER_FLOW) or "")
    card = open_offer(turn, flow) if flow else None
    return [flow.show(turn, card)] if flow and card else None


def _with_a_person(replies: list[Reply]) -> list[Reply]:
    """Whoever asks why twice may want to hear it from somebody."""
    if not replies or any(choice.intent == HUMAN for choice in replies[-1].choices):
        return replies
    return [*replies[:-1], replace(replies[-1], choices=(*replies[-1].choices, choices.HUMAN))]
