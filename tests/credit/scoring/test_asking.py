"""Raises, openings and temporary limits: decided, carried out in the ledger, or refused with reasons; a person's look."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from credit.catalogue.models import Cycle
from credit.kernel.clock import midday
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import from_yuan
from credit.lines import life as line_life
from credit.lines import service as lines
from credit.notices.service import list_pending
from credit.people import service as people
from credit.scoring import asking
from credit.scoring.asking import DecisionView
from credit.scoring.decide import Product
from credit.scoring.models import DecisionReview
from credit.scoring.service import decisions_of, look
from tests.credit.scoring.people import small_rules
from tests.credit.world import World, minor

RULES = small_rules()
FIRST = Cycle(statement_day=1, due_day=10)
VERSION = "2026-11"


def decided(world: World, how: Any, customer: UUID, *what: Any, **more: Any) -> DecisionView:
    """One request; `request_id` may be given to repeat it."""
    more.setdefault("request_id", world.request())
    return world.do(lambda books: DecisionView.of(how(books, customer, *what, rules=RULES, **more)))


def ask_raise(world: World, customer: UUID, product: Product = "paylater", **more: Any) -> DecisionView:
    return decided(world, asking.request_raise, customer, product, **more)


def ask_opening(world: World, customer: UUID, product: Product = "paylater", **more: Any) -> DecisionView:
    wish = {"cycle": FIRST if product == "paylater" else None, "consent_version": VERSION, **more}
    return decided(world, asking.request_opening, customer, product, **wish)


def codes(view: DecisionView) -> list[str]:
    return [reason.code for reason in view.decision.against if reason.kind != "score"]


def settled(world: World) -> UUID:
    """A customer of three statements with nothing late: 538 by the small card, which is band C."""
    customer = world.join()
    world.open_paylater(customer, "4000.00")
    world.open_cashloan(customer, "5000.00")
    world.go_to(date(2027, 1, 2))
    return customer


# ── raises ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_approved_raise_grows_the_limit_in_the_ledger_and_sends_a_notice(world: World) -> None:
    customer = settled(world)
    view = ask_raise(world, customer)
    assert (view.decision.outcome, view.before, view.limit) == ("approved", from_yuan("4000"), from_yuan("6000"))
    assert world.limit(customer).limit.minor == minor("6000")
    assert world.available(customer) == minor("6000")
    change = world.look(lambda books: lines.changes(books, lines.require_line(books, customer, "paylater")))[0]
    assert (change.kind, change.reason) == ("raised", asking.RAISE_REASON)
    assert (view.decision.points, view.decision.band) == (538, "C")
    notices = world.look(lambda books: [n for n in list_pending(books) if n.kind == asking.RAISED])
    assert [notice.facts for notice in notices] == [
        {"product": world.catalogue.paylater.name, "before": from_yuan("4000"), "limit": from_yuan("6000")}
    ]


def test_a_repeated_request_gets_the_first_decision_and_raises_once(world: World) -> None:
    customer = settled(world)
    first = ask_raise(world, customer, request_id="once")
    assert ask_raise(world, customer, request_id="once") == first
    assert world.limit(customer).limit.minor == minor("6000")
    assert len(world.look(lambda books: decisions_of(books, customer))) == 1


def test_after_a_raise_the_next_one_has_to_wait_and_after_a_refusal_too(world: World) -> None:
    customer = settled(world)
    assert ask_raise(world, customer).limit is not None
    again = ask_raise(world, customer)
    assert (again.decision.outcome, again.limit, codes(again)) == ("refused", None, ["cooling_raise"])
    assert world.limit(customer).limit.minor == minor("6000")
    world.go_to(date(2027, 4, 2))
    assert codes(ask_raise(world, customer, asked=from_yuan("1.00"))) == ["not_higher"]
    assert codes(ask_raise(world, customer)) == ["cooling_refusal"]


def test_a_new_customer_waits_and_an_unknown_one_is_too_thin(world: World) -> None:
    customer = world.borrower()
    assert codes(ask_raise(world, customer)) == ["cooling_opening", "thin_file"]


def test_a_raise_of_a_line_that_is_not_open_is_no_decision(world: World) -> None:
    customer = world.join()
    with pytest.raises(CreditError) as refusal:
        ask_raise(world, customer)
    assert refusal.value.code is ErrorCode.PRODUCT_NOT_OPEN
    world.open_paylater(customer)
    with pytest.raises(CreditError) as refusal:
        ask_raise(world, customer, asked=from_yuan("0"))
    assert refusal.value.code is ErrorCode.AMOUNT_NOT_POSITIVE
    assert world.look(lambda books: decisions_of(books, customer)) == []


def test_who_is_overdue_is_refused_and_nothing_moves(world: World) -> None:
    customer = settled(world)
    world.buy(customer, "1000.00")
    world.go_to(date(2027, 2, 14))
    before = world.everything()
    view = ask_raise(world, customer)
    assert codes(view) == ["overdue"]
    assert view.decision.against[0].facts == {"days": 4}
    assert world.everything() == before


def test_looking_keeps_nothing_and_starts_no_waiting(world: World) -> None:
    customer = settled(world)
    seen = world.look(lambda books: look(books, customer, "paylater", "raise", RULES))
    assert seen.outcome == "approved"
    assert world.look(lambda books: decisions_of(books, customer)) == []
    assert ask_raise(world, customer).decision == seen


# ── openings ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_customer_opens_with_the_limit_of_the_thin_file_rule(world: World) -> None:
    customer = world.join()
    view = ask_opening(world, customer)
    assert (view.limit, view.decision.points, codes(view)) == (from_yuan("3000"), None, ["thin_file"])
    assert world.limit(customer).limit.minor == minor("3000")
    assert [c.version for c in world.look(lambda books: line_life.consents_of(books, customer))] == [VERSION]
    cash = ask_opening(world, customer, "cashloan")
    assert (cash.decision.outcome, codes(cash)) == ("refused", ["thin_file"])
    assert len(world.look(lambda books: line_life.consents_of(books, customer))) == 1, (
        "no consent for what is not opened"
    )


def test_a_known_customer_opens_a_cash_loan_at_the_price_of_the_band(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer, "10000.00")
    world.go_to(date(2027, 1, 2))
    view = ask_opening(world, customer, "cashloan")
    band = RULES.policy.band_of(view.decision.points or 0)
    assert (view.limit, view.decision.daily_rate_ppm) == (band.cashloan, band.daily_rate_ppm)
    line = world.line(customer, "cashloan")
    assert (line.limit_minor, line.daily_rate_ppm) == (band.cashloan.minor, band.daily_rate_ppm)


def test_a_young_customer_waits_for_a_person(world: World) -> None:
    customer = world.join(born_on=date(2005, 1, 1))
    view = ask_opening(world, customer)
    assert (view.decision.outcome, view.limit) == ("review", None)
    ticket = world.look(lambda books: people.ticket_of(books, customer))
    assert ticket is not None
    assert ticket.reason == asking.LIMIT_REVIEW
    with pytest.raises(CreditError):
        world.line(customer)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"consent_version": "2020-01"}, ErrorCode.CONSENT_OUTDATED),
        ({"cycle": Cycle(statement_day=2, due_day=3)}, ErrorCode.CYCLE_NOT_SOLD),
        ({"cycle": None}, ErrorCode.CYCLE_NOT_SOLD),
    ],
    ids=["consent", "cycle", "no cycle"],
)
def test_what_is_no_matter_of_credit_is_refused_without_a_decision(
    world: World, more: dict[str, Any], code: ErrorCode
) -> None:
    customer = world.join()
    with pytest.raises(CreditError) as refusal:
        ask_opening(world, customer, **more)
    assert refusal.value.code is code
    assert world.look(lambda books: decisions_of(books, customer)) == []
    world.open_paylater(customer)
    with pytest.raises(CreditError) as refusal:
        ask_opening(world, customer)
    assert refusal.value.code is ErrorCode.PRODUCT_ALREADY_OPEN


@pytest.mark.parametrize("gate", ["student", "underage", "identity", "blocked"])
def test_who_may_not_open_is_told_why_and_gets_no_line(world: World, gate: str) -> None:
    customer = world.join(student=gate == "student", born_on=date(2010 if gate == "underage" else 1990, 1, 1))
    flags = {"identity": ("identity_checked", False), "blocked": ("is_blocked", True)}
    if gate in flags:
        world.do(lambda books: setattr(books.customer(customer), *flags[gate]))
    view = ask_opening(world, customer)
    assert (view.decision.outcome, codes(view)) == ("refused", [gate, "thin_file"])
    assert world.look(lambda books: lines.find_line(books, customer, "paylater")) is None


# ── temporary limits ────────────────────────────────────────────────────────────────────────────────────────


def test_a_temporary_limit_is_decided_granted_and_counts_for_no_cooling(world: World) -> None:
    customer = settled(world)
    view = decided(world, asking.request_temporary, customer, from_yuan("500.00"))
    assert (view.decision.outcome, view.limit) == ("approved", from_yuan("500"))
    assert world.limit(customer).limit.minor == minor("4500")
    assert codes(decided(world, asking.request_temporary, customer, from_yuan("1.00"))) == ["temporary_running"]
    assert codes(ask_raise(world, customer)) == ["temporary_running"]
    world.go_to(date(2027, 3, 10))
    assert world.limit(customer).limit.minor == minor("4000")
    assert ask_raise(world, customer).limit == from_yuan("6000")


def test_without_a_score_there_is_no_temporary_limit(world: World) -> None:
    customer = world.borrower()
    view = decided(world, asking.request_temporary, customer, from_yuan("500.00"))
    assert codes(view) == ["thin_file"]
    with pytest.raises(CreditError) as refusal:
        decided(world, asking.request_temporary, customer, from_yuan("-1.00"))
    assert refusal.value.code is ErrorCode.AMOUNT_NOT_POSITIVE


# ── a person's look ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_review_is_registered_with_a_number_and_the_newest_decision(world: World) -> None:
    customer = world.borrower()
    view = ask_raise(world, customer)
    ticket = world.app.ask_for_review(customer)
    assert (ticket.reason, len(ticket.reference), ticket.state) == (asking.LIMIT_REVIEW, 8, "waiting")
    assert world.app.ask_for_review(customer).reference == ticket.reference
    reviews = world.look(lambda books: books.session.query(DecisionReview).all())
    assert [(review.decision_id, review.ticket_id) for review in reviews] == [(view.id, ticket.id)]
    world.app.take_ticket(ticket.id, "Wang")
    world.app.close_ticket(ticket.id, "Wang", "looked at")
    assert world.app.ask_for_review(customer).reference != ticket.reference


def test_a_review_can_be_asked_for_before_anything_was_decided(world: World) -> None:
    customer = world.join()
    world.app.ask_for_review(customer)
    (review,) = world.look(lambda books: books.session.query(DecisionReview).all())
    assert (review.decision_id, review.asked_on, review.asked_at) == (None, world.today, midday(world.today))
