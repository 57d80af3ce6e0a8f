"""Repaying: the bill or a loan, all of it, the minimum or a figure."""

from __future__ import annotations

from dataclasses import replace

from actions import amounts, choices
from actions.customer import CASHLOAN, PAYLATER
from actions.flows.debts import named_debt, of_size
from actions.flows.flow import CARRIERS, Flow
from actions.flows.offered import payments_word, repayment_facts
from actions.heard import Heard
from actions.refusals import reply_to
from actions.turn import REQUESTED, Choice, RefusedError, Reply, Turn
from actions.wording import Facts, Lines, Word
from credit.cards import OfferCard, ScheduleLoan
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.loans.replanning import Effect
from credit.offers.early import EarlyEffect
from credit.payments.port import Source, source_named

BILL = "bill"
BY_INTENT = {"check_bill": BILL, "explain_bill": BILL, "bill_dates": BILL}
"""What a word like 账单 comes out as when it answers the question which debt is meant."""

SHORT_ANSWER = 5
NO_EFFECT = "none"
"""There is nothing to choose about the rest."""
BOTH_WAYS = 2


class RepayFlow(Flow):
    name = "repay"
    form = "repay_form"
    intent = "repay"
    amount_slot = "repay_amount"
    target_slot = "repay_target"
    product_slot = "repay_product"
    effect_slot = "repay_effect"
    source_slot = "repay_source"
    carriers = CARRIERS | {"min_repay"}

    # ── what is owed ────────────────────────────────────────────────────────────────────────────────────

    def explain(self, turn: Turn) -> list[Reply]:
        lines, steps = self.debts(turn, turn.heard.product)
        if not lines:
            raise self._nothing(turn)
        facts: Facts = {"debts": Lines(lines), "tail": turn.account.facts.card_tail}
        return [Reply("utter_repay_explained", facts, choices=steps)]

    @staticmethod
    def _nothing(turn: Turn) -> Exception:
        """Nothing is owed of what was named, or at all."""
        if turn.account.open_bill is not None:
            return RefusedError(Reply("utter_no_loan", choices=(choices.CHECK_BILL, choices.CHECK_LIMIT)))
        return CreditError(ErrorCode.NO_OPEN_BILL if turn.account.loans else ErrorCode.NOTHING_OWED)

    def debts(self, turn: Turn, product: str | None = None) -> tuple[tuple[Word, ...], tuple[Choice, ...]]:
        """Everything that can be repaid of a product, or at all: a line for each debt and the choices that start it."""
        lines: list[Word] = []
        steps: list[Choice] = []
        bill = turn.account.open_bill if product != CASHLOAN else None
        if bill is not None:
            outstanding, minimum = bill.outstanding.money(), bill.minimum_outstanding.money()
            lines.append(Word("debt_bill", facts={"outstanding": outstanding, "due_on": bill.due_on}))
            steps.append(choices.repay_bill(outstanding))
            if Money(0) < minimum < outstanding:
                steps.append(choices.repay_minimum(minimum))
        for loan in turn.account.loans if product != PAYLATER else []:
            lines.append(_loan_line(loan))
            due = due_now(loan)
            if due:
                steps.append(choices.repay_loan_due(str(loan.loan_id), due))
            steps.append(choices.settle_loan(str(loan.loan_id), loan.payoff_today.money()))
        return tuple(lines), tuple(steps)

    def prepare(self, turn: Turn) -> list[Reply]:
        if turn.account.open_bill is None and not turn.account.loans:
            raise CreditError(ErrorCode.NOTHING_OWED)
        return []

    @property
    def slots(self) -> tuple[str, ...]:
        return (self.product_slot, self.target_slot, self.amount_slot, self.effect_slot, self.source_slot)

    # ── which debt ──────────────────────────────────────────────────────────────────────────────────────

    def take(self, turn: Turn) -> list[Reply]:
        """「把5000那笔结了」: the figure is the size of a loan, and says nothing of how much."""
        heard = turn.heard
        if heard.amount and "that_one" in heard.details and (named := self._loan_of_size(turn, heard.amount)):
            whole = "all" if "settle" in heard.details else None
            turn.heard = replace(heard, target=named, amount=whole)
        elif heard.amount is None and "settle" in heard.details and self._pointed_at(turn):
            turn.heard = replace(heard, amount="all")
        return super().take(turn)

    def read_other(self, turn: Turn, refused: list[Reply]) -> None:
        heard = turn.heard
        if heard.effect is not None and turn.slot(self.effect_slot) != NO_EFFECT:
            turn.remember(**{self.effect_slot: heard.effect})
        if heard.source is not None:
            self._fill(turn, self.source_slot, heard.source, self._read_source, refused)
        named = (
            turn.heard.target or self._pointed_at(turn) or self._target_of_product(turn, turn.heard.product, refused)
        )
        if named is None and turn.slot(self.target_slot) is None:
            named = self._debt_with_minimum(turn) or self._only_debt(turn)
        if named is not None and not refused:
            self.set_target(turn, named, refused)

    def _pointed_at(self, turn: Turn) -> str | None:
        """另外那笔, 12000那笔: of the loans; a plan is no debt of this flow."""
        debt = named_debt(turn)
        return str(debt.loan_id) if debt is not None and debt.kind == "loan" else None

    @staticmethod
    def _debt_with_minimum(turn: Turn) -> str | None:
        """「还最低」: of all debts only the bill has one."""
        bill = turn.account.open_bill if turn.heard.amount == "minimum" and turn.heard.product != CASHLOAN else None
        return BILL if bill is not None and bill.minimum_outstanding.minor > 0 else None

    def set_target(self, turn: Turn, named: str, refused: list[Reply]) -> None:
        """Remember which debt is meant. An amount said before is read again, now against what is owed.

        Raises LOAN_NOT_FOUND, NO_OPEN_BILL."""
        if named != BILL:
            turn.account.loan(named)
        elif turn.account.open_bill is None:
            raise CreditError(ErrorCode.NO_OPEN_BILL)
        before, said = turn.slot(self.target_slot), turn.slot(self.amount_slot)
        turn.remember(**{self.target_slot: named})
        if said is not None and before != named:
            turn.forget(self.amount_slot)
            if before is None or said == "all":
                self._fill(turn, self.amount_slot, said, self.read_amount, refused)

    def _target_of_product(self, turn: Turn, product: str | None, refused: list[Reply]) -> str | None:
        """The bill for pay-later; for the cash loan the only one there is, else the question is narrowed."""
        if product == PAYLATER:
            if turn.account.open_bill is None:
                refused.append(reply_to(CreditError(ErrorCode.NO_OPEN_BILL)))
                return None
            turn.forget(self.product_slot)
            return BILL
        if product == CASHLOAN:
            loans = turn.account.loans
            if not loans:
                refused.append(Reply("utter_no_loan", choices=(choices.CHECK_BILL,)))
                return None
            turn.remember(**{self.product_slot: CASHLOAN})
            if len(loans) == 1:
                return str(loans[0].loan_id)
            if turn.slot(self.target_slot) == BILL:
                turn.forget(self.target_slot, self.amount_slot)
        return None

    @staticmethod
    def _only_debt(turn: Turn) -> str | None:
        bill, loans = turn.account.open_bill, turn.account.loans
        if bill is not None and not loans:
            return BILL
        return str(loans[0].loan_id) if len(loans) == 1 and bill is None else None

    def take_indirect(self, turn: Turn) -> list[Reply] | None:
        """A short word, or the size of a loan, answers the question which debt is meant."""
        heard = turn.heard
        if turn.slot(REQUESTED) != self.target_slot:
            return None
        refused: list[Reply] = []
        named = None
        if (pointed := self._pointed_at(turn)) is not None:
            named = pointed
        elif heard.is_name and not heard.pressed:
            named = self._target_of_product(turn, heard.product, refused)
            if named is None:
                return refused
        elif heard.intent in BY_INTENT and len(heard.text) <= SHORT_ANSWER and turn.account.open_bill is not None:
            named = BILL
        elif heard.amount and heard.amount not in amounts.WORDS:
            named = self._loan_of_size(turn, heard.amount)
        if named is None:
            return None
        self.set_target(turn, named, refused)
        return refused

    @staticmethod
    def _loan_of_size(turn: Turn, text: str) -> str | None:
        loan = of_size(turn.account.loans, text, payoff=False)  # a payoff is how much, not which
        return str(loan.loan_id) if loan is not None else None

    # ── how much ────────────────────────────────────────────────────────────────────────────────────────

    def read_amount(self, turn: Turn, text: str) -> str:
        target = turn.slot(self.target_slot)
        if target is None:
            return text if text in amounts.WORDS else amounts.plain(amounts.figure(text))
        owed, least = self.owed(turn, target)
        if text in {"all", "rest"}:
            return "all"
        if text == "minimum":
            return amounts.plain(self._least(turn, target, owed, least))
        wanted = amounts.half(owed) if text == "half" else amounts.figure(text)
        if wanted > owed:
            refusal = CreditError(ErrorCode.REPAYMENT_EXCEEDS_DEBT, offered=wanted, owed=owed)
            raise RefusedError(reply_to(refusal, self._all(target, owed)))
        return amounts.plain(wanted)

    def _least(self, turn: Turn, target: str, owed: Money, least: Money) -> Money:
        if not least:
            word = "utter_minimum_already_met" if target == BILL else "utter_loan_nothing_due"
            facts = {"next_due_on": turn.account.loan(target).next_due_on or ""} if target != BILL else {}
            raise RefusedError(Reply(word, facts, choices=(self._all(target, owed),)))
        return least

    def owed(self, turn: Turn, target: str) -> tuple[Money, Money]:
        """All that is owed on a debt, and the least that must be paid of it now."""
        if target == BILL:
            bill = turn.account.bill
            return bill.outstanding.money(), bill.minimum_outstanding.money()
        loan = turn.account.loan(target)
        return loan.payoff_today.money(), due_now(loan)

    @staticmethod
    def _all(target: str, owed: Money) -> Choice:
        return choices.repay_bill(owed) if target == BILL else choices.settle_loan(target, owed)

    @staticmethod
    def _read_source(turn: Turn, text: str) -> str:
        """Raises SOURCE_IS_CREDIT_CARD, SOURCE_UNKNOWN."""
        source = source_named(text)
        if source not in turn.account.catalogue.repayments.sources:
            raise CreditError(ErrorCode.SOURCE_UNKNOWN, source)
        return str(source)

    # ── what it does to the rest ────────────────────────────────────────────────────────────────────────

    def after_taking(self, turn: Turn) -> None:
        """Ask what the rest shall look like only where there are two ways."""
        target, amount = turn.slot(self.target_slot), turn.slot(self.amount_slot)
        if target is None or amount is None:
            if turn.slot(self.effect_slot) == NO_EFFECT:
                turn.forget(self.effect_slot)
            return
        if len(self.effects(turn)) < BOTH_WAYS:
            turn.remember(**{self.effect_slot: NO_EFFECT})
        elif turn.slot(self.effect_slot) == NO_EFFECT:
            turn.forget(self.effect_slot)

    def effects(self, turn: Turn) -> list[EarlyEffect]:
        """The ways of paying this part of this loan early; none for a bill, or for all of a loan."""
        target, amount = turn.slot(self.target_slot), turn.slot(self.amount_slot)
        if target in {None, BILL} or amount in {None, "all"}:
            return []
        return turn.account.early_effects(target or "", amounts.figure(amount or ""))

    # ── the offer ───────────────────────────────────────────────────────────────────────────────────────

    def concerns(self, heard: Heard) -> bool:
        return bool(heard.amount or heard.currency or heard.target or heard.effect or heard.source or heard.one)

    def missing(self, turn: Turn) -> bool:
        return any(turn.slot(slot) is None for slot in (self.target_slot, self.amount_slot, self.effect_slot))

    def propose(self, turn: Turn, request_id: str) -> OfferCard:
        target, text = turn.slot(self.target_slot) or "", turn.slot(self.amount_slot) or ""
        amount = None if text == "all" else amounts.figure(text)
        app = turn.account.app
        source = turn.slot(self.source_slot)
        if target == BILL:
            return app.propose_bill_repayment(turn.customer_id, amount=amount, request_id=request_id, source=source)
        loan_id, effect = turn.account.loan(target).loan_id, turn.slot(self.effect_slot)
        if amount is not None and effect not in {None, NO_EFFECT}:
            return app.propose_early_repayment(
                turn.customer_id,
                loan_id=loan_id,
                amount=amount,
                effect=Effect(effect),
                request_id=request_id,
                source=source,
            )
        return app.propose_loan_repayment(
            turn.customer_id, loan_id=loan_id, amount=amount, request_id=request_id, source=source
        )

    def show(self, turn: Turn, card: OfferCard) -> Reply:
        source = turn.slot(self.source_slot) or Source.DEBIT_CARD
        facts = {**repayment_facts(card), "source": source_word(source, turn.account.facts.card_tail)}
        facts["more"] = Lines(self._after(turn, card))
        others = [other for other in turn.account.catalogue.repayments.sources if other != source]
        steps = (*self._other_effect(turn), *(choices.pay_from(other) for other in others[:1]), choices.STOP)
        return Reply(f"utter_offer_{card.offer_kind}", facts, card=card, choices=steps)

    def _after(self, turn: Turn, card: OfferCard) -> tuple[Word, ...]:
        """What is left of a loan, and what repaying it early saves."""
        target = turn.slot(self.target_slot)
        if card.offer_kind != "repay_loan" or target is None:
            return ()
        chosen = next((way for way in self.effects(turn) if way.effect == turn.slot(self.effect_slot)), None)
        if chosen is not None:
            return (effect_word(chosen),)
        loan = next((loan for loan in turn.account.loans if str(loan.loan_id) == target), None)
        saved = saved_by_settling(loan) if loan is not None and card.amount == loan.payoff_today else Money(0)
        return (Word("settling_saves", facts={"saved": saved}),) if saved else ()

    def _other_effect(self, turn: Turn) -> tuple[Choice, ...]:
        chosen = turn.slot(self.effect_slot)
        if chosen in {None, NO_EFFECT}:
            return ()
        return tuple(choices.early(way) for way in Effect if way != chosen)

    def cancelled(self, turn: Turn) -> Reply:
        bill = turn.account.open_bill
        if bill is not None and turn.slot(self.target_slot) in {BILL, None}:
            facts: Facts = {"outstanding": bill.outstanding.money(), "due_on": bill.due_on}
            return Reply("utter_cancelled_repay_bill", facts, choices=(choices.CHECK_BILL, choices.ask("min_repay")))
        loans = turn.account.loans
        if loans and loans[0].next_due_on is not None:
            due: Facts = {"next_due": loans[0].next_due.money(), "next_due_on": loans[0].next_due_on}
            return Reply("utter_cancelled_repay_loan", due, choices=(choices.LOAN_SCHEDULE, choices.CHECK_LIMIT))
        return Reply("utter_cancelled_nothing", choices=choices.MENU)


def due_now(loan: ScheduleLoan) -> Money:
    """What must be paid of a loan today, penalty included; zero while nothing is due."""
    waiting = any(row.status in {"due", "overdue"} for row in loan.rows)
    return loan.next_due.money() if waiting else Money(0)


def saved_by_settling(loan: ScheduleLoan) -> Money:
    """Interest of the plan that is never charged when the loan is settled today."""
    planned = sum(row.interest.minor for row in loan.rows if row.status != "paid")
    accrued = loan.payoff_today.minor - loan.remaining.minor - loan.penalty.minor
    return Money(max(0, planned - accrued))


def source_word(source: str, tail: str) -> Word:
    return Word(f"pays_from_{source}", facts={"tail": tail})


def effect_word(way: EarlyEffect) -> Word:
    """One way in a line: how many payments are left, how large, until when, and the interest."""
    facts: Facts = {
        "term": len(way.rows),
        "payments": payments_word([row.total.money() for row in way.rows]),
        "last_on": way.rows[-1].due_on,
        "interest": way.interest,
        "saved": way.saved,
    }
    return Word(f"early_{way.effect}", facts=facts)


def _loan_line(loan: ScheduleLoan) -> Word:
    facts: Facts = {
        "principal": loan.principal.money(),
        "opened_on": loan.opened_on,
        "payoff": loan.payoff_today.money(),
        "next_due": loan.next_due.money(),
        "next_due_on": loan.next_due_on or loan.opened_on,
        "days": loan.days_overdue,
        "saved": saved_by_settling(loan),
    }
    return Word("debt_loan_late" if loan.days_overdue else "debt_loan", facts=facts)
