"""Splitting the open bill into installments."""

from __future__ import annotations

from actions import amounts, choices
from actions.customer import PAYLATER
from actions.flows.flow import CARRIERS, Flow
from actions.flows.offered import credit_facts
from actions.turn import Reply, Turn
from actions.wording import Facts, Joined
from credit.cards import OfferCard


class SplitFlow(Flow):
    name = "split"
    form = "installment_form"
    intent = "installment"
    amount_slot = "split_amount"
    term_slot = "split_term"
    product = PAYLATER
    carriers = CARRIERS | {"loan_terms"}

    def explain(self, turn: Turn) -> list[Reply]:
        most = turn.account.check_installment()
        facts: Facts = {"most": most, "terms": Joined(tuple(self.terms_sold(turn))), "due_on": turn.account.bill.due_on}
        return [Reply("utter_split_explained", facts, choices=(choices.START_SPLIT, choices.ask("installment_fee")))]

    def prepare(self, turn: Turn) -> list[Reply]:
        turn.account.check_installment()
        return []

    def read_amount(self, turn: Turn, text: str) -> str:
        if text in {"all", "rest"}:
            return "all"
        most = turn.account.check_installment()
        if text == "minimum":
            wanted = turn.account.catalogue.paylater.installments.smallest
        else:
            wanted = amounts.half(most) if text == "half" else amounts.figure(text)
        turn.account.check_installment(wanted)
        return amounts.plain(wanted)

    def terms_sold(self, turn: Turn) -> list[int]:
        return sorted(turn.account.catalogue.paylater.installments.fee_ppm_by_term)

    def missing(self, turn: Turn) -> bool:
        return turn.slot(self.term_slot) is None

    def propose(self, turn: Turn, request_id: str) -> OfferCard:
        amount = turn.slot(self.amount_slot)
        return turn.account.app.propose_installment(
            turn.customer_id,
            amount=None if amount in {None, "all"} else amounts.figure(amount),
            term=int(turn.slot(self.term_slot) or 0),
            request_id=request_id,
        )

    def show(self, turn: Turn, card: OfferCard) -> Reply:
        others = [term for term in self.terms_sold(turn) if term != card.term]
        steps = (*choices.terms(self.intent, others, label="other_term"), choices.STOP)
        return Reply("utter_offer_installment", credit_facts(card), card=card, choices=steps)

    def cancelled(self, turn: Turn) -> Reply:
        bill = turn.account.open_bill
        if bill is None:
            return Reply("utter_cancelled_nothing", choices=choices.MENU)
        facts: Facts = {"outstanding": bill.outstanding.money(), "due_on": bill.due_on}
        steps = (choices.repay_bill(bill.outstanding.money()), choices.ask("min_repay"), choices.CHECK_BILL)
        return Reply("utter_cancelled_split", facts, choices=steps)
