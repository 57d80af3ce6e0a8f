"""Loans: why not, on what terms, at what price, where the money is, what is still to pay."""

from __future__ import annotations

from actions import choices
from actions.amounts import WORDS, figure
from actions.answer import Answer
from actions.base import Replies
from actions.choices import ask, method_word
from actions.customer import CASHLOAN, PAYLATER
from actions.findings import amount_asked_for, finding_words, only
from actions.flows.bare import LOOSE, WHEN, WHY
from actions.flows.debts import named_debt
from actions.flows.repay import due_now, saved_by_settling
from actions.installments import plan_word
from actions.limit import nothing_open
from actions.memory import last_question, remember_debt
from actions.refusals import reply_to
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Joined, Lines, Rate, Word, Yearly
from credit.cards import ScheduleCard, ScheduleLoan
from credit.explain.findings import Code
from credit.explain.usable import borrow_findings
from credit.explain.ways import what_if_findings
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import DAYS_IN_YEAR, Money


class ActionExplainBorrowFailed(Answer):
    """Every reason that stands against a loan, of the amount that was named if one was, or that there is none."""

    intent = "explain_borrow_failed"
    reads = frozenset({"product", "amount"})

    def answer(self, turn: Turn) -> Replies:
        found = borrow_findings(turn.account.app.borrow_facts(turn.customer_id), amount_asked_for(turn))
        question = last_question(turn)
        told = question is not None and question.intent == self.intent  # and not understood, or not accepted
        asked = {LOOSE.get(remark, remark) if told else remark for remark in turn.heard.remarks} & {WHY, WHEN}
        if only(found, Code.BORROW_STUDENT) and asked:
            name = "utter_when_no_student" if WHEN in asked else "utter_why_no_student"
            return Reply(name, choices=choices.NOT_FOR_STUDENTS)
        lines: list[Word] = [*finding_words(found, most=MOST_REASONS)]
        if only(found, Code.BORROW_POSSIBLE):
            lines.append(Word("borrow_try_here"))
        refusal = turn.account.borrowing_refusal()
        card = reply_to(refusal).card if refusal is not None else None
        steps = next((BORROW_STEPS[each.code] for each in found if each.code in BORROW_STEPS), BORROW_ON)
        return Reply("utter_explain_borrow_failed", {"lines": Lines(tuple(lines))}, card=card, choices=steps)


MOST_REASONS = 4
BORROW_ON = (choices.START_BORROW, choices.CHECK_LIMIT)
BORROW_STEPS: dict[Code, tuple[Choice, ...]] = {
    Code.BORROW_UNDERAGE: (choices.CHECK_BILL,),
    Code.BORROW_STUDENT: (choices.CHECK_BILL, choices.LOAN_SCHEDULE),
    Code.BORROW_NOT_OPEN: (ask("open_product"), ask("product_info")),
    Code.BORROW_CLOSED: (ask("open_product"), ask("product_info")),
    Code.BORROW_OVERDUE: (ask("overdue"), ask("repay"), ask("hardship")),
    Code.BORROW_FROZEN: (ask("explain_frozen"), choices.CHECK_BILL),
    Code.BORROW_FROZEN_UNTIL: (ask("explain_frozen"), choices.CHECK_BILL),
    Code.BORROW_TOO_MANY: (choices.LOAN_SCHEDULE, ask("repay")),
    Code.BORROW_LIMIT_USED: (choices.LOAN_SCHEDULE, ask("explain_limit"), choices.CHECK_LIMIT),
}
"""The next steps by the heaviest reason; what is about the amount alone leads to another amount."""


class ActionLoanTerms(Answer):
    intent = "loan_terms"
    reads = frozenset({"amount", "term", "method"})

    def answer(self, turn: Turn) -> Replies:
        """With a term or a method named: what it would cost, or that it is not sold."""
        if turn.heard.term or turn.heard.method:
            return ActionLoanInterest().answer(turn)
        sold = turn.account.catalogue.cashloan
        facts: Facts = {
            "terms": Joined(tuple(sold.terms)),
            "methods": Joined(tuple(method_word(method) for method in sold.methods)),
            "default": method_word(sold.default_method),
            "most_loans": sold.most_open_loans,
            "smallest": sold.smallest_loan,
            "largest": sold.largest_loan,
            "running": len(turn.account.loans),
        }
        steps = (ask("loan_interest"), *start_borrowing(turn), choices.LOAN_SCHEDULE)
        return Reply("utter_loan_terms", facts, choices=steps)


class ActionLoanInterest(Answer):
    """At the customer's own rate: the amount and term that were named, else an example for every term."""

    intent = "loan_interest"
    reads = frozenset({"amount", "term", "method", "product"})

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.product == PAYLATER:
            return self._paylater(turn)
        line = turn.account.line(CASHLOAN)
        if line is None:
            return self._paylater(turn) if turn.heard.product is None else nothing_open(turn)
        sold = turn.account.catalogue.cashloan
        amount = self._amount(turn) or sold.line.smallest
        asked = turn.heard.term
        if asked and (not asked.isdecimal() or int(asked) not in sold.terms):
            return reply_to(CreditError(ErrorCode.TERM_NOT_SOLD, term=asked, terms=sold.terms), ask("loan_terms"))
        terms = [int(asked)] if asked else sold.terms
        daily = line.daily_rate_ppm or 0
        facts: Facts = {
            "daily": Rate(daily),
            "yearly": Yearly(daily * DAYS_IN_YEAR),
            "amount": amount,
            "method": method_word(turn.heard.method or sold.default_method),
            "lines": Lines(tuple(self._line(turn, amount, term) for term in terms)),
            "more": Lines(self._saved(turn)),
        }
        listed = tuple(choices.loan(amount, term, turn.heard.method) for term in terms)
        steps = (*start_borrowing(turn), ask("loan_terms"))
        return Reply("utter_loan_interest", facts, choices=steps, options=listed)

    @staticmethod
    def _amount(turn: Turn) -> Money | None:
        said = turn.heard.amount
        if said and said not in WORDS:
            return figure(said)
        known = turn.slot("borrow_amount")  # the loan that is being talked about
        return figure(known) if known else None

    @staticmethod
    def _line(turn: Turn, amount: Money, term: int) -> Word:
        quote = turn.account.quote_loan(amount, term, turn.heard.method)
        facts: Facts = {
            "term": term,
            "interest": Money(sum(row.interest.minor for row in quote.rows)),
            "payment": quote.rows[0].total,
            "simple": Yearly(quote.cost.simple_ppm),
            "compound": Yearly(quote.cost.compound_ppm),
        }
        return Word("loan_price", facts=facts)

    @staticmethod
    def _saved(turn: Turn) -> tuple[Word, ...]:
        """What repaying the running loan early that saves the most would save."""
        found = what_if_findings(turn.account.app.what_if_facts(turn.customer_id))
        return finding_words(only(found, Code.IF_PREPAID), most=1)

    @staticmethod
    def _paylater(turn: Turn) -> Reply:
        line, bill = turn.account.line(PAYLATER), turn.account.open_bill
        if line is None:
            return nothing_open(turn)
        daily = line.daily_rate_ppm or 0
        more: tuple[Word, ...] = ()
        if bill is not None:
            way = next(way for way in turn.account.compare().ways if way.way == "pay_minimum")
            told: Facts = {
                "cost": way.cost.money(),
                "simple": Yearly(way.simple_yearly_ppm or 0),
                "compound": Yearly(way.compound_yearly_ppm or 0),
            }
            more = (Word("paylater_price", facts=told),) if way.cost.minor else ()
        facts: Facts = {"daily": Rate(daily), "yearly": Yearly(daily * DAYS_IN_YEAR), "more": Lines(more)}
        steps = (ask("min_repay"), ask("installment_fee"), choices.CHECK_BILL)
        return Reply("utter_paylater_interest", facts, choices=steps)


class ActionLoanSchedule(Answer):
    intent = "loan_schedule"

    def answer(self, turn: Turn) -> Replies:
        debt = named_debt(turn)
        return debt_reply(turn, debt) if debt is not None else schedule_reply(turn)


def debt_reply(turn: Turn, debt: ScheduleLoan) -> Reply:
    """One loan or plan, what settling it today takes, and what that saves."""
    remember_debt(turn, str(debt.loan_id))
    card = ScheduleCard(loans=[debt])
    if debt.kind != "loan":
        steps = (choices.settle_plan(debt), choices.LOAN_SCHEDULE)
        return Reply("utter_one_plan", {"plan": plan_word(debt)}, card=card, choices=steps)
    saved, due = saved_by_settling(debt), due_now(debt)
    facts: Facts = {"loan": loan_word(debt), "payoff": debt.payoff_today.money()}
    facts["more"] = Word("settling_saves", facts={"saved": saved}) if saved else ""
    target = str(debt.loan_id)
    first = (choices.repay_loan_due(target, due),) if due else ()
    steps = (*first, choices.settle_loan(target, debt.payoff_today.money()), choices.LOAN_SCHEDULE)
    return Reply("utter_one_loan", facts, card=card, choices=steps)


def start_borrowing(turn: Turn) -> tuple[Choice, ...]:
    """The choice to borrow, only for who may."""
    return (choices.START_BORROW,) if turn.account.borrowing_refusal() is None else ()


def schedule_reply(turn: Turn) -> Reply:
    """Every running loan and installment plan with what is due next."""
    loans, plans = turn.account.loans, turn.account.plans
    if not loans and not plans:
        return Reply("utter_no_loan", choices=(*start_borrowing(turn), choices.CHECK_BILL))
    listed = (*(choices.debt_loan(loan) for loan in loans), *(choices.settle_plan(plan) for plan in plans))
    if len(loans) + len(plans) == 1:
        remember_debt(turn, str((loans or plans)[0].loan_id))
    words = [*(loan_word(loan) for loan in loans), *(plan_word(plan) for plan in plans)]
    facts: Facts = {"count": len(words), "lines": Lines(tuple(words)), "today": turn.account.today}
    steps = (ask("repay"), ask("bill_dates")) if loans else (choices.CHECK_BILL, ask("installment_manage"))
    return Reply("utter_loan_schedule", facts, card=turn.account.schedules, choices=steps, options=listed)


def loan_word(loan: ScheduleLoan) -> Word:
    facts: Facts = {
        "principal": loan.principal.money(),
        "opened_on": loan.opened_on,
        "remaining": loan.remaining.money(),
        "left": sum(row.status != "paid" for row in loan.rows),
        "next_due": loan.next_due.money(),
        "next_due_on": loan.next_due_on or loan.opened_on,
        "days": loan.days_overdue,
        "simple": Yearly(loan.simple_yearly_ppm),
        "compound": Yearly(loan.compound_yearly_ppm),
    }
    return Word("loan_late" if loan.days_overdue else "loan", facts=facts)
