"""The steps of each flow, by name."""

from __future__ import annotations

from actions import choices
from actions.amounts import WORDS, figure
from actions.base import Replies
from actions.customer import CASHLOAN
from actions.flows.repay import BILL, RepayFlow, effect_word, source_word
from actions.flows.steps import AskSlot, BeginFlow, OfferFlow, ValidateForm
from actions.turn import Reply, Turn
from actions.wording import Facts, Lines, Word, Yearly
from credit.kernel.errors import CreditError
from credit.kernel.money import Money


class ActionBeginBorrow(BeginFlow):
    flow_name = "borrow"


class ValidateBorrowForm(ValidateForm):
    flow_name = "borrow"


class ActionOfferBorrow(OfferFlow):
    flow_name = "borrow"


class ActionAskBorrowAmount(AskSlot):
    flow_name = "borrow"
    slot = "borrow_amount"

    def respond(self, turn: Turn) -> Replies:
        most, smallest = turn.account.largest_loan(), turn.account.catalogue.cashloan.smallest_loan
        facts: Facts = {"most": most, "smallest": smallest, "noted": _noted(turn)}
        steps = (choices.amount("borrow", "borrow_all", most), choices.STOP)
        about = _about(turn, smallest, most)
        if about is None:
            return Reply("utter_ask_borrow_form_borrow_amount", facts, choices=steps)
        facts["about"] = about
        first = choices.amount("borrow", "borrow_amount", about)
        return Reply("utter_ask_borrow_form_borrow_amount_about", facts, choices=(first, *steps))


class ActionAskBorrowTerm(AskSlot):
    flow_name = "borrow"
    slot = "borrow_term"

    def respond(self, turn: Turn) -> Replies:
        steps = (*choices.terms("borrow", self.flow.terms_sold(turn)), choices.STOP)
        method = turn.slot("borrow_method")
        said: Facts = {"amount": _yuan(turn, "borrow_amount"), "method": choices.method_word(method)}
        return Reply("utter_ask_borrow_form_borrow_term" + ("_by_method" if method else ""), said, choices=steps)


class ActionBeginBridge(BeginFlow):
    flow_name = "bridge"


class ValidateBridgeForm(ValidateForm):
    flow_name = "bridge"


class ActionOfferBridge(OfferFlow):
    flow_name = "bridge"


class ActionAskBridgeTerm(AskSlot):
    flow_name = "bridge"
    slot = "bridge_term"

    def respond(self, turn: Turn) -> Replies:
        bill = turn.account.bill.outstanding.money()
        said = turn.slot("bridge_amount")
        amount = bill if said in {None, "all"} else _yuan(turn, "bridge_amount")
        terms = choices.terms("repay_with_loan", self.flow.terms_sold(turn))
        steps = (*terms, choices.repay_bill(bill), choices.STOP)
        return Reply("utter_ask_bridge_form_bridge_term", {"amount": amount}, choices=steps)


class ActionBeginSplit(BeginFlow):
    flow_name = "split"


class ValidateInstallmentForm(ValidateForm):
    flow_name = "split"


class ActionOfferSplit(OfferFlow):
    flow_name = "split"


class ActionAskSplitTerm(AskSlot):
    flow_name = "split"
    slot = "split_term"

    def respond(self, turn: Turn) -> Replies:
        said = turn.slot("split_amount")
        amount = turn.account.check_installment() if said in {None, "all"} else _yuan(turn, "split_amount")
        steps = (*choices.terms("installment", self.flow.terms_sold(turn)), choices.STOP)
        return Reply("utter_ask_installment_form_split_term", {"amount": amount}, choices=steps)


class ActionBeginRepay(BeginFlow):
    flow_name = "repay"


class ValidateRepayForm(ValidateForm):
    flow_name = "repay"


class ActionOfferRepay(OfferFlow):
    flow_name = "repay"


class ActionAskRepayTarget(AskSlot):
    flow_name = "repay"
    slot = "repay_target"

    def respond(self, turn: Turn) -> Replies:
        flow = self.flow
        assert isinstance(flow, RepayFlow)
        lines, _ = flow.debts(turn, turn.slot("repay_product"))
        steps = [choices.debt_loan(loan) for loan in turn.account.loans]
        if turn.account.open_bill is not None and turn.slot("repay_product") != CASHLOAN:
            steps.insert(0, choices.DEBT_BILL)
        facts: Facts = {"noted": _noted_amount(turn), "debts": Lines(lines)}
        return Reply("utter_ask_repay_form_repay_target", facts, choices=(*steps, choices.STOP))


class ActionAskRepayAmount(AskSlot):
    flow_name = "repay"
    slot = "repay_amount"

    def respond(self, turn: Turn) -> Replies:
        flow, target = self.flow, turn.slot("repay_target") or BILL
        assert isinstance(flow, RepayFlow)
        owed, least = flow.owed(turn, target)
        steps = [choices.amount("repay", "all_of_it", "all", amount=owed)]
        if Money(0) < least < owed:
            steps.append(choices.amount("repay", "least_of_it", "minimum", amount=least))
        kind = "bill" if target == BILL else "loan"
        facts: Facts = {"owed": owed, "noted": self._noted_source(turn)}
        return Reply(f"utter_ask_repay_form_repay_amount_{kind}", facts, choices=(*steps, choices.STOP))

    @staticmethod
    def _noted_source(turn: Turn) -> Lines:
        """Said once the customer has named it, so that the question does not seem to have missed it."""
        source, tail = turn.slot("repay_source"), turn.account.facts.card_tail
        return Lines((Word("noted_source", facts={"source": source_word(source, tail)}),) if source else ())


class ActionAskRepayEffect(AskSlot):
    flow_name = "repay"
    slot = "repay_effect"

    def respond(self, turn: Turn) -> Replies:
        flow = self.flow
        assert isinstance(flow, RepayFlow)
        ways = flow.effects(turn)
        loan = turn.account.loan(turn.slot("repay_target") or "")
        facts: Facts = {
            "amount": _yuan(turn, "repay_amount"),
            "ways": Lines(tuple(effect_word(way) for way in ways)),
            "simple": Yearly(loan.simple_yearly_ppm),
            "compound": Yearly(loan.compound_yearly_ppm),
        }
        steps = (*(choices.early(way.effect) for way in ways), choices.STOP)
        return Reply("utter_ask_repay_form_repay_effect", facts, choices=steps)


def _about(turn: Turn, smallest: Money, most: Money) -> Money | None:
    """「大概八千」 is asked back with: what is written is for exactly so much."""
    if turn.heard.about is None or turn.heard.amount is not None:
        return None
    try:
        said = figure(turn.heard.about)
    except CreditError:  # larger than any amount, or less than a fen
        return None
    return said if smallest <= said <= most else None


def _noted(turn: Turn) -> Lines:
    """What was said before the amount, so that the question does not seem to have missed it."""
    term, method = turn.slot("borrow_term"), turn.slot("borrow_method")
    told: Facts = {"term": term or "", "method": choices.method_word(method)}
    name = "noted_both" if term and method else "noted_term" if term else "noted_method"
    return Lines((Word(name, facts=told),) if term or method else ())


def _noted_amount(turn: Turn) -> Lines:
    """The figure that was said before it was known what of; a word such as 全部 stands for no figure yet."""
    said = turn.slot("repay_amount")
    if said is None or said in WORDS:
        return Lines(())
    return Lines((Word("noted_amount", facts={"amount": figure(said)}),))


def _yuan(turn: Turn, slot: str) -> Money:
    return figure(turn.slot(slot) or "")
