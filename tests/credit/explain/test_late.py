"""What being late costs: by table, and each day told ahead against what the closing then posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from credit.explain.findings import Code, Finding, codes
from credit.explain.late import (
    BILL,
    LOAN,
    MONTH,
    Bearing,
    ComingDebt,
    LateDebt,
    LateFacts,
    Revolving,
    cost_of_days,
    late_findings,
)
from credit.kernel.money import ZERO, Money, total
from tests.credit.world import World, minor

DAY = date(2026, 11, 20)
MISSED = LateDebt(
    BILL, UUID(int=1), None, ((date(2026, 11, 10), Money(50_000)),), Money(50_300), Money(200), Money(100),
    Bearing(450, 0, 0),
)  # fmt: skip
LOAN_MISSED = replace(MISSED, kind=LOAN, missed=((date(2026, 11, 8), Money(90_000)),), opened_on=date(2026, 8, 8))
COMING = ComingDebt(BILL, DAY, Money(300), Money(280), 450)
NOTHING = LateFacts(DAY, 1, rates=(("paylater", 450), ("cashloan", 420)))
REVOLVING = Revolving(Money(100_000), Bearing(300, 0, 0))

CASES = {
    "not late, nothing owed": (NOTHING, [Code.LATE_NOT, Code.LATE_RATE, Code.LATE_RATE]),
    "not late, due soon": (
        replace(NOTHING, coming=(replace(COMING, kind=LOAN, due_on=DAY + timedelta(days=3)), COMING)),
        [Code.LATE_NOT, Code.LATE_WOULD_COST_BILL, Code.LATE_WOULD_COST_LOAN],
    ),
    "not late, but the rest of the bill bears interest": (
        replace(NOTHING, revolving=REVOLVING),
        [Code.LATE_NOT, Code.LATE_REVOLVES, Code.LATE_RATE, Code.LATE_RATE],
    ),
    "within the grace days": (
        replace(NOTHING, late=(replace(MISSED, missed=((date(2026, 11, 19), Money(5)),)),), coming=(COMING,)),
        [Code.LATE_IN_GRACE, Code.LATE_WOULD_COST_BILL],
    ),
    "late with both, the longest first": (
        replace(NOTHING, late=(MISSED, LOAN_MISSED), revolving=REVOLVING, coming=(COMING,)),
        [Code.LATE_LOAN, Code.LATE_BILL, Code.LATE_SO_FAR, Code.LATE_FROM_TOMORROW, Code.LATE_REVOLVES],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_cost_is_found_in_its_place(case: str) -> None:
    facts, expected = CASES[case]
    assert codes(late_findings(facts)) == expected


def test_every_code_about_being_late_is_reached() -> None:
    reached = {code for _, expected in CASES.values() for code in expected}
    assert reached == {code for code in Code if code.startswith("late_")}


def test_one_product_alone_is_looked_at() -> None:
    facts = replace(NOTHING, late=(MISSED,), coming=(replace(COMING, kind=LOAN),))
    assert codes(late_findings(facts, LOAN)) == [Code.LATE_NOT, Code.LATE_WOULD_COST_LOAN]
    assert codes(late_findings(NOTHING, LOAN)) == [Code.LATE_NOT, Code.LATE_RATE]


@pytest.mark.parametrize(("kind", "grace", "nights"), [(BILL, 0, 0), (BILL, 1, 0), (LOAN, 0, 1), (LOAN, 1, 0)])
def test_the_night_after_the_due_day_costs_only_a_loan_without_grace_days(kind: str, grace: int, nights: int) -> None:
    due_today = replace(MISSED, kind=kind, missed=((DAY, Money(1_000_000)),))
    assert cost_of_days(due_today, DAY, 1, grace_days=grace) == Money(450 * nights)
    assert cost_of_days(due_today, DAY, 2, grace_days=grace) == Money(450 * (nights + 1))


def test_every_cost_has_its_yearly_rate_beside_it() -> None:
    priced = {
        Code.LATE_BILL, Code.LATE_LOAN, Code.LATE_FROM_TOMORROW, Code.LATE_REVOLVES, Code.LATE_WOULD_COST_BILL,
        Code.LATE_WOULD_COST_LOAN, Code.LATE_RATE,
    }  # fmt: skip
    for facts, _ in CASES.values():
        for finding in late_findings(facts):
            rates = {"daily_ppm", "yearly_ppm"} & set(finding.evidence)
            assert len(rates) == (2 if finding.code in priced else 0)


# ── against the closing ─────────────────────────────────────────────────────────────────────────────────────


def late(world: World, customer: UUID) -> dict[Code, Finding]:
    return {each.code: each for each in late_findings(world.app.late_facts(customer))}


def debt(world: World, customer: UUID) -> LateDebt:
    (missed,) = world.app.late_facts(customer).late
    return missed


@pytest.fixture
def late_bill(world: World) -> UUID:
    customer = world.borrower()
    world.buy(customer, "4321.09")
    world.go_to(date(2026, 11, 15))
    return customer


@pytest.fixture
def late_loan(world: World) -> UUID:
    customer = world.borrower()
    world.borrow(customer, "4321.00", 3)
    world.go_to(date(2027, 2, 3))  # all three rows were due by 28 January
    return customer


def penalty(world: World, customer: UUID) -> int:
    loans = sum(world.loan_owed(loan.id)["penalty"] for loan in world.loans(customer))
    return world.paylater_owed(customer)["penalty"] + loans


@pytest.mark.parametrize("days", [1, 2, 7, 15])
def test_the_penalty_of_a_bill_told_ahead_is_what_the_closing_posts(world: World, late_bill: UUID, days: int) -> None:
    told, before = debt(world, late_bill), penalty(world, late_bill)
    ahead = cost_of_days(told, world.today, days, grace_days=1)
    world.go(days)
    assert ahead.minor == penalty(world, late_bill) - before > 0


@pytest.mark.parametrize("days", [1, MONTH])
def test_the_penalty_of_a_loan_told_ahead_is_what_the_closing_posts(world: World, late_loan: UUID, days: int) -> None:
    told, before = debt(world, late_loan), penalty(world, late_loan)
    ahead = cost_of_days(told, world.today, days, grace_days=1)
    found = late(world, late_loan)[Code.LATE_FROM_TOMORROW]
    assert ahead == found.money("amount" if days == 1 else "month")
    world.go(days)
    assert ahead.minor == penalty(world, late_loan) - before > 0


def test_what_it_has_cost_is_what_is_owed_and_what_was_paid_of_it(world: World, late_loan: UUID) -> None:
    (loan,) = world.loans(late_loan)
    before = penalty(world, late_loan)
    told = late(world, late_loan)
    assert told[Code.LATE_SO_FAR].money("amount").minor == before
    due = told[Code.LATE_LOAN].money("amount")
    assert due.minor == world.schedule(late_loan, loan.id).next_due.minor
    world.pay_loan(late_loan, loan.id, "100.00")
    after = late(world, late_loan)
    assert after[Code.LATE_SO_FAR].money("amount").minor == before
    assert after[Code.LATE_SO_FAR].money("owed").minor == penalty(world, late_loan)
    assert after[Code.LATE_LOAN].money("amount") == due - Money(minor("100.00"))


def test_paying_what_is_told_ends_it(world: World, late_bill: UUID) -> None:
    told = late(world, late_bill)
    amount = told[Code.LATE_BILL].money("amount")
    assert total([each.money("amount") for code, each in told.items() if code is Code.LATE_BILL]) == amount
    world.pay_bill(late_bill, amount.yuan().replace(",", ""))
    assert next(iter(late(world, late_bill))) is Code.LATE_NOT


def test_the_rest_after_the_minimum_bears_the_interest_that_is_told(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "4321.09")
    world.go_to(date(2026, 11, 5))
    world.pay_bill(customer, "1000.00")
    assert Code.LATE_REVOLVES not in late(world, customer)
    world.go_to(date(2026, 11, 12))
    told, before = late(world, customer)[Code.LATE_REVOLVES], world.paylater_owed(customer)["accrued"]
    assert told.money("principal").minor == minor("3321.09")
    world.go(1)
    assert told.money("amount").minor == world.paylater_owed(customer)["accrued"] - before > 0


def test_the_day_after_the_due_day_is_within_grace_and_the_next_is_not(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 11))
    told = late(world, customer)
    assert next(iter(told)) is Code.LATE_IN_GRACE
    assert told[Code.LATE_IN_GRACE].evidence["until"] == world.today
    world.go(1)
    assert list(late(world, customer))[:1] == [Code.LATE_BILL]


def test_what_missing_the_next_due_day_would_cost_is_what_it_then_costs(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "4321.09")
    world.go_to(date(2026, 11, 5))
    told = late(world, customer)[Code.LATE_WOULD_COST_BILL]
    assert told.money("due").minor == world.app.bill(customer).minimum_outstanding.minor
    world.go_to(date(2026, 11, 12))
    assert told.money("amount").minor == penalty(world, customer)


def test_nobody_without_products_is_late(world: World) -> None:
    facts = world.app.late_facts(world.join())
    assert codes(late_findings(facts)) == [Code.LATE_NOT]
    assert facts.rates == ()
    assert total([each.due for each in facts.late]) == ZERO
