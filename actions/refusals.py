"""A refusal as a reply: its wording, its facts in words, and a way on."""

from __future__ import annotations

from typing import Any

from actions import choices
from actions.choices import ask
from actions.turn import Choice, Reply
from actions.wording import Fact, Joined, Word
from credit.cards import NoticeCard
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money

_OVERDUE = (ask("overdue"), ask("repay"), ask("hardship"))

WAYS_ON: dict[ErrorCode, tuple[Choice, ...]] = {
    ErrorCode.PRODUCT_NOT_OPEN: (ask("open_product"), ask("product_info")),
    ErrorCode.LINE_FROZEN: (ask("explain_frozen"), choices.CHECK_BILL),
    ErrorCode.OVERDUE_BLOCKS_CREDIT: _OVERDUE,
    ErrorCode.STUDENT_MAY_NOT_BORROW: (choices.CHECK_BILL, choices.LOAN_SCHEDULE),
    ErrorCode.UNDERAGE: (choices.CHECK_BILL,),
    ErrorCode.TOO_MANY_LOANS: (choices.LOAN_SCHEDULE, ask("repay")),
    ErrorCode.EXPOSURE_EXCEEDED: (choices.CHECK_LIMIT,),
    ErrorCode.COST_ABOVE_CAP: (ask("loan_terms"), choices.CHECK_LIMIT),
    ErrorCode.LIMIT_EXCEEDED: (choices.CHECK_LIMIT, ask("explain_limit")),
    ErrorCode.NOTHING_OWED: (choices.CHECK_LIMIT, ask("spending_history")),
    ErrorCode.NO_OPEN_BILL: (choices.CHECK_LIMIT, ask("bill_dates")),
    ErrorCode.LOAN_NOT_FOUND: (choices.LOAN_SCHEDULE,),
    ErrorCode.INSTALLMENT_NOT_POSSIBLE: (choices.CHECK_BILL, ask("min_repay")),
    ErrorCode.BRIDGE_OFF: (choices.CHECK_BILL, ask("installment")),
    ErrorCode.BRIDGE_OVERDUE: _OVERDUE,
    ErrorCode.BRIDGE_TOO_SOON: (choices.CHECK_BILL, ask("installment")),
    ErrorCode.BRIDGE_OF_BRIDGE: (choices.CHECK_BILL, ask("installment")),
    ErrorCode.OFFER_NOT_FOUND: choices.MENU,
}
"""The next steps after a refusal, where the flow itself has no better ones."""

ABOUT: dict[ErrorCode, str] = {
    ErrorCode.PRODUCT_NOT_OPEN: "explain_cannot_open",
    ErrorCode.LINE_FROZEN: "explain_frozen",
    ErrorCode.OVERDUE_BLOCKS_CREDIT: "explain_borrow_failed",
    ErrorCode.STUDENT_MAY_NOT_BORROW: "explain_borrow_failed",
    ErrorCode.UNDERAGE: "explain_borrow_failed",
    ErrorCode.TOO_MANY_LOANS: "explain_borrow_failed",
    ErrorCode.EXPOSURE_EXCEEDED: "explain_limit",
    ErrorCode.LIMIT_EXCEEDED: "explain_limit",
    ErrorCode.LOAN_ABOVE_CAP: "explain_limit",
    ErrorCode.BRIDGE_OVERDUE: "overdue",
}
"""Who says more about a refusal when nothing but 「凭什么」 or 「那要等多久」 follows it."""

NOTICED = {
    ErrorCode.LINE_FROZEN: "warning",
    ErrorCode.OVERDUE_BLOCKS_CREDIT: "warning",
    ErrorCode.BRIDGE_OVERDUE: "warning",
    ErrorCode.STUDENT_MAY_NOT_BORROW: "info",
}
"""Refusals that say something lasting about the account; these get a card."""


def reply_to(refusal: CreditError, *ways_on: Choice) -> Reply:
    """The reply that tells the customer why not, and what else there is."""
    return Reply(
        f"utter_error_{refusal.code}",
        {name: _fact(name, value) for name, value in refusal.facts.items() if value is not None},
        card=_notice(refusal),
        choices=ways_on or WAYS_ON.get(refusal.code, ()),
        about=ABOUT.get(refusal.code),
    )


def reason(code: str | None) -> Word:
    """A refusal in a few words, for a line of a comparison."""
    return Word(f"refusal_{code}", other="refusal_other")


def _fact(name: str, value: Any) -> Fact:
    if isinstance(value, list | tuple):
        return Joined(tuple(value))
    if name == "reason":
        return Word(f"reason_{value}", other="reason_other")
    if name == "method":
        return choices.method_word(str(value))
    fact: Fact = value
    return fact


def _notice(refusal: CreditError) -> NoticeCard | None:
    level = NOTICED.get(refusal.code)
    if level is None:
        return None
    facts = {name: _plain(value) for name, value in refusal.facts.items() if value is not None}
    return NoticeCard.model_validate({"level": level, "code": str(refusal.code), "facts": facts})


def _plain(value: object) -> str | int:
    if isinstance(value, Money):
        return value.yuan()
    return value if isinstance(value, int) else str(value)
