"""Money back, costs in general, the record, and what is not about one product's use."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from actions import choices
from actions.answer import Answer, Say
from actions.base import Replies
from actions.bills import bill_facts
from actions.choices import ask
from actions.findings import finding_words, only
from actions.flows.flow import remember_offer
from actions.memory import just_answered
from actions.tickets import queued
from actions.turn import Choice, Reply, Turn
from actions.wording import Clock, Facts, Lines, Rate, Word, Yearly
from credit.explain.findings import Code
from credit.explain.whereabouts import refund_findings
from credit.kernel.money import DAYS_IN_YEAR, Money
from credit.notices.service import KINDS

MOST_CERTIFICATES = 3
MOST_REFUNDS = 5
FINGERPRINT_SHOWN = 16
INVOICE = "invoice"


class ActionRefund(Answer):
    """Refunds by name and by what they lowered, and what is owed to the customer."""

    intent = "refund"

    def answer(self, turn: Turn) -> Replies:
        app = turn.account.app
        if turn.heard.pressed and turn.heard.target == "credit":
            card = app.propose_credit_payout(turn.customer_id, request_id=f"payout:{turn.heard.message_id}")
            facts: Facts = {
                "amount": card.amount.money(),
                "tail": card.account_tail or "",
                "until": Clock(card.expires_at),
            }
            remember_offer(turn, card)
            return Reply("utter_offer_pay_out_credit", facts, card=card, choices=(choices.STOP, choices.CHECK_BILL))
        findings = refund_findings(app.refund_facts(turn.customer_id))
        lines: list[Word] = [*finding_words(findings, most=MOST_REFUNDS)]
        bill = turn.account.bill_if_any if only(findings, Code.REFUND_LOWERED_BILL) else None
        if bill is not None:
            lines.append(Word("refund_bill_now", facts=bill_facts(bill)))
        steps: tuple[Choice, ...] = (choices.CHECK_BILL, ask("spending_history"))
        if only(findings, Code.REFUND_CREDIT_BALANCE):
            steps = (choices.PAY_OUT_CREDIT, *steps)
        elif only(findings, Code.REFUND_NONE):
            steps = (ask("spending_history"), ask("repay_status"), choices.HUMAN)
        return Reply("utter_refund", {"lines": Lines(tuple(lines))}, card=bill, choices=steps)


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
        again = just_answered(turn, self.intent)
        return Reply("utter_fraud_again" if again else "utter_fraud", choices=steps)


class ActionDocuments(Answer):
    """A certificate for each loan that is settled; its figures and its place in the evidence are on the card."""

    intent = "documents"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.pressed and turn.heard.target:
            card = turn.account.app.settlement_certificate(turn.customer_id, UUID(turn.heard.target))
            facts: Facts = {
                "amount": Money(int(card.facts["lent"])),
                "opened_on": date.fromisoformat(str(card.facts["opened_on"])),
                "settled_on": date.fromisoformat(str(card.facts["settled_on"])),
                "fingerprint": str(card.facts["fingerprint"])[:FINGERPRINT_SHOWN],
            }
            return Reply("utter_certificate", facts, card=card, choices=(choices.LOAN_SCHEDULE,))
        if INVOICE in turn.heard.details:
            return Reply("utter_documents_invoice", choices=(choices.HUMAN, choices.LOAN_SCHEDULE))
        settled = turn.account.app.settled_loans(turn.customer_id)
        if not settled:
            return Reply("utter_documents_none", choices=(choices.LOAN_SCHEDULE, choices.CHECK_BILL))
        steps = tuple(choices.certificate(loan) for loan in settled[:MOST_CERTIFICATES])
        return Reply("utter_documents", choices=(*steps, choices.LOAN_SCHEDULE))


class ActionNotifications(Answer):
    """Reminders on and off at one press; those about being overdue cannot be refused, and that is said."""

    intent = "notifications"

    def answer(self, turn: Turn) -> Replies:
        app, rules = turn.account.app, turn.account.catalogue.reminders
        if turn.heard.pressed and turn.heard.target in ("on", "off"):
            change = app.opt_in_to_notices if turn.heard.target == "on" else app.opt_out_of_notices
            for kind in KINDS:
                if kind not in rules.always:
                    change(turn.customer_id, kind)
            return Reply(f"utter_notices_{turn.heard.target}", choices=(ask("bill_dates"), ask("autopay")))
        facts: Facts = {"quiet_from": f"{rules.quiet_from:%H:%M}", "quiet_to": f"{rules.quiet_to:%H:%M}"}
        return Reply("utter_notifications", facts, choices=(choices.NOTICES_OFF, choices.NOTICES_ON, ask("bill_dates")))
