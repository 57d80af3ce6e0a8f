"""Repaying: from where, whether it arrived, the minimum, being late, not being able to."""

from __future__ import annotations

from actions import choices
from actions.account import overdue_amount
from actions.answer import Answer
from actions.base import Replies
from actions.bills import bill_facts, next_due
from actions.choices import ask
from actions.customer import CASHLOAN, PAYLATER
from actions.flows import FLOWS
from actions.flows.changes import begin
from actions.flows.repay import due_now, source_word
from actions.tickets import queued
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Joined, Lines, Rate, Word, Yearly
from credit.cards import BillCard, ScheduleLoan
from credit.kernel.money import DAYS_IN_YEAR, Money
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
        due = Lines(())
        if bill is not None:
            due = Lines((Word("autopay_bill", facts={"outstanding": bill.outstanding.money(), "due_on": bill.due_on}),))
        state = "on" if known.autopay else "off"
        switch = choices.AUTOPAY_OFF if known.autopay else choices.AUTOPAY_ON
        steps = (choices.CHECK_BILL, ask("repay_method" if known.autopay else "repay"), switch)
        return Reply(f"utter_autopay_{state}", {**self._sources(turn), "due": due}, choices=steps)

    @staticmethod
    def _sources(turn: Turn) -> Facts:
        rules = turn.account.catalogue.repayments.autopay
        return {
            "tail": turn.account.facts.card_tail,
            "sources": Joined(tuple(Word(f"source_{source}") for source in rules.sources)),
            "times": Joined(tuple(rules.attempts)),
        }


class ActionRepayStatus(Answer):
    """What has arrived, by the ledger."""

    intent = "repay_status"

    def answer(self, turn: Turn) -> Replies:
        lines: list[Word] = []
        bill = turn.account.bill_if_any
        if bill is not None and turn.heard.product != CASHLOAN:
            lines += self._bill(bill)
        if turn.heard.product != PAYLATER:
            lines += [self._loan(loan) for loan in turn.account.loans]
        if not lines:
            return Reply("utter_repay_status_none", choices=(choices.CHECK_LIMIT, ask("spending_history")))
        steps = (choices.CHECK_BILL, choices.LOAN_SCHEDULE, choices.HUMAN)
        return Reply("utter_repay_status", {"lines": Lines(tuple(lines)), "today": turn.account.today}, choices=steps)

    @staticmethod
    def _bill(bill: BillCard) -> list[Word]:
        payments = [entry for entry in bill.entries if entry.kind == "payment"]
        words = [Word("status_bill", facts={**bill_facts(bill), "name": bill.name})]
        if payments:
            last = payments[-1]
            words.append(Word("status_payment", facts={"on": last.on, "amount": Money(abs(last.amount.minor))}))
        elif not bill.paid.minor:
            words.append(Word("status_no_payment", facts={"statement_on": bill.statement_on}))
        return words

    @staticmethod
    def _loan(loan: ScheduleLoan) -> Word:
        paid = [row for row in loan.rows if row.status == "paid"]
        facts: Facts = {
            "principal": loan.principal.money(),
            "remaining": loan.remaining.money(),
            "paid": len(paid),
            "term": loan.term,
        }
        return Word("status_loan", facts=facts)


class ActionMinRepay(Answer):
    intent = "min_repay"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.wish and turn.heard.amount and turn.form is None:
            return begin(turn, FLOWS["repay"])
        bill = turn.account.bill
        outstanding, minimum = bill.outstanding.money(), bill.minimum_outstanding.money()
        if not outstanding:
            return Reply("utter_bill_settled", {**bill_facts(bill), "more": ""}, choices=(choices.CHECK_LIMIT,))
        way = next(way for way in turn.account.compare().ways if way.way == "pay_minimum")
        facts: Facts = {
            **bill_facts(bill),
            "later": way.largest_later_payment.money(),
            "cost": way.cost.money(),
            "simple": Yearly(way.simple_yearly_ppm or 0),
            "compound": Yearly(way.compound_yearly_ppm or 0),
        }
        kind = "whole" if minimum == outstanding else "met" if not minimum else "open"
        # Nobody overdue is led towards splitting what is not.
        other = ask("overdue") if turn.account.facts.days_overdue else ask("installment")
        steps: list[Choice] = [choices.repay_bill(outstanding), other, ask("credit_record")]
        if kind == "open":
            steps.insert(0, choices.repay_minimum(minimum))
        return Reply(f"utter_min_repay_{kind}", facts, choices=tuple(steps[:3]))


class ActionOverdue(Answer):
    """What being late costs: theirs when they are, else what it would be."""

    intent = "overdue"

    def answer(self, turn: Turn) -> Replies:
        rules = turn.account.catalogue.overdue
        facts: Facts = {"grace": rules.grace_days, "release": rules.unfreeze_after_days}
        if not turn.account.facts.days_overdue:
            return self._not_late(turn, facts)
        lines, steps = self._late(turn)
        facts |= {
            "days": turn.account.facts.days_overdue,
            "amount": overdue_amount(turn),
            "lines": Lines(lines),
        }
        return Reply("utter_overdue_late", facts, choices=(*steps, ask("hardship")))

    @staticmethod
    def _late(turn: Turn) -> tuple[tuple[Word, ...], tuple[Choice, ...]]:
        lines, steps = [], []
        bill = turn.account.open_bill
        if bill is not None and bill.days_overdue:
            lines.append(Word("late_bill", facts={**bill_facts(bill), "name": bill.name}))
            steps.append(choices.repay_minimum(bill.minimum_outstanding.money()))
        for loan in turn.account.loans:
            if not loan.days_overdue:
                continue
            penalty_ppm = turn.account.catalogue.overdue.penalty_ppm(loan.daily_rate_ppm or 0)
            facts: Facts = {
                "due": due_now(loan),
                "due_on": loan.next_due_on or loan.opened_on,
                "penalty": loan.penalty.money(),
                "daily": Rate(penalty_ppm),
                "yearly": Yearly(penalty_ppm * DAYS_IN_YEAR),
            }
            lines.append(Word("late_loan", facts=facts))
            steps.append(choices.repay_loan_due(str(loan.loan_id), due_now(loan)))
        return tuple(lines), tuple(steps)

    @staticmethod
    def _not_late(turn: Turn, facts: Facts) -> Reply:
        lines = []
        for line in turn.account.limits.lines:
            if turn.heard.product not in {None, line.product}:
                continue
            penalty_ppm = turn.account.catalogue.overdue.penalty_ppm(line.daily_rate_ppm or 0)
            told = {"name": line.name, "daily": Rate(penalty_ppm), "yearly": Yearly(penalty_ppm * DAYS_IN_YEAR)}
            lines.append(Word("penalty", facts=told))
        if not lines:
            return Reply("utter_limit_none", choices=(ask("open_product"), ask("product_info")))
        facts["lines"] = Lines(tuple(lines))
        return Reply("utter_overdue_not_late", facts, choices=(ask("bill_dates"), choices.CHECK_BILL, ask("autopay")))


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
        return Reply(
            "utter_hardship", {"lines": Lines(tuple(lines))}, choices=(choices.ASK_HARDSHIP, *steps, ask("overdue"))
        )
