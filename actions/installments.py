"""What installments cost, and those that run."""

from __future__ import annotations

from uuid import UUID

from actions import choices
from actions.amounts import WORDS, figure
from actions.answer import Answer
from actions.base import Replies
from actions.choices import ask
from actions.flows.flow import remember_offer
from actions.turn import Choice, Reply, Turn
from actions.wording import Clock, Facts, Lines, Word, Yearly
from credit.cards import ScheduleLoan
from credit.kernel.errors import CreditError
from credit.kernel.money import Money, total

MOST_CHOICES = 2


class ActionInstallmentFee(Answer):
    """A line for each term that is sold, for the amount named, else for the bill, else for an example."""

    intent = "installment_fee"
    reads = frozenset({"amount", "term"})

    def answer(self, turn: Turn) -> Replies:
        amount, possible = self._amount(turn)
        sold = turn.account.catalogue.paylater.installments.fee_ppm_by_term
        asked = turn.heard.term
        terms = [int(asked)] if asked and asked.isdecimal() and int(asked) in sold else sorted(sold)
        lines = Lines(tuple(self._line(turn, amount, term) for term in terms))
        # With nothing but the term said, one press goes on with it.
        alone = len(terms) == 1 and not turn.heard.amount
        into = choices.terms("installment", terms, label="split_into") if alone else (choices.START_SPLIT,)
        steps = (*into, ask("min_repay")) if possible else self._instead(turn)
        listed = choices.terms("installment", terms) if possible else ()
        return Reply("utter_installment_fee", {"amount": amount, "lines": lines}, choices=steps, options=listed)

    @staticmethod
    def _instead(turn: Turn) -> tuple[Choice, ...]:
        """Nobody overdue is led towards splitting."""
        return (choices.CHECK_BILL, ask("overdue" if turn.account.facts.days_overdue else "installment"))

    @staticmethod
    def _amount(turn: Turn) -> tuple[Money, bool]:
        said = turn.heard.amount
        try:
            most = turn.account.check_installment()
        except CreditError:
            most = None
        if said and said not in WORDS:
            return figure(said), most is not None
        return (most, True) if most is not None else (turn.account.catalogue.cashloan.line.smallest, False)

    @staticmethod
    def _line(turn: Turn, amount: Money, term: int) -> Word:
        quote = turn.account.quote_installment(amount, term)
        facts: Facts = {
            "term": term,
            "payment": quote.rows[0].total,
            "fee": quote.fee,
            "simple": Yearly(quote.simple_ppm),
            "compound": Yearly(quote.compound_ppm),
        }
        return Word("installment_price", facts=facts)


class ActionInstallmentManage(Answer):
    intent = "installment_manage"

    def answer(self, turn: Turn) -> Replies:
        plans = turn.account.plans
        if turn.heard.pressed and turn.heard.target:
            return self._settle(turn, UUID(turn.heard.target))
        if not plans:
            return Reply("utter_no_plan", choices=(choices.CHECK_BILL, ask("installment"), ask("loan_terms")))
        lines = Lines(tuple(plan_word(plan) for plan in plans))
        steps = (*(choices.settle_plan(plan) for plan in plans[:MOST_CHOICES]), choices.CHECK_BILL)
        return Reply("utter_installment_manage", {"lines": lines}, card=turn.account.schedules, choices=steps)

    @staticmethod
    def _settle(turn: Turn, plan_id: UUID) -> Reply:
        """A written offer; the fees of rows not billed yet are what it saves."""
        request_id = f"settle-plan:{turn.heard.message_id}"
        card = turn.account.app.propose_plan_settlement(turn.customer_id, plan_id, request_id=request_id)
        rows = [row for plan in turn.account.plans if plan.loan_id == plan_id for row in plan.rows]
        saved = total([row.fee.money() for row in rows if row.status == "planned"])
        facts: Facts = {"amount": card.amount.money(), "saved": saved, "until": Clock(card.expires_at)}
        remember_offer(turn, card)
        return Reply("utter_offer_settle_plan", facts, card=card, choices=(choices.STOP, choices.CHECK_BILL))


def plan_word(plan: ScheduleLoan) -> Word:
    facts: Facts = {
        "principal": plan.principal.money(),
        "term": plan.term,
        "remaining": plan.remaining.money(),
        "next_due": plan.next_due.money(),
        "next_due_on": plan.next_due_on or plan.opened_on,
        "simple": Yearly(plan.simple_yearly_ppm),
        "compound": Yearly(plan.compound_yearly_ppm),
    }
    return Word("plan", facts=facts)
