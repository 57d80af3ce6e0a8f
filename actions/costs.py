"""Money back, costs in general, the record, and what is not about one product's use."""

from __future__ import annotations

from actions import choices
from actions.answer import Answer, Say
from actions.base import Replies
from actions.bills import bill_facts
from actions.choices import ask
from actions.conversation import queued
from actions.turn import Reply, Turn
from actions.wording import Facts, Lines, Rate, Word, Yearly
from credit.cards import BillEntry
from credit.kernel.money import DAYS_IN_YEAR, Money


class ActionRefund(Answer):
    """Refunds since the statement by name, and what they did to the bill."""

    intent = "refund"

    def answer(self, turn: Turn) -> Replies:
        bill = turn.account.bill_if_any
        refunds = [entry for entry in bill.entries if entry.kind == "refund"] if bill else []
        steps = (choices.CHECK_BILL, ask("spending_history"))
        if bill is None or not refunds:
            return Reply("utter_refund_none", choices=steps)
        lines = Lines(tuple(_refund_word(entry) for entry in refunds))
        return Reply("utter_refund", {**bill_facts(bill), "lines": lines}, card=bill, choices=steps)


def _refund_word(entry: BillEntry) -> Word:
    back = Money(abs(entry.amount.minor))
    return Word("refunded", facts={"on": entry.on, "merchant": entry.merchant, "amount": back})


class ActionFees(Answer):
    intent = "fees"

    def answer(self, turn: Turn) -> Replies:
        sold = turn.account.catalogue
        daily = sold.paylater.revolving_daily_ppm
        facts: Facts = {
            "daily": Rate(daily),
            "yearly": Yearly(daily * DAYS_IN_YEAR),
            "lowest": Rate(sold.cashloan.daily_rate_ppm.lowest),
            "highest": Rate(sold.cashloan.daily_rate_ppm.highest),
            "lowest_yearly": Yearly(sold.cashloan.daily_rate_ppm.lowest * DAYS_IN_YEAR),
            "highest_yearly": Yearly(sold.cashloan.daily_rate_ppm.highest * DAYS_IN_YEAR),
            "cap": Yearly(sold.cost.cap),
        }
        return Reply("utter_fees", facts, choices=(ask("loan_interest"), ask("installment_fee"), ask("overdue")))


class ActionCreditRecord(Answer):
    intent = "credit_record"

    def answer(self, turn: Turn) -> Replies:
        late = turn.account.facts.days_overdue
        response = "utter_credit_record_late" if late else "utter_credit_record"
        facts: Facts = {"days": late, "grace": turn.account.catalogue.overdue.grace_days}
        return Reply(response, facts, choices=(ask("overdue"), ask("bill_dates"), choices.CHECK_BILL))


class ActionPromotions(Say):
    intent = "promotions"
    choices = (choices.CHECK_BILL, ask("fees"))


class ActionProductInfo(Answer):
    intent = "product_info"

    def answer(self, turn: Turn) -> Replies:
        sold = turn.account.catalogue
        facts: Facts = {"largest": sold.paylater.line.largest, "largest_cash": sold.cashloan.line.largest}
        return Reply("utter_product_info", facts, choices=(choices.CHECK_LIMIT, ask("fees"), ask("open_product")))


class ActionOtherProduct(Say):
    intent = "other_product"
    choices = (ask("product_info"), choices.CHECK_LIMIT)


class ActionFraud(Answer):
    """Never behind a form: whatever was running is left. One press freezes both lines and calls a person.

    Words alone freeze nothing: a question about cashing out is of this intent too."""

    intent = "fraud"

    def answer(self, turn: Turn) -> Replies:
        turn.end_form()
        if turn.heard.pressed and turn.heard.target == "freeze":
            return queued(turn.account.app.report_fraud(turn.customer_id), "utter_fraud_frozen")
        steps = (choices.FREEZE_NOW, ask("spending_history"), choices.LOAN_SCHEDULE, choices.HUMAN)
        return Reply("utter_fraud", choices=steps)


class ActionDocuments(Say):
    intent = "documents"
    choices = (choices.LOAN_SCHEDULE, choices.CHECK_BILL)


class ActionNotifications(Say):
    intent = "notifications"
    choices = (ask("bill_dates"), ask("autopay"))
