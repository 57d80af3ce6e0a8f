"""What an unpaid bill costs, day by day: interest on the rest, penalty on a missed minimum, nothing when paid."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.credit.products import products
from tests.credit.world import World, minor

DUE = date(2026, 11, 10)
INCOMES = ("house/income/interest", "house/income/fee", "house/income/penalty")


def bill_of_a_thousand(world: World, **who: bool) -> UUID:
    customer = world.borrower(**who)
    world.buy(customer, "1000.00")
    world.go_to(DUE)
    return customer


def earned(world: World) -> list[int]:
    return [-world.balance(code) for code in INCOMES]


def test_paying_in_full_on_the_due_day_costs_nothing(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.pay_bill(customer)
    world.go_to(date(2026, 12, 2))
    assert world.statements(customer)[-1].total_minor == 0
    assert earned(world) == [0, 0, 0]


@pytest.mark.parametrize(("rate", "daily"), [(300, 27), (500, 45)])
def test_the_rest_bears_interest_from_the_day_after_the_due_day(world: World, rate: int, daily: int) -> None:
    """The fact sheet's example: 1,000 due, 100 paid on the due day, 900 accrues from the day after."""
    world.app.catalogue = products(paylater__revolving_daily_ppm=rate)
    customer = bill_of_a_thousand(world)
    world.pay_bill(customer, "100.00")
    world.go_to(DUE + timedelta(days=1))
    assert world.paylater_owed(customer)["accrued"] == 0
    for day in range(1, 4):
        world.go(1)
        assert world.paylater_owed(customer)["accrued"] == day * daily
    assert world.paylater_owed(customer)["penalty"] == 0


def test_the_days_interest_is_rounded_once_over_all_days(world: World) -> None:
    """33.33 × 0.0003 is 0.009999 a day: a fen a day now and then, 20 fen after 20 days, never 20 × a rounding."""
    customer = world.borrower()
    world.buy(customer, "43.33")
    world.go_to(DUE)
    world.pay_bill(customer, "10.00")
    world.go_to(date(2026, 12, 1))
    assert world.paylater_owed(customer)["interest"] == 20


def test_new_spending_bears_no_interest_before_its_own_due_day(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.pay_bill(customer, "100.00")
    world.buy(customer, "5000.00")
    world.go_to(date(2026, 12, 9))
    owed = world.paylater_owed(customer)
    assert owed["interest"] + owed["accrued"] == 28 * 27  # closings of 11 November to 8 December


def test_paying_more_after_the_due_day_lowers_the_interest_from_that_day(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.pay_bill(customer, "100.00")
    world.go_to(date(2026, 11, 15))
    world.pay_bill(customer, "600.00")
    world.go_to(date(2026, 11, 20))
    assert world.paylater_owed(customer)["accrued"] == 4 * 27 + 5 * 9


def test_a_missed_minimum_paid_on_the_grace_day_costs_no_penalty(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.go_to(DUE + timedelta(days=1))
    card = world.app.bill(customer)
    assert (card.days_overdue, card.penalty.minor, card.minimum_outstanding.minor) == (0, 0, minor("100"))
    world.pay_bill(customer, "100.00")
    world.go(10)
    owed = world.paylater_owed(customer)
    assert (owed["penalty"], owed["accrued"]) == (0, 10 * 27)
    assert world.limit(customer).status == "open"


def test_a_missed_minimum_bears_penalty_instead_of_interest(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.go_to(DUE + timedelta(days=11))
    owed = world.paylater_owed(customer)
    assert owed["penalty"] == 45  # 100 × 0.00045 × 10 days
    assert owed["accrued"] == 270  # 900 × 0.0003 × 10 days
    card = world.app.bill(customer)
    assert (card.days_overdue, card.outstanding.minor) == (11, minor("1000.45"))


def test_after_the_minimum_was_made_up_the_rest_bears_interest_only(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.go_to(DUE + timedelta(days=5))
    penalty = world.paylater_owed(customer)["penalty"]
    world.pay_bill(customer, "100.00")
    world.go(10)
    owed = world.paylater_owed(customer)
    assert owed["penalty"] == 0
    assert penalty > 0
    assert world.app.bill(customer).days_overdue == 0
    assert owed["billed"] == minor("900") + penalty  # the penalty took its share of the payment first


def test_penalty_is_on_overdue_principal_only_not_on_fees(world: World) -> None:
    """The missed minimum is 538.33: 200 of new spending, 333.33 of installment, and 5.00 of fee that bears nothing."""
    customer = bill_of_a_thousand(world)
    world.split_bill(customer, None, 3)
    world.buy(customer, "2000.00")
    world.go_to(date(2026, 12, 1))
    assert world.statements(customer)[-1].minimum_minor == minor("538.33")
    world.go_to(date(2026, 12, 31))
    owed = world.paylater_owed(customer)
    assert owed["penalty"] == 480  # 533.33 × 0.00045 × 20 days
    assert owed["accrued"] == 1080  # 1,800.00 × 0.0003 × 20 days


def test_nothing_is_charged_on_interest_and_penalty(world: World) -> None:
    """An old bill of 1,000 left alone: past the second due day all of it is overdue, and only the principal bears."""
    customer = bill_of_a_thousand(world)
    world.go_to(date(2026, 12, 11))
    before = world.paylater_owed(customer)
    world.go(10)
    after = world.paylater_owed(customer)
    assert after["penalty"] - before["penalty"] in {449, 450, 451}  # 1,000 × 0.00045 × 10 days
    assert after["accrued"] == before["accrued"]


def test_from_the_91st_day_principal_is_repaid_first(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.go_to(DUE + timedelta(days=90))
    for days, first in ((90, "penalty"), (91, "billed")):
        assert world.app.bill(customer).days_overdue == days
        before = world.paylater_owed(customer)
        world.pay_bill(customer, "0.50")
        after = world.paylater_owed(customer)
        assert {part for part in before if before[part] != after[part]} == {first}
        world.go(1)


def test_a_payment_settles_penalty_then_interest_then_fee_then_principal(world: World) -> None:
    customer = bill_of_a_thousand(world)
    world.split_bill(customer, "500.00", 3)
    world.go_to(date(2026, 12, 15))
    owed = world.paylater_owed(customer)
    assert all(owed[part] for part in ("penalty", "interest", "fee", "billed"))
    for part in ("penalty", "interest", "fee"):
        amount = world.paylater_owed(customer)[part]
        world.pay_bill(customer, f"{amount // 100}.{amount % 100:02d}")
        assert world.paylater_owed(customer)[part] == 0
    assert world.paylater_owed(customer)["billed"] == owed["billed"]


def test_autopay_pays_the_whole_bill_on_the_due_day(world: World) -> None:
    customer = bill_of_a_thousand(world, autopay=True)
    assert world.app.bill(customer).outstanding.minor == minor("1000")
    world.go(1)
    assert world.app.bill(customer).outstanding.minor == 0
    assert world.available(customer) == minor("10000")
    world.go_to(date(2026, 12, 2))
    assert earned(world) == [0, 0, 0]
    assert len(world.journals("bill_repaid")) == 1


def test_autopay_pays_only_what_was_left(world: World) -> None:
    customer = bill_of_a_thousand(world, autopay=True)
    world.pay_bill(customer, "999.99")
    world.go(1)
    assert [entry.amount.minor for entry in world.app.bill(customer).entries if entry.kind == "payment"] == [
        minor("-999.99"),
        -1,
    ]
