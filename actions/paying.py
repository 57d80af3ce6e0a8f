"""Paying with the pay-later line."""

from __future__ import annotations

from abc import ABC

from actions import choices
from actions.answer import Answer, Say
from actions.base import Replies
from actions.choices import ask
from actions.customer import PAYLATER
from actions.limit import nothing_open, reason_word
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts


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


class ActionExplainPaymentFailed(Paying):
    intent = "explain_payment_failed"
    steps = (choices.CHECK_LIMIT, ask("spending_history"))


class ActionMerchantCollect(Say):
    intent = "merchant_collect"
    choices = (ask("where_usable"), ask("product_info"))
