"""Repaying pay-later with a cash loan. The comparison comes first, always; the guards are the credit module's."""

from __future__ import annotations

from dataclasses import replace

from actions import amounts, choices
from actions.flows.flow import CARRIERS, Flow
from actions.flows.offered import credit_facts
from actions.heard import Heard
from actions.refusals import reason, reply_to
from actions.turn import Choice, RefusedError, Reply, Turn
from actions.wording import Facts, Lines, Word, Yearly
from credit.cards import ComparisonCard, OfferCard, Way
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money


class BridgeFlow(Flow):
    name = "bridge"
    form = "bridge_form"
    intent = "repay_with_loan"
    amount_slot = "bridge_amount"
    term_slot = "bridge_term"
    method_slot = "bridge_method"
    carriers = CARRIERS | {"borrow", "repay", "installment", "loan_terms", "min_repay"}

    def is_meant(self, heard: Heard) -> bool:
        """「比只还最低划算吗」 asks about another way, and names no amount to borrow."""
        if heard.intent == "min_repay" and heard.amount == "minimum" and not heard.is_bare:
            return False
        return super().is_meant(heard)

    def explain(self, turn: Turn) -> list[Reply]:
        try:
            turn.account.check_bridge()
        except CreditError as refusal:
            return [self._refused(turn, refusal)]
        return [self._comparison(turn, choices=(*self._term_choices(turn), self._pay_now(turn)))]

    def prepare(self, turn: Turn) -> list[Reply]:
        heard = turn.heard
        try:
            turn.account.check_bridge()
        except CreditError as refusal:
            # A limit too small for the whole bill still allows a part, if one was named.
            partly = heard.amount not in {None, "all", "rest"}
            if not (refusal.code in {ErrorCode.LIMIT_EXCEEDED, ErrorCode.LOAN_ABOVE_CAP} and partly):
                raise RefusedError(self._refused(turn, refusal)) from refusal
        return [self._comparison(turn)]

    def _refused(self, turn: Turn, refusal: CreditError) -> Reply:
        """Why not, beside the ways that do exist. Nobody overdue is led towards new debt."""
        if refusal.code in {ErrorCode.PRODUCT_NOT_OPEN, ErrorCode.NO_OPEN_BILL, ErrorCode.ACCOUNT_SERVICE_UNREACHABLE}:
            raise refusal
        if refusal.code is ErrorCode.AMOUNT_BELOW_MINIMUM:
            smallest = turn.account.catalogue.cashloan.smallest_loan
            facts: Facts = {"outstanding": turn.account.bill.outstanding.money(), "smallest": smallest}
            return Reply("utter_bridge_too_small", facts, choices=(self._pay_now(turn), choices.CHECK_BILL))
        steps = [self._pay_now(turn), choices.ask("min_repay"), *reply_to(refusal).choices[:1]]
        if refusal.code is ErrorCode.LIMIT_EXCEEDED and isinstance(free := refusal.facts.get("available"), Money):
            steps.insert(0, choices.amount(self.intent, "bridge_part", free))
        reply = reply_to(refusal, *steps)
        card = turn.account.compare(_months(turn))
        return replace(reply, card=card)

    def _comparison(self, turn: Turn, choices: tuple[Choice, ...] = ()) -> Reply:
        card = turn.account.compare(_months(turn))
        ways = tuple(_way_choice(way) for way in card.ways)
        return Reply("utter_comparison", comparison_facts(card), card=card, choices=choices, options=ways)

    def _term_choices(self, turn: Turn) -> tuple[Choice, ...]:
        return choices.terms(self.intent, self.terms_sold(turn), label="bridge_term")

    @staticmethod
    def _pay_now(turn: Turn) -> Choice:
        return choices.repay_bill(turn.account.bill.outstanding.money())

    def read_amount(self, turn: Turn, text: str) -> str:
        if text in {"all", "rest"}:
            return "all"
        bill = turn.account.bill
        if text == "minimum":
            wanted = bill.minimum_outstanding.money()
        elif text == "half":
            wanted = amounts.half(bill.outstanding.money())
        else:
            wanted = amounts.figure(text)
        turn.account.check_bridge(wanted)
        return amounts.plain(wanted)

    def terms_sold(self, turn: Turn) -> list[int]:
        return turn.account.catalogue.cashloan.terms

    def missing(self, turn: Turn) -> bool:
        return turn.slot(self.term_slot) is None

    def propose(self, turn: Turn, request_id: str) -> OfferCard:
        amount = turn.slot(self.amount_slot)
        return turn.account.app.propose_repay_with_loan(
            turn.customer_id,
            amount=None if amount in {None, "all"} else amounts.figure(amount),
            term=int(turn.slot(self.term_slot) or 0),
            method=turn.slot(self.method_slot),
            request_id=request_id,
        )

    def show(self, turn: Turn, card: OfferCard) -> Reply:
        others = [term for term in self.terms_sold(turn) if term != card.term]
        steps = (*choices.terms(self.intent, others, label="other_term"), choices.STOP)
        left = card.bill_after.money() if card.bill_after else amounts.half(card.amount.money())
        return Reply("utter_offer_repay_with_loan", {**credit_facts(card), "left": left}, card=card, choices=steps)

    def cancelled(self, turn: Turn) -> Reply:
        bill = turn.account.open_bill
        if bill is None:
            return Reply("utter_cancelled_borrow", choices=choices.MENU)
        facts: Facts = {"outstanding": bill.outstanding.money(), "due_on": bill.due_on}
        steps = (choices.repay_bill(bill.outstanding.money()), choices.ask("min_repay"), choices.CHECK_BILL)
        return Reply("utter_cancelled_bridge", facts, choices=steps)


def comparison_facts(card: ComparisonCard) -> Facts:
    """Every way on a line of its own, in the order of the card."""
    lines = tuple(_line(way) for way in card.ways)
    return {"outstanding": card.outstanding.money(), "due_on": card.due_on, "ways": Lines(lines)}


def _line(way: Way) -> Word:
    if not way.possible:
        return Word("way_refused", facts={"way": Word(f"way_{way.way}_name"), "reason": reason(way.refusal)})
    free = "_free" if way.way == "pay_minimum" and not way.later_payments else ""
    facts: Facts = {
        "today": Word("pay_today" if way.pay_today.minor else "pay_nothing", facts={"today": way.pay_today.money()}),
        "later": way.largest_later_payment.money(),
        "cost": way.cost.money(),
        "term": way.term or way.later_payments,
        "simple": Yearly(way.simple_yearly_ppm or 0),
        "compound": Yearly(way.compound_yearly_ppm or 0),
    }
    return Word(f"way_{way.way}{free}", facts=facts)


def _way_choice(way: Way) -> Choice:
    """What choosing a way by its place in the list begins."""
    match way.way:
        case "pay_now":
            return choices.repay_bill(way.pay_today.money())
        case "pay_minimum":
            return choices.repay_minimum(way.pay_today.money())
        case "installment":
            return choices.terms("installment", [way.term or 0], label="split_into")[0]
        case "borrow":
            return choices.terms("repay_with_loan", [way.term or 0], label="bridge_term")[0]


def _months(turn: Turn) -> int | None:
    term = turn.heard.term
    return int(term) if term and term.isdecimal() else None
