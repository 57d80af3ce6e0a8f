"""Repaying: from where, whether it arrived, the minimum, being late, not being able to."""

from __future__ import annotations

from actions import choices
from actions.answer import Answer
from actions.base import Replies
from actions.bills import bill_facts, next_due
from actions.choices import ask
from actions.findings import finding_words, only
from actions.flows import FLOWS
from actions.flows.changes import begin
from actions.flows.repay import source_word
from actions.memory import just_answered
from actions.tickets import queued
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Joined, Lines, Word, Yearly
from credit.cards import BillCard
from credit.explain.findings import Code
from credit.explain.ways import PAY_MINIMUM, what_if_findings
from credit.explain.whereabouts import repay_findings
from credit.kernel.money import Money
from credit.payments.port import CREDIT_CARD

MOST_STEPS = 4


def pay_from_steps(turn: Turn) -> tuple[Choice, ...]:
    """The open bill from each of the sources."""
    if turn.account.open_bill is None:
        return ()
    return tuple(choices.repay_bill_from(source) for source in turn.account.catalogue.repayments.sources)


class ActionRepayMethod(Answer):
    intent = "repay_method"

    def answer(self, turn: Turn) -> Replies:
        heard = turn.heard
        if heard.wish and heard.amount and heard.source not in {None, CREDIT_CARD} and turn.form is None:
            return begin(turn, FLOWS["repay"])
        rules = turn.account.catalogue.repayments
        tail = turn.account.facts.card_tail
        facts: Facts = {
            "sources": Joined(tuple(source_word(source, tail) for source in rules.sources)),
            "tail": tail,
        }
        if heard.source == CREDIT_CARD:
            return Reply("utter_repay_method_credit_card", facts, choices=(ask("repay"), ask("min_repay")))
        steps = (*pay_from_steps(turn), ask("repay"), ask("autopay"))
        return Reply("utter_repay_method", facts, choices=steps[:MOST_STEPS])


class ActionAutopay(Answer):
    intent = "autopay"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.pressed and turn.heard.target in ("on", "off"):
            turn.account.app.switch_autopay(turn.customer_id, on=turn.heard.target == "on")
            return Reply(f"utter_autopay_switched_{turn.heard.target}", self._sources(turn), choices=choices.MENU)
        known, bill = turn.account.facts, turn.account.open_bill
        if not known.lines:
            return Reply("utter_limit_none", choices=(ask("open_product"),))
        due = self._due(turn, bill)
        state = "on" if known.autopay else "off"
        switch = choices.AUTOPAY_OFF if known.autopay else choices.AUTOPAY_ON
        steps = (choices.CHECK_BILL, ask("repay_method" if known.autopay else "repay"), switch)
        return Reply(f"utter_autopay_{state}", {**self._sources(turn), "due": due}, choices=steps)

    @staticmethod
    def _due(turn: Turn, bill: BillCard | None) -> Lines:
        """What will be taken, and why the last attempt took too little."""
        words = []
        if bill is not None:
            words.append(Word("autopay_bill", facts={"outstanding": bill.outstanding.money(), "due_on": bill.due_on}))
        found = repay_findings(turn.account.app.repaid_facts(turn.customer_id))
        failed = only(found, Code.REPAY_AUTOPAY_FAILED, Code.REPAY_AUTOPAY_PARTIAL)
        return Lines((*words, *finding_words(failed)))

    @staticmethod
    def _sources(turn: Turn) -> Facts:
        rules = turn.account.catalogue.repayments.autopay
        return {
            "tail": turn.account.facts.card_tail,
            "sources": Joined(tuple(Word(f"source_{source}") for source in rules.sources)),
            "times": Joined(tuple(rules.attempts)),
        }


class ActionMinRepay(Answer):
    intent = "min_repay"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.wish and turn.heard.amount and turn.form is None:
            return begin(turn, FLOWS["repay"])
        bill = turn.account.bill
        outstanding, minimum = bill.outstanding.money(), bill.minimum_outstanding.money()
        if not outstanding:
            return Reply("utter_bill_settled", {**bill_facts(bill), "more": ""}, choices=(choices.CHECK_LIMIT,))
        what_if = turn.account.app.what_if_facts(turn.customer_id)
        way = next(way for way in what_if.ways if way.way == PAY_MINIMUM)
        split = only(what_if_findings(what_if), Code.IF_SPLIT)
        facts: Facts = {
            **bill_facts(bill),
            "later": way.later,
            "cost": way.cost,
            "simple": Yearly(way.simple_ppm),
            "compound": Yearly(way.compound_ppm),
            "more": Lines(finding_words(split)),
        }
        kind = "whole" if minimum == outstanding else "met" if not minimum else "open"
        # Nobody overdue is led towards splitting what is not.
        other = ask("overdue") if turn.account.facts.days_overdue else ask("installment" if split else "bill_dates")
        steps: list[Choice] = [choices.repay_bill(outstanding), other, ask("credit_record")]
        if kind == "open":
            steps.insert(0, choices.repay_minimum(minimum))
        return Reply(f"utter_min_repay_{kind}", facts, choices=tuple(steps[:3]))


class ActionHardship(Answer):
    """Somebody who cannot pay hears what is owed when, and the ways that really exist here. No new debt is offered."""

    intent = "hardship"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.pressed and turn.heard.target == "ticket":
            return queued(turn.account.app.open_ticket(turn.customer_id, self.intent), "utter_hardship_recorded")
        lines: list[Word] = []
        steps: list[Choice] = []
        bill = turn.account.open_bill
        if bill is not None:
            lines.append(Word("hardship_bill", facts=bill_facts(bill)))
            if Money(0) < bill.minimum_outstanding.money() < bill.outstanding.money():
                steps.append(choices.repay_minimum(bill.minimum_outstanding.money()))
        if loans := turn.account.loans:
            late = loans[0].days_overdue > 0
            lines.append(Word("hardship_loan_late" if late else "hardship_loan", facts=next_due(loans)))
        if not lines:
            return Reply("utter_hardship_nothing_owed", choices=(choices.CHECK_LIMIT, choices.HUMAN))
        ways_on = (choices.ASK_HARDSHIP, *steps, ask("overdue"))
        if just_answered(turn, self.intent):
            return Reply("utter_hardship_again", choices=ways_on)
        return Reply("utter_hardship", {"lines": Lines(tuple(lines))}, choices=ways_on)
