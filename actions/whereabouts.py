"""Where money is: a repayment, or a loan's payout; by the orders and receipts on file."""

from __future__ import annotations

from actions import choices
from actions.answer import Answer
from actions.base import Replies
from actions.borrowing import start_borrowing
from actions.choices import ask
from actions.findings import finding_words, kind_asked_for, only
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Lines, Word
from credit.explain.findings import Code, Finding, codes
from credit.explain.whereabouts import disbursement_findings, repay_findings

ARRIVED = (Code.REPAY_ON_BILL, Code.REPAY_ON_LOAN, Code.REPAY_WITH_LOAN)
LEFT = (Code.REPAY_BILL_LEFT, Code.REPAY_BILL_SETTLED, Code.REPAY_LOAN_LEFT, Code.REPAY_LOAN_LATE)
FAILED = frozenset({Code.REPAY_FAILED, Code.REPAY_EXPIRED, Code.REPAY_AUTOPAY_FAILED, Code.REPAY_AUTOPAY_PARTIAL})
MOST = 2
"""Of each sort of finding: the newest; the rest is in the history."""
MOST_TROUBLE = 3
CALL_OFF = "call_off"
"""What was confirmed is to be taken back."""


class ActionRepayStatus(Answer):
    """What is under way or went wrong, what arrived, and what is still owed, by orders and the ledger."""

    intent = "repay_status"

    def answer(self, turn: Turn) -> Replies:
        findings = repay_findings(turn.account.app.repaid_facts(turn.customer_id), kind_asked_for(turn))
        if codes(findings) == [Code.REPAY_NONE]:
            return Reply("utter_repay_status_none", choices=(choices.CHECK_LIMIT, ask("spending_history")))
        if CALL_OFF in turn.heard.details and (waiting := only(findings, Code.REPAY_WAITING)):
            lines = Lines(finding_words(waiting, most=MOST))
            return Reply("utter_repayment_under_way", {"lines": lines}, choices=(choices.CHECK_BILL, choices.HUMAN))
        trouble = [each for each in findings if each.code not in {*ARRIVED, *LEFT}][:MOST_TROUBLE]
        shown = [*trouble, *only(findings, *ARRIVED)[:MOST], *only(findings, *LEFT)[:MOST]]
        facts: Facts = {"lines": Lines(finding_words(shown, most=len(shown))), "today": turn.account.today}
        return Reply("utter_repay_status", facts, choices=self._steps(turn, trouble))

    @staticmethod
    def _steps(turn: Turn, trouble: list[Finding]) -> tuple[Choice, ...]:
        if any(each.code in FAILED for each in trouble):
            return (ask("repay"), choices.CHECK_BILL, choices.HUMAN)
        return (choices.CHECK_BILL, choices.LOAN_SCHEDULE, choices.HUMAN)


class ActionDisbursement(Answer):
    """Where the borrowed money is: at the bank, refused by it, never confirmed, paid out, or gone into the bill."""

    intent = "disbursement"

    def answer(self, turn: Turn) -> Replies:
        findings = disbursement_findings(turn.account.app.lent_facts(turn.customer_id))
        if CALL_OFF in turn.heard.details and (waiting := only(findings, Code.PAYOUT_WAITING)):
            told = Lines(finding_words(waiting, most=MOST, tail=turn.account.facts.card_tail))
            steps = (choices.LOAN_SCHEDULE, ask("loan_interest"), choices.HUMAN)
            return Reply("utter_payout_under_way", {"lines": told}, choices=steps)
        lines: list[Word] = [*finding_words(findings, most=MOST_TROUBLE, tail=turn.account.facts.card_tail)]
        if only(findings, Code.PAYOUT_DONE):
            lines.append(Word("payout_look"))
        return Reply("utter_disbursement", {"lines": Lines(tuple(lines))}, choices=self._steps(turn, findings))

    @staticmethod
    def _steps(turn: Turn, findings: tuple[Finding, ...]) -> tuple[Choice, ...]:
        if only(findings, Code.PAYOUT_WAITING, Code.PAYOUT_DONE, Code.PAYOUT_INTO_BILL):
            return (choices.LOAN_SCHEDULE, choices.CHECK_BILL, choices.HUMAN)
        return (*start_borrowing(turn), choices.CHECK_LIMIT, choices.HUMAN)
