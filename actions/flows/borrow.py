"""Borrowing cash: how much, how long, and how it is repaid."""

from __future__ import annotations

from actions import amounts, choices
from actions.choices import amount as amount_choice
from actions.customer import CASHLOAN
from actions.flows.flow import CARRIERS, Flow
from actions.flows.offered import credit_facts
from actions.refusals import reply_to
from actions.turn import Choice, RefusedError, Reply, Turn
from actions.wording import Facts, Joined
from credit.cards import OfferCard
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money


class BorrowFlow(Flow):
    name = "borrow"
    form = "borrow_form"
    intent = "borrow"
    amount_slot = "borrow_amount"
    term_slot = "borrow_term"
    method_slot = "borrow_method"
    product = CASHLOAN
    carriers = CARRIERS | {"loan_terms", "installment"}

    def explain(self, turn: Turn) -> list[Reply]:
        most = self._require_something(turn)
        sold = turn.account.catalogue.cashloan
        facts: Facts = {
            "most": most,
            "terms": Joined(tuple(sold.terms)),
            "methods": Joined(tuple(choices.method_word(method) for method in sold.methods)),
        }
        return [Reply("utter_borrow_explained", facts, choices=(choices.START_BORROW, choices.ask("loan_interest")))]

    def prepare(self, turn: Turn) -> list[Reply]:
        self._require_something(turn)
        return []

    @staticmethod
    def _require_something(turn: Turn) -> Money:
        """The most one loan may be. Raises what forbids a loan, RefusedError when nothing is left of the limit."""
        most = turn.account.largest_loan()
        if most < turn.account.catalogue.cashloan.smallest_loan:
            line = turn.account.line(CASHLOAN)
            assert line is not None
            facts: Facts = {"available": line.available.money(), "limit": line.limit.money(), "used": line.used.money()}
            steps = (choices.LOAN_SCHEDULE, choices.CHECK_LIMIT)
            raise RefusedError(Reply("utter_borrow_nothing_left", facts, choices=steps, about="explain_borrow_failed"))
        return most

    def read_amount(self, turn: Turn, text: str) -> str:
        most, product = turn.account.largest_loan(), turn.account.catalogue.cashloan
        if text in {"all", "rest"}:
            return amounts.plain(most)
        if text == "minimum":
            return amounts.plain(product.smallest_loan)
        if text == "half":
            share = amounts.half(most)
            return amounts.plain(Money(share.minor - share.minor % product.step.minor))
        wanted = amounts.figure(text)
        try:
            turn.account.check_loan_amount(wanted)
        except CreditError as refusal:
            if refusal.code in {ErrorCode.LIMIT_EXCEEDED, ErrorCode.LOAN_ABOVE_CAP}:
                raise RefusedError(reply_to(refusal, *self._way_on(turn, most))) from refusal
            raise
        return amounts.plain(wanted)

    def _way_on(self, turn: Turn, most: Money) -> tuple[Choice, ...]:
        """While a form is asking, its own question brings the choices."""
        if turn.form == self.form or turn.slot(self.amount_slot) is None:
            return (amount_choice("borrow", "borrow_all", most),)
        return (amount_choice("borrow", "borrow_all", most), choices.STOP)

    def terms_sold(self, turn: Turn) -> list[int]:
        return turn.account.catalogue.cashloan.terms

    def missing(self, turn: Turn) -> bool:
        return turn.slot(self.amount_slot) is None or turn.slot(self.term_slot) is None

    def propose(self, turn: Turn, request_id: str) -> OfferCard:
        return turn.account.app.propose_borrow(
            turn.customer_id,
            amount=amounts.figure(turn.slot(self.amount_slot) or ""),
            term=int(turn.slot(self.term_slot) or 0),
            method=turn.slot(self.method_slot),
            request_id=request_id,
        )

    def show(self, turn: Turn, card: OfferCard) -> Reply:
        others = [term for term in self.terms_sold(turn) if term != card.term]
        steps = (*choices.terms("borrow", others, label="other_term"), choices.STOP)
        return Reply("utter_offer_borrow", credit_facts(card), card=card, choices=steps)

    def cancelled(self, turn: Turn) -> Reply:
        return Reply("utter_cancelled_borrow", choices=choices.MENU)
