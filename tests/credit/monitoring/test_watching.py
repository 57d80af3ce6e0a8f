"""From a sign to an alert, to what follows, to the release: through whole closings, on both databases."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from credit.kernel.errors import CreditError, ErrorCode
from credit.lines import service as lines
from credit.monitoring.models import Alert, CustomerScore
from credit.people.models import Ticket
from credit.repayments.models import AutopayAttempt
from tests.credit.monitoring.conftest import Watch, cut, hold, sign
from tests.credit.monitoring.looking import actions, alerts, scores, status, told
from tests.credit.world import World, minor

STATEMENT, DUE = date(2026, 11, 1), date(2026, 11, 10)


def test_a_quiet_customer_is_scored_after_the_statement_and_left_alone(world: World, watching: Watch) -> None:
    watching(late=sign("days_late", from_day=2))
    quiet = world.borrower()
    world.buy(quiet, "100.00")
    world.go_to(STATEMENT - timedelta(days=1))
    assert scores(world, quiet) == []
    world.go_to(STATEMENT + timedelta(days=5))
    kept = scores(world, quiet)
    assert [(one.on, one.points, one.version) for one in kept] == [(STATEMENT, None, "test-1")]  # a thin file
    assert alerts(world, quiet) == []
    assert told(world, quiet) == []


def test_a_customer_with_three_statements_has_points(world: World, watching: Watch) -> None:
    watching()
    customer = world.borrower()
    for month in (11, 12, 13):
        world.buy(customer, "100.00")
        world.go_to(date(2026 + month // 13, (month - 1) % 12 + 1, 2))
        world.pay_bill(customer)
    assert [one.points for one in scores(world, customer)] == [None, None, 700]
    assert json.loads(scores(world, customer)[-1].bins) == ["< 1"]


def test_missing_a_due_day_raises_an_alert_within_one_closing_and_a_repayment_releases(
    world: World, watching: Watch
) -> None:
    watching(late=sign("days_late", cut(500_000, "paylater"), {"do": "review"}, from_day=1, cure_days=5))
    late, good = world.borrower(), world.borrower()
    for customer in (late, good):
        world.buy(customer, "3000.00")
    world.go_to(STATEMENT)
    world.pay_bill(good)
    world.go_to(DUE + timedelta(days=1))
    assert alerts(world, late) == []
    world.go(1)
    [alert] = alerts(world, late)
    assert (alert.rule, alert.sign, alert.severity, alert.opened_on) == ("late", "days_late", "warning", world.today)
    assert json.loads(alert.facts) == {"days": 1, "since": "2026-11-10"}
    assert alert.policy_version == "policy-1"
    assert alerts(world, good) == []
    assert world.limit(late).limit.minor == minor("5000.00")
    assert world.limit(good).limit.minor == minor("10000.00")
    assert told(world, late) == ["limit_cut"]
    [the_cut, review] = actions(world, late)
    assert (the_cut.before_minor, the_cut.after_minor) == (minor("10000.00"), minor("5000.00"))
    ticket = world.look(lambda books: books.session.get_one(Ticket, review.ticket_id))
    assert (ticket.customer_id, ticket.reason, ticket.state) == (late, "watch", "waiting")

    world.go(20)
    assert len(alerts(world, late)) == 1  # an episode is one alert
    world.pay_bill(late)
    paid_on = world.today
    world.go_to(paid_on + timedelta(days=4))
    assert alerts(world, late)[0].gone_on == paid_on
    assert alerts(world, late)[0].released_on is None
    world.go(1)
    assert alerts(world, late)[0].released_on == world.today
    assert world.limit(late).limit.minor == minor("10000.00")
    assert told(world, late) == ["limit_cut", "limit_restored"]


def test_a_cut_that_is_not_to_be_restored_stays(world: World, watching: Watch) -> None:
    watching(late=sign("days_late", cut(500_000, "paylater", restore=False), from_day=1, cure_days=0))
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go_to(DUE + timedelta(days=2))
    world.pay_bill(customer)
    world.go(2)
    assert alerts(world, customer)[0].released_on is not None
    assert world.limit(customer).limit.minor == minor("5000.00")


def test_a_limit_that_somebody_changed_since_is_not_restored(world: World, watching: Watch) -> None:
    watching(late=sign("days_late", cut(500_000, "paylater"), from_day=1, cure_days=0))
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go_to(DUE + timedelta(days=2))
    world.change_limit(customer, "4000.00")
    world.pay_bill(customer)
    world.go(2)
    assert alerts(world, customer)[0].released_on is not None
    assert world.limit(customer).limit.minor == minor("4000.00")


def test_several_loans_in_a_week_hold_new_loans_and_nothing_else(world: World, watching: Watch) -> None:
    watching(greedy=sign("new_loans", hold("cashloan"), loans=2, days=7, cure_days=3))
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.go(3)
    assert alerts(world, customer) == []
    world.borrow(customer, "1000.00", 3)
    world.go(1)
    assert [alert.rule for alert in alerts(world, customer)] == ["greedy"]
    assert status(world, customer, "cashloan") == ("frozen", "watch_new_loans")
    with pytest.raises(CreditError) as refusal:
        world.borrow(customer, "500.00", 3)
    assert (refusal.value.code, refusal.value.facts["reason"]) == (ErrorCode.LINE_FROZEN, "watch_new_loans")
    world.buy(customer, "100.00")
    assert told(world, customer) == ["credit_held"]
    # The first loan leaves the week on its seventh evening; three days of quiet follow.
    world.go_to(date(2026, 10, 28) + timedelta(days=10))
    assert status(world, customer, "cashloan") == ("open", None)
    assert told(world, customer) == ["credit_held", "credit_released"]
    world.borrow(customer, "500.00", 3)


def test_a_held_line_refuses_purchases_the_bridge_and_splits(world: World, watching: Watch) -> None:
    watching(greedy=sign("new_loans", hold("cashloan", "paylater"), loans=1, days=7))
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(STATEMENT)
    world.borrow(customer, "1000.00", 3)
    world.go(1)
    before = world.everything()
    for attempt in (
        lambda: world.buy(customer, "1.00"),
        lambda: world.bridge(customer, "500.00"),
        lambda: world.split_bill(customer, "500.00", 3),
        lambda: world.borrow(customer, "500.00", 3),
    ):
        with pytest.raises(CreditError) as refusal:
            attempt()
        assert refusal.value.code is ErrorCode.LINE_FROZEN
    assert world.everything() == before
    world.pay_bill(customer)


def test_a_first_payment_that_never_came_freezes_both_lines(world: World, watching: Watch) -> None:
    watching(first=sign("first_payment", {"do": "freeze"}, from_day=1))
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    first = world.rows(loan)[0].due_on
    world.go_to(first + timedelta(days=1))
    world.do(lambda books: [lines.unfreeze(books, line, "test") for line in _lines(books, customer)])
    world.go(1)
    assert [alert.rule for alert in alerts(world, customer)] == ["first"]
    assert {status(world, customer, product)[0] for product in ("paylater", "cashloan")} == {"frozen"}


def _lines(books: object, customer: object) -> list[lines.Line]:
    return [lines.require_line(books, customer, product) for product in ("paylater", "cashloan")]  # type: ignore[arg-type]


def test_a_second_payment_missed_is_no_first_one(world: World, watching: Watch) -> None:
    watching(first=sign("first_payment", from_day=1))
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    world.go_to(world.rows(loan)[0].due_on)
    world.pay_loan(customer, loan, "400.00")
    world.go_to(world.rows(loan)[1].due_on + timedelta(days=3))
    assert alerts(world, customer) == []


def test_autopay_that_fails_on_several_days_is_a_sign(world: World, watching: Watch) -> None:
    watching(returned=sign("returned_payments", hold("paylater"), payments=2, days=10))
    customer = world.borrower(autopay=True)

    def fail(on: date, nth: int, outcome: str, paid: int) -> AutopayAttempt:
        return AutopayAttempt(
            customer_id=customer,
            on=on,
            nth=nth,
            at="08:00",
            wanted_minor=100,
            paid_minor=paid,
            outcome=outcome,
            tried="[]",
        )

    today = world.today
    world.do(lambda books: books.session.add_all([fail(today, 1, "failed", 0), fail(today, 2, "paid", 100)]))
    world.go(1)
    world.do(lambda books: books.session.add(fail(world.today, 1, "failed", 0)))
    world.go(1)
    assert alerts(world, customer) == []  # of the first day a later attempt succeeded
    world.do(lambda books: books.session.add(fail(world.today, 1, "failed", 0)))
    world.go(1)
    assert [json.loads(alert.facts)["returned"] for alert in alerts(world, customer)] == [2]
    assert status(world, customer) == ("frozen", "watch_returned_payments")


def test_a_hold_that_could_not_be_placed_is_not_placed_once_the_sign_is_gone(world: World, watching: Watch) -> None:
    """It waits while the line is frozen for being overdue."""
    watching(late=sign("days_late", hold("paylater"), from_day=1, cure_days=90))
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(DUE + timedelta(days=3))
    assert status(world, customer) == ("frozen", "overdue")
    [wanted] = actions(world, customer)
    assert wanted.done_on is None
    world.pay_bill(customer)
    paid_on = world.today
    world.go_to(date(2026, 12, 1))
    world.pay_bill(customer)
    world.go_to(paid_on + timedelta(days=30))
    assert status(world, customer) == ("open", None)
    assert alerts(world, customer)[0].released_on is None


def test_a_release_leaves_the_days_after_an_overdue_debt_to_run(world: World, watching: Watch) -> None:
    watching(greedy=sign("new_loans", hold("paylater", "cashloan"), loans=1, days=20, cure_days=0))
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(STATEMENT + timedelta(days=5))
    loan = world.borrow(customer, "1000.00", 6)
    world.go_to(DUE + timedelta(days=4))
    world.pay_bill(customer)
    paid_on = world.today
    assert status(world, customer) == ("frozen", "watch_new_loans")
    world.go_to(STATEMENT + timedelta(days=5 + 21))
    assert alerts(world, customer)[0].released_on is not None
    assert status(world, customer) == ("frozen", "overdue")
    world.go_to(date(2026, 12, 1))
    world.pay_bill(customer)
    world.pay_loan(customer, loan)
    world.go_to(paid_on + timedelta(days=30))
    assert status(world, customer) == ("open", None)


def test_two_holds_on_a_line_end_with_the_later_one(world: World, watching: Watch) -> None:
    watching(
        quick=sign("new_loans", hold("cashloan"), loans=1, days=3, cure_days=0),
        slow=sign("new_loans", hold("cashloan"), loans=1, days=9, cure_days=0),
    )
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.go(5)
    assert [alert.released_on is not None for alert in alerts(world, customer)] == [True, False]
    assert status(world, customer, "cashloan")[0] == "frozen"
    world.go(6)
    assert status(world, customer, "cashloan") == ("open", None)
    assert told(world, customer) == ["credit_held", "credit_released"]


def test_a_cut_waits_for_limit_that_is_held_by_a_payment(world: World, watching: Watch) -> None:
    watching(greedy=sign("new_loans", cut(0, "paylater"), loans=1, days=30))
    customer = world.borrower()
    line = world.line(customer)
    placed = world.do(
        lambda books: lines.place_hold(
            books, lines.require_line(books, customer, "paylater"), _yuan("200.00"),
            until=world.today + timedelta(days=2), request_id="hold-for-a-payment",
        )
    )  # fmt: skip
    assert placed
    world.borrow(customer, "1000.00", 3)
    world.go(2)
    assert world.line(customer).limit_minor == line.limit_minor
    world.go(2)
    assert world.line(customer).limit_minor == 0


def _yuan(amount: str) -> object:
    from credit.kernel.money import from_yuan

    return from_yuan(amount)


def test_a_rule_that_the_policy_no_longer_has_lets_go(world: World, watching: Watch) -> None:
    watching(greedy=sign("new_loans", hold("cashloan"), loans=1, days=300, cure_days=2))
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.go(1)
    assert status(world, customer, "cashloan")[0] == "frozen"
    watching()
    world.go(3)
    assert status(world, customer, "cashloan") == ("open", None)


def test_points_of_another_scorecard_are_no_fall(world: World, watching: Watch) -> None:
    fell = sign("score", cut(800_000, "paylater"), fall=80, days=100, below=951)
    watching(fell=fell)
    customer = world.borrower()
    for month in (11, 12, 13):
        world.buy(customer, "100.00")
        world.go_to(date(2026 + month // 13, (month - 1) % 12 + 1, 2))
        world.pay_bill(customer)
    for points, version in ((900, "older-card"), (781, "test-1")):
        on = world.today - timedelta(days=points // 100)
        world.do(
            lambda books, on=on, points=points, version=version: books.session.add(
                CustomerScore(customer_id=customer, on=on, version=version, points=points, default_ppm=1, bins="[]")
            )
        )
    world.go_to(date(2027, 2, 1))
    assert [json.loads(alert.facts) for alert in alerts(world, customer)] == [{"from": 781, "to": 700}]
    assert world.limit(customer).limit.minor == minor("8000.00")


def test_the_database_keeps_one_alert_an_episode(world: World, watching: Watch) -> None:
    watching(greedy=sign("new_loans", loans=1, days=300))
    customer = world.borrower()
    for _ in range(3):
        world.borrow(customer, "500.00", 3)
        world.go(1)
    assert world.look(lambda books: books.session.scalar(select(func.count()).select_from(Alert))) == 1
