"""Paying with the pay-later line."""

from __future__ import annotations

from abc import ABC

from actions import choices
from actions.answer import Answer, Say
from actions.base import Replies
from actions.choices import ask
from actions.customer import PAYLATER
from actions.findings import amount_asked_for, finding_words, only
from actions.limit import nothing_open, reason_word
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Joined, Lines, Word
from credit.explain.findings import Code
from credit.explain.usable import payment_findings


class Paying(Answer, ABC):
    """An answer that first looks whether the line can be used at all."""

    steps: tuple[Choice, ...] = (choices.CHECK_LIMIT, ask("explain_payment_failed"))

    def answer(self, turn: Turn) -> Replies:
        line = turn.account.line(PAYLATER)
        if line is None:
            return nothing_open(turn)
        facts: Facts = {
            "available": line.available.money(),
            "limit": line.limit.money(),
            "used": line.used.money(),
            "reason": reason_word(line.frozen_reason),
        }
        if line.status == "frozen":
            return Reply("utter_paying_frozen", facts, choices=(ask("explain_frozen"), choices.CHECK_BILL))
        return Reply(f"utter_{self.intent}", facts, choices=self.steps)


class ActionWhereUsable(Paying):
    intent = "where_usable"


class ActionUsePayLater(Paying):
    intent = "use_pay_later"


class ActionExplainPaymentFailed(Answer):
    """Every reason that stands against a payment, of the amount that was named if one was, or that there is none."""

    intent = "explain_payment_failed"
    reads = frozenset({"product", "amount"})

    def answer(self, turn: Turn) -> Replies:
        found = payment_findings(turn.account.app.pay_facts(turn.customer_id), amount_asked_for(turn))
        lines: list[Word] = [*finding_words(found, most=MOST_REASONS)]
        if only(found, Code.PAY_POSSIBLE, Code.PAY_FITS):
            refused = turn.account.catalogue.paylater.spending.refused_categories
            words = tuple(Word(f"category_{each}", other="category_other") for each in refused)
            lines.append(Word("pay_elsewhere", facts={"categories": Joined(words)}))
        steps = next((PAY_STEPS[each.code] for each in found if each.code in PAY_STEPS), PAY_ON)
        return Reply("utter_explain_payment_failed", {"lines": Lines(tuple(lines))}, choices=steps)


MOST_REASONS = 4
PAY_ON = (choices.CHECK_LIMIT, ask("spending_history"))
LIMIT_STEPS = (ask("explain_limit"), ask("repay"), choices.CHECK_LIMIT)
CAP_STEPS = (ask("lower_limit"), choices.CHECK_LIMIT)
PAY_STEPS: dict[Code, tuple[Choice, ...]] = {
    Code.PAY_NOT_OPEN: (ask("open_product"), ask("product_info")),
    Code.PAY_CLOSED: (ask("open_product"), ask("product_info")),
    Code.PAY_FROZEN: (ask("explain_frozen"), choices.CHECK_BILL),
    Code.PAY_FROZEN_UNTIL: (ask("explain_frozen"), choices.CHECK_BILL),
    Code.PAY_OVERDUE: (ask("overdue"), ask("repay"), ask("hardship")),
    Code.PAY_NOTHING_LEFT: LIMIT_STEPS,
    Code.PAY_ABOVE_LIMIT: LIMIT_STEPS,
    Code.PAY_OWN_CAP_REACHED: CAP_STEPS,
    Code.PAY_ABOVE_OWN_CAP: CAP_STEPS,
}
"""The next steps by the heaviest reason."""


class ActionMerchantCollect(Say):
    intent = "merchant_collect"
    choices = (ask("where_usable"), ask("product_info"))
