"""The bill: how much, why, when, and what was bought."""

from __future__ import annotations

from datetime import date

from actions import choices
from actions.answer import Answer
from actions.base import Replies
from actions.borrowing import schedule_reply, start_borrowing
from actions.choices import CYCLE, ask
from actions.customer import CASHLOAN, PAYLATER
from actions.cycles import change_cycle, other_cycles
from actions.findings import finding_word, finding_words, only
from actions.flows.bare import BIGGEST
from actions.memory import last_question
from actions.months import coming_reply, named_month
from actions.refusals import reply_to
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Joined, Lines, Word
from credit.cards import BillCard, ListCard, ListItem, ScheduleLoan, money_out
from credit.explain.bill import BillFacts as WhyBill
from credit.explain.bill import change, checks, composition, next_bill, since_issued
from credit.explain.findings import Code, Findings, codes
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money, total

SHOWN = 3
MOST_WRONG = 2
PAGE = 10
OF_THE_BILL = frozenset({"check_bill", "explain_bill", "min_repay", "bill_dates", "repay", "installment"})
LOOKED_THROUGH = 50
"""Purchases, the newest, of which the biggest are told."""
NEXT_MONTH = "next_month"
LARGEST = "largest"
FROM_PLANS = (Code.BILL_FROM_PLAN, Code.BILL_FROM_PURCHASE_PLAN)


def bill_facts(bill: BillCard) -> Facts:
    return {
        "outstanding": bill.outstanding.money(),
        "total": bill.total.money(),
        "paid": bill.paid.money(),
        "minimum": bill.minimum_outstanding.money(),
        "least": minimum_word(bill),
        "due_on": bill.due_on,
        "statement_on": bill.statement_on,
        "next_statement_on": bill.next_statement_on,
        "unbilled": bill.unbilled.money(),
        "days": bill.days_overdue,
        "penalty": bill.penalty.money(),
        "previous": bill.previous_total.money() if bill.previous_total else Money(0),
    }


def bill_steps(bill: BillCard) -> tuple[Choice, ...]:
    if not bill.outstanding.minor:
        return (ask("spending_history"), ask("bill_dates"), choices.CHECK_LIMIT)
    return (choices.repay_bill(bill.outstanding.money()), ask("min_repay"), ask("explain_bill"))


class ActionCheckBill(Answer):
    intent = "check_bill"
    reads = frozenset({"product", "period"})

    def answer(self, turn: Turn) -> Replies:
        only_bill = turn.heard.product == PAYLATER or not turn.account.loans
        if turn.heard.period == NEXT_MONTH and only_bill and turn.account.bill_if_any is not None:
            return self._next(turn)
        if not turn.account.facts.lines and turn.heard.product is None:
            return Reply("utter_limit_none", choices=(ask("open_product"), ask("product_info")))
        month = named_month(turn)
        if month is not None:
            return coming_reply(turn, month)
        if turn.heard.product == CASHLOAN:
            return schedule_reply(turn)
        bill = turn.account.bill if not turn.account.loans else turn.account.bill_if_any
        if bill is None:
            return schedule_reply(turn)
        kind = "settled" if not bill.outstanding.minor else "overdue" if bill.days_overdue else "open"
        facts = {**bill_facts(bill), "more": Lines(self._more(turn, bill))}
        return Reply(f"utter_bill_{kind}", facts, card=bill, choices=bill_steps(bill))

    @staticmethod
    def _next(turn: Turn) -> Reply:
        """What the next bill holds already; the open one is said too, since it is due before."""
        facts = turn.account.app.bill_facts(turn.customer_id)
        coming = next_bill(facts)
        told: Facts = {"on": facts.coming.statement_on, "outstanding": facts.outstanding}
        told["due_on"] = facts.statement.due_on
        told["coming"] = Joined(finding_words(coming))
        if codes(coming) != [Code.NEXT_NOTHING]:
            told["amount"] = total([each.money("amount") for each in coming])
            return Reply("utter_bill_next", told, choices=(choices.CHECK_BILL, ask("spending_history")))
        return Reply("utter_bill_next_empty", told, choices=(choices.CHECK_BILL, ask("bill_dates")))

    @staticmethod
    def _more(turn: Turn, bill: BillCard) -> tuple[Word, ...]:
        """What else is owed: loans beside the bill, and last month's figure when that was asked for."""
        more = []
        if bill.outstanding.minor:
            more.append(Word("bill_autopay_on" if bill.autopay else "bill_autopay_off"))
        if turn.heard.period == "last_month" and bill.previous_total is not None:
            more.append(Word("bill_previous", facts={"previous": bill.previous_total.money()}))
        loans = turn.account.loans
        if loans and turn.heard.product is None:
            facts: Facts = {"count": len(loans), **next_due(loans)}
            more.append(Word("bill_loans_late" if loans[0].days_overdue else "bill_loans", facts=facts))
        return tuple(more)


class ActionExplainBill(Answer):
    """The bill taken apart, what made it differ from the last, what happened since, and what the next one holds."""

    intent = "explain_bill"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.product == CASHLOAN or (turn.account.bill_if_any is None and turn.account.loans):
            return schedule_reply(turn)
        bill, facts = turn.account.bill, turn.account.app.bill_facts(turn.customer_id)
        parts = composition(facts)
        if codes(parts) == [Code.BILL_EMPTY]:
            return Reply("utter_bill_settled", {**bill_facts(bill), "more": ""}, card=bill, choices=bill_steps(bill))
        told: Facts = {
            "total": bill.total.money(),
            "parts": Joined(finding_words(only(parts, Code.BILL_PART), most=len(parts))),
            "more": Lines(tuple(self._more(facts))),
        }
        return Reply("utter_explain_bill", told, card=bill, choices=self._steps(turn, bill, checks(facts)))

    def briefly(self, turn: Turn) -> Replies:
        """The purchases that made it, and that they add up. What is wrong with it is worth the whole answer."""
        bill = turn.account.bill_if_any
        facts = turn.account.app.bill_facts(turn.customer_id) if bill is not None else None
        if bill is None or facts is None or not facts.bought or codes(checks(facts)) != [Code.BILL_ADDS_UP]:
            return self.answer(turn)
        largest = sorted(facts.bought, key=lambda each: -each.amount.minor)[:SHOWN]
        told: Facts = {"count": len(facts.bought), "total": bill.total.money()}
        told["largest"] = Lines(tuple(_spent(each.on, each.merchant, each.amount) for each in largest))
        return Reply("utter_explain_bill_briefly", told, choices=self._steps(turn, bill, checks(facts)))

    @staticmethod
    def _more(facts: WhyBill) -> list[Word]:
        head, *causes = change(facts)
        wrong = only(checks(facts), Code.BILL_BOUGHT_TWICE, Code.BILL_DIFFERS)
        words = [*finding_words(wrong, most=MOST_WRONG), finding_word(head)]
        if causes:
            words.append(Word("bill_causes", facts={"causes": Joined(finding_words(causes, most=SHOWN))}))
        words += finding_words(only(composition(facts), Code.BILL_NOTHING_BOUGHT, *FROM_PLANS), most=SHOWN)
        since = since_issued(facts)
        if len(since) > 1:
            words.append(Word("bill_since", facts={"since": Joined(finding_words(since))}))
        coming = next_bill(facts)
        if codes(coming) == [Code.NEXT_NOTHING]:
            words.append(finding_word(coming[0]))
        else:
            told: Facts = {"on": facts.coming.statement_on, "coming": Joined(finding_words(coming))}
            words.append(Word("bill_coming", facts=told))
        return [*words, *finding_words(found for found in only(checks(facts), Code.BILL_ADDS_UP) if facts.bought)]

    @staticmethod
    def _steps(turn: Turn, bill: BillCard, found: Findings) -> tuple[Choice, ...]:
        last = choices.HUMAN if only(found, Code.BILL_BOUGHT_TWICE, Code.BILL_DIFFERS) else ask("refund")
        if turn.account.facts.days_overdue:
            return (ask("overdue"), ask("spending_history"), last)
        owed = (choices.repay_bill(bill.outstanding.money()),) if bill.outstanding.minor else ()
        return (*owed, ask("spending_history"), last)


class ActionSpendingHistory(Answer):
    intent = "spending_history"
    reads = frozenset({"product", "page"})

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.product == CASHLOAN:
            return schedule_reply(turn)
        if BIGGEST in turn.heard.remarks or LARGEST in turn.heard.details:
            return self._biggest(turn)
        page = turn.heard.page
        all_so_far = turn.account.spending(PAGE * (page + 1))
        card = ListCard(title=all_so_far.title, items=all_so_far.items[PAGE * page :])
        if page and not card.items:
            return Reply("utter_no_more_spending", choices=(choices.CHECK_BILL, ask("explain_bill")))
        if not card.items:
            return Reply("utter_no_spending", choices=(choices.CHECK_LIMIT, ask("where_usable")))
        newest = tuple(_item_word(item) for item in card.items[:SHOWN])
        facts: Facts = {"count": len(card.items), "newest": Lines(newest)}
        name = "utter_spending_history_more" if page else "utter_spending_history"
        return Reply(name, facts, card=card, choices=(choices.CHECK_BILL, ask("explain_bill")))

    @classmethod
    def _biggest(cls, turn: Turn) -> Reply:
        """The largest purchases first: of the bill when that is what is spoken of, else of the newest."""
        question = last_question(turn)
        items = cls._on_the_bill(turn) if question is not None and question.intent in OF_THE_BILL else []
        name = "utter_spending_biggest_on_bill" if items else "utter_spending_biggest"
        items = items or turn.account.spending(LOOKED_THROUGH).items
        bought = [item for item in items if item.amount is not None and item.amount.minor > 0]
        if not bought:
            return Reply("utter_no_spending", choices=(choices.CHECK_LIMIT, ask("where_usable")))
        largest = sorted(bought, key=lambda item: -item.amount.minor if item.amount else 0)[:PAGE]
        facts: Facts = {"count": len(bought), "since": min(item.on for item in bought if item.on)}
        facts["largest"] = Lines(tuple(_item_word(item) for item in largest[:SHOWN]))
        card = ListCard(title="spending", items=largest)
        return Reply(name, facts, card=card, choices=(choices.CHECK_BILL, ask("explain_bill")))

    @staticmethod
    def _on_the_bill(turn: Turn) -> list[ListItem]:
        if turn.account.bill_if_any is None:
            return []
        bought = turn.account.app.bill_facts(turn.customer_id).bought
        return [ListItem(on=each.on, title=each.merchant, amount=money_out(each.amount)) for each in bought]


class ActionBillDates(Answer):
    """The days, and another pair of them at one press: from the next statement on."""

    intent = "bill_dates"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.pressed and (turn.heard.target or "").startswith(CYCLE):
            return change_cycle(turn, turn.heard.target or "")
        if "cycle" in turn.heard.remarks:
            return other_cycles(turn)
        bill, loans = turn.account.bill_if_any, turn.account.loans
        if turn.heard.product == CASHLOAN or bill is None:
            return self._loan_day(turn) if loans else self._no_dates(turn)
        more = (Word("loan_day", facts=next_due(loans)),) if loans else ()
        facts = {**bill_facts(bill), "grace": turn.account.catalogue.overdue.grace_days, "more": Lines(more)}
        steps = (choices.CHECK_BILL, choices.OTHER_CYCLE, ask("autopay"), ask("overdue"))
        return Reply("utter_bill_dates", facts, choices=steps)

    @staticmethod
    def _loan_day(turn: Turn) -> Reply:
        facts = next_due(turn.account.loans)
        return Reply("utter_loan_dates", facts, choices=(choices.LOAN_SCHEDULE, ask("autopay"), ask("overdue")))

    @staticmethod
    def _no_dates(turn: Turn) -> Reply:
        if turn.heard.product == CASHLOAN and turn.account.line(CASHLOAN) is not None:
            return Reply("utter_no_loan", choices=(*start_borrowing(turn), choices.CHECK_BILL))
        name = turn.account.catalogue.product_name(turn.heard.product or PAYLATER)
        missing = ErrorCode.NO_OPEN_BILL if turn.account.line(PAYLATER) else ErrorCode.PRODUCT_NOT_OPEN
        return reply_to(CreditError(missing, product=name))


def next_due(loans: list[ScheduleLoan]) -> Facts:
    """The next day on which loans are due, and what all of them want on it. The loans come sorted by that day."""
    first = loans[0].next_due_on
    together = total([loan.next_due.money() for loan in loans if loan.next_due_on == first])
    return {"next_due_on": first or loans[0].opened_on, "next_due": together}


def minimum_word(bill: BillCard) -> Word:
    """What is left of the minimum, or that nothing is."""
    minimum = bill.minimum_outstanding.money()
    return Word("minimum_left" if minimum else "minimum_met", facts={"minimum": minimum})


def _spent(on: date, merchant: str, amount: Money) -> Word:
    return Word("spent", facts={"on": on, "merchant": merchant, "amount": amount})


def _item_word(item: ListItem) -> Word:
    amount = item.amount.money() if item.amount else Money(0)
    facts: Facts = {"on": item.on or "", "merchant": item.title, "amount": amount}
    return Word("spent_refunded" if item.note == "refunded" else "spent", facts=facts)
