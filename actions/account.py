"""Closing, freezing, and what belongs to the account itself; actions/opening.py has what opens it."""

from __future__ import annotations

from datetime import date, timedelta

from actions import choices, reasons
from actions.answer import Answer
from actions.base import Replies
from actions.choices import ask
from actions.customer import CASHLOAN, PAYLATER
from actions.findings import finding_word
from actions.flows.bare import PAID, WHEN
from actions.flows.repay import due_now
from actions.limit import cut_words, reason_word
from actions.tickets import queued
from actions.turn import Choice, Reply, Turn
from actions.wording import Clock, Facts, Joined, Lines, Word
from credit.explain.findings import Code, Finding, Findings, codes
from credit.explain.usable import frozen_findings
from credit.kernel.money import Money, total

PRODUCTS = (PAYLATER, CASHLOAN)
VERIFYING = (choices.CHECK_LIMIT, ask("fraud"), choices.HUMAN)


def asked_for(turn: Turn) -> tuple[str, ...]:
    return (turn.heard.product,) if turn.heard.product in PRODUCTS else PRODUCTS


def status_words(turn: Turn, products: tuple[str, ...]) -> Lines:
    """A line for each product: open, frozen, closed or never opened."""
    words = []
    for product in products:
        line = turn.account.line(product)
        status = line.status if line else "not_open"
        facts: Facts = {"name": turn.account.catalogue.product_name(product)}
        if line is not None:
            facts |= {"limit": line.limit.money(), "reason": reason_word(line.frozen_reason)}
        words.append(Word(f"status_{status}", facts=facts))
    return Lines(tuple(words))


class ActionCloseProduct(Answer):
    intent = "close_product"

    def answer(self, turn: Turn) -> Replies:
        app, heard = turn.account.app, turn.heard
        if heard.pressed and heard.target in PRODUCTS:
            app.close_product(turn.customer_id, heard.target, request_id=f"close:{heard.message_id}")
            closed: Facts = {"name": turn.account.catalogue.product_name(heard.target)}
            return Reply("utter_product_closed", closed, choices=(choices.CHECK_LIMIT, ask("open_product")))
        lines = [
            line for line in turn.account.limits.lines if line.product in asked_for(turn) and line.status != "closed"
        ]
        if not lines:
            return Reply("utter_limit_none", choices=(ask("open_product"),))
        words: list[Word] = []
        steps: list[Choice] = []
        for line in lines:
            found = app.closing_obstacles(turn.customer_id, line.product)
            why = Lines(tuple(Word(f"obstacle_{each.code}", facts={"amount": each.amount}) for each in found))
            words.append(Word("close_not_yet" if found else "close_possible", facts={"name": line.name, "why": why}))
            steps += [] if found else [choices.close_product(line.product, line.name)]
        last = (ask("repay"), ask("lower_limit")) if len(steps) < len(lines) else (ask("lower_limit"),)
        return Reply("utter_close_product", {"lines": Lines(tuple(words))}, choices=(*steps, *last))


class ActionExplainFrozen(Answer):
    """Names the cause and the way back: what is overdue now, or from which day the line is released."""

    intent = "explain_frozen"

    def answer(self, turn: Turn) -> Replies:
        asked = asked_for(turn)
        found = why_frozen(turn, asked)
        if codes(found) == [Code.FROZEN_NOT]:
            statuses: Facts = {"statuses": status_words(turn, asked)}
            if was_cut := cut_words(turn, asked):
                steps = (reasons.ASK_REVIEW, ask("raise_limit"), ask("explain_limit"))
                return Reply("utter_not_frozen_but_cut", {"lines": was_cut}, choices=steps)
            return Reply("utter_not_frozen", statuses, choices=(choices.CHECK_LIMIT, ask("explain_payment_failed")))
        facts: Facts = {"lines": frozen_words(found)}
        return Reply("utter_explain_frozen", facts, choices=FROZEN_STEPS[found[0].code])

    def briefly(self, turn: Turn) -> Replies:
        """The day of release alone, where there is one; else the cause again, and what ends it."""
        states, late = turn.account.app.line_states(turn.customer_id)
        wait_days = turn.account.catalogue.overdue.unfreeze_after_days
        found = frozen_findings(tuple(states), late, wait_days)
        late_now = found[0].code is Code.FROZEN_OVERDUE
        if late_now and turn.heard.remarks & {WHEN, PAID}:
            owed: Facts = {"amount": late.amount, "wait_days": wait_days, "today": turn.account.today}
            owed["released_on"] = turn.account.today + timedelta(days=wait_days)
            name = "utter_paid_not_seen" if PAID in turn.heard.remarks else "utter_frozen_while_late"
            return Reply(name, owed, choices=(ask("repay_status"), ask("repay"), choices.HUMAN))
        if WHEN in turn.heard.remarks and codes(found)[0] == Code.FROZEN_STUDENT:
            return Reply("utter_when_no_student", choices=choices.NOT_FOR_STUDENTS)
        if set(codes(found)) != {Code.FROZEN_CURED}:
            return self.answer(turn)
        last = max(date_of(each, "released_on") for each in found)
        names = Joined(tuple(Word(f"product_{each.evidence['product']}") for each in found))
        facts: Facts = {"names": names, "released_on": last, "left": (last - turn.account.today).days}
        facts["wait_days"] = wait_days
        steps = (choices.CHECK_BILL, ask("bill_dates"), choices.HUMAN)
        return Reply("utter_frozen_until", facts, choices=steps)


def why_frozen(turn: Turn, products: tuple[str, ...]) -> Findings:
    """Of each of these lines; FROZEN_NOT alone when none is."""
    states, late = turn.account.app.line_states(turn.customer_id)
    wait_days = turn.account.catalogue.overdue.unfreeze_after_days
    return frozen_findings(tuple(line for line in states if line.product in products), late, wait_days)


def date_of(finding: Finding, name: str) -> date:
    day = finding.evidence[name]
    assert isinstance(day, date)
    return day


FROZEN_STEPS: dict[Code, tuple[Choice, ...]] = {
    Code.FROZEN_OVERDUE: (ask("overdue"), ask("repay"), ask("hardship")),
    Code.FROZEN_CURED: (choices.CHECK_BILL, ask("bill_dates")),
    Code.FROZEN_STUDENT: (choices.CHECK_BILL, ask("repay")),
    Code.FROZEN_FRAUD: (choices.CHECK_BILL, choices.HUMAN),
    Code.FROZEN_OTHER: (choices.CHECK_BILL, choices.HUMAN),
}


def frozen_words(found: Findings) -> Lines:
    """Lines frozen by the same cause on the same day are told of together."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in found:
        groups.setdefault((each.code, each.evidence["on"], each.evidence.get("reason")), []).append(each)
    return Lines(
        tuple(
            finding_word(same[0], name=Joined(tuple(Word(f"product_{each.evidence['product']}") for each in same)))
            for same in groups.values()
        )
    )


def overdue_amount(turn: Turn) -> Money:
    """What must be paid today so that nothing is overdue any more."""
    late = [due_now(loan) for loan in turn.account.loans if loan.days_overdue]
    bill = turn.account.open_bill
    if bill is not None and bill.days_overdue:
        late.append(bill.minimum_outstanding.money())
    return total(late)


class ActionSwitchAccount(Answer):
    intent = "switch_account"

    def answer(self, turn: Turn) -> Replies:
        return Reply("utter_switch_account", choices=(ask("open_product"), ask("close_product"), choices.CHECK_LIMIT))


class ActionChangeDetails(Answer):
    intent = "change_details"

    def answer(self, turn: Turn) -> Replies:
        """What is on file, and a person's task for what must not be changed by a sentence in a chat."""
        if turn.heard.pressed and turn.heard.target == "ticket":
            return queued(turn.account.app.open_ticket(turn.customer_id, self.intent), "utter_change_recorded")
        facts: Facts = {"tail": turn.account.facts.card_tail}
        return Reply("utter_change_details", facts, choices=(choices.ASK_CHANGE, ask("repay_method"), ask("autopay")))


class ActionVerifyIdentity(Answer):
    intent = "verify_identity"

    def answer(self, turn: Turn) -> Replies:
        rules = turn.account.catalogue.offers
        facts: Facts = {"attempts": rules.pin_attempts, "minutes": rules.pin_lock_minutes}
        failures, until = turn.account.pin_state()
        if until is not None:
            return Reply("utter_verify_identity_locked", {**facts, "until": Clock(until)}, choices=VERIFYING)
        if failures:
            left: Facts = {**facts, "failures": failures, "left": rules.pin_attempts - failures}
            return Reply("utter_verify_identity_failed", left, choices=VERIFYING)
        return Reply("utter_verify_identity", facts, choices=(choices.CHECK_LIMIT, ask("fraud")))
