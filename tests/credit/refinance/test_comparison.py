"""The ways to settle a bill side by side, each figure worked out again here by other means."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
import pyxirr

from credit.cards import Way
from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.products import products
from tests.credit.world import World, minor

TODAY, DUE, NEXT_DUE = date(2026, 11, 5), date(2026, 11, 10), date(2026, 12, 10)
BILL = minor("3000.00")


def billed(world: World) -> UUID:
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go_to(TODAY)
    return customer


def ways(world: World, customer: UUID, *, term: int | None = None) -> dict[str, Way]:
    card = world.app.compare_ways(customer, term=term)
    assert (card.outstanding.minor, card.due_on) == (BILL, DUE)
    assert [way.way for way in card.ways] == ["pay_now", "pay_minimum", "installment", "borrow"]
    return {way.way: way for way in card.ways}


def compound_ppm(received: date, amount: int, payments: list[tuple[date, int]]) -> int:
    """The effective yearly rate by another library, parts per million."""
    dates, flows = [received, *(day for day, _ in payments)], [float(amount), *(-float(paid) for _, paid in payments)]
    rate = pyxirr.xirr(dates, flows)
    assert rate is not None
    return round(rate * 1_000_000)


def near(found: int | None, expected: float) -> bool:
    return found is not None and abs(found - expected) <= 2


def test_paying_now_costs_nothing(world: World) -> None:
    way = ways(world, billed(world))["pay_now"]
    assert (way.pay_today.minor, way.total_paid.minor, way.cost.minor, way.later_payments) == (BILL, BILL, 0, 0)


def test_paying_the_minimum_costs_interest_on_the_rest_until_the_next_due_day(world: World) -> None:
    way = ways(world, billed(world))["pay_minimum"]
    interest = 270_000 * 3 * 29 // 10_000  # 2,700 × 0.0003 × 29 days, from 11 November to 9 December
    assert (way.pay_today.minor, way.later_payments) == (minor("300"), 1)
    assert (way.largest_later_payment.minor, way.cost.minor) == (270_000 + interest, interest)
    assert way.total_paid.minor == BILL + interest
    assert near(way.simple_yearly_ppm, 12 * interest / 270_000 * 1_000_000)
    assert near(way.compound_yearly_ppm, compound_ppm(DUE, 270_000, [(NEXT_DUE, 270_000 + interest)]))


def test_what_paying_the_minimum_costs_is_what_it_costs_when_it_is_done(world: World) -> None:
    customer = billed(world)
    promised = ways(world, customer)["pay_minimum"].cost.minor
    world.go_to(DUE)
    world.pay_bill(customer, "300.00")
    world.go_to(NEXT_DUE)
    world.pay_bill(customer)
    world.go_to(date(2027, 1, 1))
    world.pay_bill(customer)  # the interest of December's first days comes on the statement after
    assert world.app.bill(customer).outstanding.minor == 0
    assert -world.balance("house/income/interest") == promised
    assert world.balance("house/cash") == promised + BILL


def test_splitting_costs_its_fee(world: World) -> None:
    way = ways(world, billed(world), term=6)["installment"]
    assert (way.possible, way.term, way.pay_today.minor, way.later_payments) == (True, 6, 0, 6)
    assert (way.cost.minor, way.total_paid.minor) == (minor("90"), minor("3090"))
    assert way.largest_later_payment.minor == minor("515")
    months = [date(2026, 12, 10), *(date(2027, month, 10) for month in range(1, 6))]
    compound = compound_ppm(TODAY, BILL, [(day, minor("515")) for day in months])
    assert near(way.compound_yearly_ppm, compound)
    assert near(way.simple_yearly_ppm, 12 * ((1 + compound / 1_000_000) ** (1 / 12) - 1) * 1_000_000)


def level_rows(amount: int, rate: Decimal, days: list[int]) -> list[int]:
    """Equal payments over these periods, the last one odd; interest of actual days, rounded as it adds up."""
    value, discount = Decimal(0), Decimal(1)
    for length in days:
        discount /= 1 + rate * length
        value += discount
    level = int((amount / value).quantize(Decimal(1), ROUND_HALF_UP))
    owed, exact, posted, payments = amount, Decimal(0), 0, []
    for nth, length in enumerate(days):
        exact += owed * rate * length
        interest = int(exact.quantize(Decimal(1), ROUND_HALF_UP)) - posted
        posted += interest
        principal = owed if nth == len(days) - 1 else level - interest
        owed -= principal
        payments.append(principal + interest)
    return payments


def test_borrowing_costs_the_loans_interest(world: World) -> None:
    way = ways(world, billed(world), term=6)["borrow"]
    dues = [date(2026, 12, 5), *(date(2027, month, 5) for month in range(1, 6))]
    days = [(later - earlier).days for earlier, later in zip([TODAY, *dues], dues, strict=False)]
    payments = level_rows(BILL, Decimal("0.0003"), days)
    cost = sum(payments) - BILL
    assert (way.possible, way.term, way.method, way.pay_today.minor) == (True, 6, "level_payment", 0)
    assert (way.later_payments, way.cost.minor, way.total_paid.minor) == (6, cost, BILL + cost)
    assert way.largest_later_payment.minor == max(payments)
    assert near(way.compound_yearly_ppm, compound_ppm(TODAY, BILL, list(zip(dues, payments, strict=True))))
    monthly = pyxirr.irr([float(BILL), *(-float(paid) for paid in payments)])
    assert monthly is not None
    assert near(way.simple_yearly_ppm, 12 * monthly * 1_000_000)


def test_borrowing_costs_what_the_offer_that_follows_says(world: World) -> None:
    customer = billed(world)
    way = ways(world, customer, term=12)["borrow"]
    offer = world.propose(customer, "repay_with_loan", term=12)
    assert (way.cost, way.total_paid) == (offer.total_interest, offer.total_repayment)
    assert (way.simple_yearly_ppm, way.compound_yearly_ppm) == (offer.simple_yearly_ppm, offer.compound_yearly_ppm)


@pytest.mark.parametrize(("asked", "split", "loan"), [(None, 6, 6), (3, 3, 3), (12, 12, 12), (9, 9, 6), (1, 3, 3)])
def test_a_term_that_is_not_sold_shows_the_nearest_that_is(
    world: World, asked: int | None, split: int, loan: int
) -> None:
    found = ways(world, billed(world), term=asked)
    assert (found["installment"].term, found["borrow"].term) == (split, loan)


def test_a_way_that_is_not_open_says_why(world: World) -> None:
    customer = billed(world)
    world.app.catalogue = products(bridge__allowed=False)
    found = ways(world, customer)
    assert (found["borrow"].possible, found["borrow"].refusal) == (False, ErrorCode.BRIDGE_OFF)
    assert found["installment"].possible


def test_after_the_minimum_was_paid_the_rest_is_compared(world: World) -> None:
    customer = billed(world)
    world.pay_bill(customer, "300.00")
    card = world.app.compare_ways(customer)
    found = {way.way: way for way in card.ways}
    assert card.outstanding.minor == minor("2700")
    assert found["pay_minimum"].pay_today.minor == 0
    assert found["pay_now"].pay_today.minor == minor("2700")


def test_without_a_bill_there_is_nothing_to_compare(world: World) -> None:
    customer = world.borrower()
    world.go_to(date(2026, 11, 2))
    with pytest.raises(CreditError) as refusal:
        world.app.compare_ways(customer)
    assert refusal.value.code is ErrorCode.NO_OPEN_BILL
