"""Opening a product: on what conditions, with what consent, what became of it; and why it could not be opened."""

from __future__ import annotations

from actions import choices, reasons
from actions.account import PRODUCTS, asked_for, frozen_words, status_words, why_frozen
from actions.answer import Answer
from actions.base import Replies
from actions.choices import ask
from actions.customer import PAYLATER
from actions.flows.bare import WHEN
from actions.tickets import place_of
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Lines, Rate, Word, Yearly
from credit.explain.findings import Code, codes
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import DAYS_IN_YEAR
from credit.scoring.asking import DecisionView
from credit.scoring.decide import Decision, Reason

OPEN = ask("open_product")
STUDENT = "student"


def _not_open(turn: Turn, products: tuple[str, ...]) -> list[str]:
    """Never opened, or closed again."""
    return [product for product in products if (line := turn.account.line(product)) is None or line.status == "closed"]


def _is_open(turn: Turn, products: tuple[str, ...], facts: Facts) -> Reply:
    """There is nothing to open; a product that is open and frozen needs another answer."""
    found = why_frozen(turn, products)
    if codes(found) != [Code.FROZEN_NOT]:
        stopped: Facts = {"lines": frozen_words(found)}
        return Reply("utter_product_is_frozen", stopped, choices=(ask("explain_frozen"), choices.CHECK_BILL))
    steps = (choices.CHECK_LIMIT, ask("explain_payment_failed"), ask("explain_borrow_failed"))
    return Reply("utter_product_is_open", facts, choices=steps)


def _gates(decision: Decision) -> list[Reason]:
    """What refuses whatever the score is. That a person looks is a gate too, but one that refuses nobody."""
    return [reason for reason in decision.against if reason.kind == "gate"] if decision.outcome == "refused" else []


def _late_steps(codes: set[str]) -> tuple[Choice, ...]:
    return (ask("overdue"), ask("repay")) if "overdue" in codes else ()


class ActionOpenProduct(Answer):
    """Asking decides nothing and agrees to nothing. Only the pressed choice is the consent and the request."""

    intent = "open_product"

    def answer(self, turn: Turn) -> Replies:
        product, _, version = (turn.heard.target or "").partition(choices.CONSENT)
        if turn.heard.pressed and product in PRODUCTS:
            return self._request(turn, product, version)
        return self._offer(turn, asked_for(turn))

    @staticmethod
    def _offer(turn: Turn, asked: tuple[str, ...]) -> Reply:
        """Where both stand, on what conditions one opens, and a choice for each that nothing stands in the way of."""
        account = turn.account
        statuses = status_words(turn, PRODUCTS)
        closed = _not_open(turn, asked)
        if not closed:
            return _is_open(turn, asked, {"statuses": statuses})
        version = account.catalogue.borrowers.consent_version
        words = [_conditions(turn)]
        steps: list[Choice] = []
        codes: set[str] = set()
        for product in closed:
            decision = account.look_at_decision(product, "open")
            name = account.catalogue.product_name(product)
            if gates := _gates(decision):
                words.append(Word("open_blocked", facts={"name": name, "why": reasons.told(decision, gates)}))
                codes |= {gate.code for gate in gates}
            else:
                steps.append(choices.apply_open(product, name, version))
        if steps:
            words.append(Word("open_consent", facts={"version": version}))
        review = (reasons.ASK_REVIEW,) if codes else (ask("explain_cannot_open"),)
        facts: Facts = {"statuses": statuses, "lines": Lines(tuple(words))}
        return Reply("utter_open_product", facts, choices=(*steps, *_late_steps(codes), *review, ask("fees")))

    def _request(self, turn: Turn, product: str, version: str) -> Replies:
        """The account is not read before: what was read would be what stood before the opening.

        The message id makes a repeat the same request; a second press, from wherever, finds the product open."""
        account = turn.account
        try:
            made = account.open_product(product, consent_version=version, request_id=f"open:{turn.heard.message_id}")
        except CreditError as refusal:
            if refusal.code is ErrorCode.PRODUCT_ALREADY_OPEN:
                return _is_open(turn, (product,), {"statuses": status_words(turn, (product,))})
            if refusal.code is ErrorCode.CONSENT_OUTDATED:
                return [Reply("utter_error_consent_outdated"), self._offer(turn, (product,))]
            raise
        return _told(turn, made)


def _conditions(turn: Turn) -> Word:
    gates = turn.account.policy.gates
    looks = Word("open_person_looks", facts={"below": gates.person_looks_below})
    facts: Facts = {
        "youngest": gates.youngest,
        "students": Word("open_students" if gates.students_may_borrow else "open_no_students"),
        "looks": looks if gates.person_looks_below > gates.youngest else "",
    }
    return Word("open_conditions", facts=facts)


def _told(turn: Turn, made: DecisionView) -> Reply:
    """What became of the request."""
    account, decision = turn.account, made.decision
    facts: Facts = {"name": account.catalogue.product_name(made.product)}
    if made.limit is not None:
        return _opened(turn, made, {**facts, "limit": made.limit})
    if decision.outcome == "review":
        # Registered with the decision; asking again gives the same ticket.
        ticket = account.app.ask_for_review(turn.customer_id)
        looks = account.policy.gates.person_looks_below
        facts |= {"below": looks, "reference": ticket.reference, "place": place_of(ticket)}
        return Reply("utter_opening_review", facts, choices=choices.MENU, about="human")
    facts["reasons"] = reasons.told(decision)
    late = _late_steps({reason.code for reason in decision.against})
    return Reply("utter_opening_refused", facts, choices=(reasons.ASK_REVIEW, *(late or (ask("product_info"),))))


def _opened(turn: Turn, made: DecisionView, facts: Facts) -> Reply:
    """Limit and price, and where to look; nothing that leads towards new debt."""
    sold = turn.account.catalogue.paylater
    daily = made.decision.daily_rate_ppm or sold.revolving_daily_ppm
    facts = {**facts, "daily": Rate(daily), "yearly": Yearly(daily * DAYS_IN_YEAR)}
    steps = (choices.CHECK_LIMIT, ask("explain_limit"), ask("close_product"))
    if made.product != PAYLATER:
        return Reply("utter_product_opened_cashloan", facts, choices=(ask("loan_terms"), *steps))
    cycle = turn.account.cycle()
    facts |= {"statement_day": cycle.statement_day, "due_day": cycle.due_day}
    return Reply("utter_product_opened_paylater", facts, choices=(ask("bill_dates"), *steps))


class ActionExplainCannotOpen(Answer):
    """The gates and bounds that an opening would meet today; nothing is decided by asking."""

    intent = "explain_cannot_open"

    def briefly(self, turn: Turn) -> Replies:
        """To a student who asks from when on: no day can be named, but what has to change."""
        if WHEN not in turn.heard.remarks:
            return self.answer(turn)
        products = _not_open(turn, asked_for(turn))
        against = [reason for each in products for reason in turn.account.look_at_decision(each, "open").against]
        if any(reason.code == STUDENT for reason in against):
            return Reply("utter_when_no_student", choices=choices.NOT_FOR_STUDENTS)
        return self.answer(turn)

    def answer(self, turn: Turn) -> Replies:
        products = asked_for(turn)
        facts: Facts = {"statuses": status_words(turn, products)}
        closed = _not_open(turn, products)
        if not closed:
            return _is_open(turn, products, facts)
        findings: list[Word] = []
        codes: set[str] = set()
        free = False
        for product in closed:
            decision = turn.account.look_at_decision(product, "open")
            name: Facts = {"name": turn.account.catalogue.product_name(product)}
            if decision.outcome == "refused":
                findings.append(Word("open_blocked", facts={**name, "why": reasons.told(decision)}))
                codes |= {reason.code for reason in decision.against}
            else:
                findings.append(Word("open_free", facts=name))
                free = True
        late = _late_steps(codes) or (ask("product_info"),)
        steps = (*((OPEN,) if free else ()), *late, *((reasons.ASK_REVIEW,) if codes else ()))
        return Reply("utter_cannot_open", {**facts, "findings": Lines(tuple(findings))}, choices=steps)
