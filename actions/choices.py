"""Next steps that are offered in many places."""

from __future__ import annotations

from actions.amounts import plain
from actions.turn import Choice
from actions.wording import Fact, Facts, Word
from credit.cards import ScheduleLoan
from credit.kernel.money import Money
from credit.loans.certificate import SettledLoan

WISH = {"wish": "explicit"}


def ask(intent: str) -> Choice:
    """The question or topic of an intent, by its own label."""
    return Choice(intent, intent)


CHECK_LIMIT = ask("check_limit")
CHECK_BILL = ask("check_bill")
LOAN_SCHEDULE = ask("loan_schedule")
HUMAN = ask("human")
STOP = Choice("stop", "deny")
RESUME = Choice("resume", "affirm", {"remark": "resume"})
NO_PERSON = Choice("no_person", "deny")
AUTOPAY_ON = Choice("autopay_on", "autopay", {"target": "on"})
AUTOPAY_OFF = Choice("autopay_off", "autopay", {"target": "off"})
NOTICES_ON = Choice("notices_on", "notifications", {"target": "on"})
NOTICES_OFF = Choice("notices_off", "notifications", {"target": "off"})
PAY_OUT_CREDIT = Choice("pay_out_credit", "refund", {"target": "credit"})
FREEZE_NOW = Choice("freeze_now", "fraud", {"target": "freeze"})
CYCLE = "cycle"
CONSENT = "@"
"""Stands between a product and the version of the consent that was shown with it."""
OTHER_CYCLE = Choice("other_cycle", "bill_dates", {"target": CYCLE})
ASK_HARDSHIP = Choice("ask_hardship", "hardship", {"target": "ticket"})
ASK_CHANGE = Choice("ask_change", "change_details", {"target": "ticket"})
MENU = (CHECK_LIMIT, CHECK_BILL, ask("repay"))
NOT_FOR_STUDENTS = (CHECK_BILL, ask("change_details"), HUMAN)
"""Who is no student any more can have that put right."""

START_BORROW = Choice("start_borrow", "borrow", WISH)
START_BRIDGE = Choice("start_bridge", "repay_with_loan", WISH)
START_SPLIT = Choice("start_split", "installment", WISH)


def repay_bill(amount: Money) -> Choice:
    return Choice("repay_bill_all", "repay", {**WISH, "target": "bill", "amount": "all"}, {"amount": amount})


def lower_limit(product: str, name: str, value: Money) -> Choice:
    return Choice(
        "lower_limit_to", "lower_limit", {"target": product, "amount": plain(value)}, {"name": name, "amount": value}
    )


def cap_month(value: Money) -> Choice:
    return Choice("cap_month", "lower_limit", {"target": "cap", "amount": plain(value)}, {"amount": value})


def close_product(product: str, name: str) -> Choice:
    return Choice("close_product_now", "close_product", {"target": product}, {"name": name})


def apply_open(product: str, name: str, version: str) -> Choice:
    """Consent and request in one press; `version` is that of the consent the customer has just read."""
    return Choice("apply_open", "open_product", {"target": f"{product}{CONSENT}{version}"}, {"name": name})


def certificate(loan: SettledLoan) -> Choice:
    facts: Facts = {"amount": loan.principal, "settled_on": loan.settled_on}
    return Choice("certificate", "documents", {"target": str(loan.id)}, facts)


def settle_plan(plan: ScheduleLoan) -> Choice:
    facts: Facts = {"amount": plan.principal.money(), "opened_on": plan.opened_on}
    return Choice("settle_plan", "installment_manage", {"target": str(plan.loan_id)}, facts)


DEBT_BILL = Choice("debt_bill", "repay", {**WISH, "target": "bill"})


def debt_loan(loan: ScheduleLoan) -> Choice:
    facts: Facts = {"amount": loan.principal.money(), "opened_on": loan.opened_on}
    return Choice("debt_loan", "repay", {**WISH, "target": str(loan.loan_id)}, facts)


def repay_minimum(amount: Money) -> Choice:
    return Choice("repay_bill_minimum", "repay", {**WISH, "target": "bill", "amount": "minimum"}, {"amount": amount})


def repay_loan_due(target: str, amount: Money) -> Choice:
    return Choice("repay_loan_due", "repay", {**WISH, "target": target, "amount": "minimum"}, {"amount": amount})


def early(effect: str) -> Choice:
    """What the part of a loan that is repaid early shall do."""
    return Choice(f"early_{effect}", "repay", {**WISH, "effect": effect})


def pay_from(source: str) -> Choice:
    return Choice(f"pay_from_{source}", "repay", {**WISH, "source": source})


def repay_bill_from(source: str) -> Choice:
    return Choice(f"bill_from_{source}", "repay", {**WISH, "target": "bill", "source": source})


def settle_loan(target: str, amount: Money) -> Choice:
    return Choice("settle_loan", "repay", {**WISH, "target": target, "amount": "all"}, {"amount": amount})


def terms(intent: str, terms_sold: list[int], *, label: str = "term") -> tuple[Choice, ...]:
    """One choice for each term that is sold; `intent` is the flow's own."""
    return tuple(Choice(label, intent, {**WISH, "term": str(term)}, {"term": term}) for term in terms_sold)


def loan(amount: Money, term: int, method: str | None) -> Choice:
    """All that a loan needs, by its place in a list of prices."""
    how = {"method": method} if method else {}
    return Choice("term", "borrow", {**WISH, "amount": plain(amount), "term": str(term), **how}, {"term": term})


def amount(intent: str, label: str, value: Money | str, **facts: Fact) -> Choice:
    """A figure to answer with, `value` a word such as `all` or the figure itself."""
    if isinstance(value, Money):
        facts.setdefault("amount", value)
    text = plain(value) if isinstance(value, Money) else value
    return Choice(label, intent, {**WISH, "amount": text}, facts)


def method_word(method: str | None) -> Word:
    return Word(f"method_{method}", other="method_other")
