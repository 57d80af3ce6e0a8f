"""The yearly cost shown beside every price, and the cap on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from credit.cost.apr import effective_yearly, internal_rate
from credit.cost.rules import CashFlow, YearlyCost, refuse_above_cap, yearly_cost
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money, from_yuan, percent
from credit.schedules.rules import Method, PlannedRow, due_dates, plan_installments, plan_loan
from tests.credit.products import products

OPENED_ON = date(2026, 11, 8)


def paid_by(rows: Sequence[PlannedRow]) -> list[CashFlow]:
    return [CashFlow(row.due_on, -row.total) for row in rows]


def shown(rate_ppm: int) -> str:
    """Percent with two decimals, as the sources print it."""
    return str((Decimal(rate_ppm) / 10_000).quantize(Decimal("0.01")))


# ── published figures ───────────────────────────────────────────────────────────────────────────────────────


def test_the_central_banks_example_costs_1280_simple_and_1358_compound() -> None:
    """100,000 lent, 1,000 charged up front, 12 × 8,833.3 repaid (announcement 2021 No. 3).

    The announcement compounds whole months. Our dated rate meets 13.58 from an opening day whose months are of
    middling length, and strays with the calendar by a tenth of a point at most."""
    monthly = internal_rate([Decimal(99_000)] + [Decimal("-8833.3")] * 12)
    assert round(100 * 12 * monthly, 2) == Decimal("12.80")
    assert round(100 * effective_yearly(monthly), 2) == Decimal("13.58")
    for opened_on, compound in [(date(2026, 8, 30), "13.58"), (OPENED_ON, "13.63")]:
        flows = [CashFlow(opened_on, from_yuan(100_000)), CashFlow(opened_on, from_yuan(-1_000))]
        flows += [CashFlow(day, from_yuan("-8833.3")) for day in due_dates(opened_on, 12, opened_on.day)]
        cost = yearly_cost(flows)
        assert (shown(cost.simple_ppm), shown(cost.compound_ppm)) == ("12.80", compound)


@pytest.mark.parametrize(
    ("term", "fee_rate_ppm", "simple", "effective"),
    [
        (3, 25_000, "14.94", "16.00"),
        (6, 45_000, "15.27", "16.38"),
        (9, 65_000, "15.34", "16.47"),
        (12, 88_000, "15.86", "17.07"),
        (3, 15_000, "8.98", None),
        (6, 30_000, "10.21", None),
        (9, 45_000, "10.67", None),
        (12, 60_000, "10.90", None),
    ],
)
def test_installment_fees_cost_what_the_fact_sheet_says(
    term: int, fee_rate_ppm: int, simple: str, effective: str | None
) -> None:
    principal = from_yuan(10_000)
    rows = plan_installments(
        principal=principal, fee_rate_ppm=fee_rate_ppm, due_on=due_dates(OPENED_ON, term, OPENED_ON.day)
    )
    cost = yearly_cost([CashFlow(OPENED_ON, principal), *paid_by(rows)])
    assert shown(cost.simple_ppm) == simple
    if effective:
        assert round(100 * effective_yearly(Decimal(cost.simple_ppm) / 12_000_000), 2) == Decimal(effective)


# ── both rates ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_year_at_ten_percent_costs_ten_percent_compound() -> None:
    cost = yearly_cost([CashFlow(date(2026, 1, 1), Money(10_000)), CashFlow(date(2027, 1, 1), Money(-11_000))])
    assert cost.compound_ppm == 100_000
    assert cost.simple_ppm == 95_690  # 12 × (1.1^(1/12) − 1)


def test_money_that_costs_nothing_costs_nothing() -> None:
    due_on = due_dates(OPENED_ON, 6, 20)
    rows = plan_installments(principal=from_yuan(100), fee_rate_ppm=0, due_on=due_on)
    assert yearly_cost([CashFlow(OPENED_ON, from_yuan(100)), *paid_by(rows)]) == YearlyCost(0, 0)


def test_the_order_of_flows_does_not_matter_and_empty_ones_are_ignored() -> None:
    flows = [
        CashFlow(date(2027, 1, 8), Money(-10_100)),
        CashFlow(date(2026, 12, 20), Money(0)),
        CashFlow(date(2026, 12, 8), Money(10_000)),
    ]
    assert yearly_cost(flows).simple_ppm == 120_000


def test_paying_back_less_than_was_received_is_a_negative_cost() -> None:
    cost = yearly_cost([CashFlow(date(2026, 12, 8), Money(10_000)), CashFlow(date(2027, 1, 8), Money(-9_900))])
    assert cost.simple_ppm == -120_000


def test_months_of_uneven_length_weigh_the_same_when_all_flows_are_on_one_day_of_the_month() -> None:
    """Opened on 31 January, due on the last days of February and March."""
    days = (date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31))
    flows = [CashFlow(days[0], Money(200_000)), CashFlow(days[1], Money(-2_000)), CashFlow(days[2], Money(-202_000))]
    assert yearly_cost(flows).simple_ppm == 120_000


def test_a_first_period_of_its_own_length_is_counted_by_days() -> None:
    opened_on = date(2026, 11, 20)
    rows = plan_loan(
        principal=from_yuan(10_000),
        daily_rate_ppm=300,
        opened_on=opened_on,
        due_on=due_dates(opened_on, 12, 8),
        method=Method.LEVEL_PAYMENT,
    )
    cost = yearly_cost([CashFlow(opened_on, from_yuan(10_000)), *paid_by(rows)])
    assert (shown(cost.simple_ppm), shown(cost.compound_ppm)) == ("10.95", "11.52")
    monthly = (1 + Decimal(cost.compound_ppm) / 1_000_000) ** (Decimal(1) / 12) - 1
    assert abs(12 * monthly * 1_000_000 - cost.simple_ppm) <= 1


@given(
    principal=st.integers(10_000, 30_000_000),
    rate=st.integers(0, 1_000),
    opened_on=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    term=st.integers(1, 12),
    repayment_day=st.integers(1, 31),
    method=st.sampled_from(Method),
)
def test_the_compound_rate_agrees_with_another_implementation(
    principal: int, rate: int, opened_on: date, term: int, repayment_day: int, method: Method
) -> None:
    rows = plan_loan(
        principal=Money(principal),
        daily_rate_ppm=rate,
        opened_on=opened_on,
        due_on=due_dates(opened_on, term, repayment_day),
        method=method,
    )
    flows = [CashFlow(opened_on, Money(principal)), *paid_by(rows)]
    theirs = pyxirr.xirr([flow.on for flow in flows], [float(flow.amount.minor) for flow in flows])
    assert theirs is not None
    assert abs(yearly_cost(flows).compound_ppm - theirs * 1_000_000) <= 1


@pytest.mark.parametrize(
    "flows",
    [
        [],
        [CashFlow(OPENED_ON, Money(100))],
        [CashFlow(OPENED_ON, Money(100)), CashFlow(OPENED_ON, Money(-100))],
        [CashFlow(OPENED_ON, Money(100)), CashFlow(date(2026, 12, 8), Money(100))],
        [CashFlow(OPENED_ON, Money(-100)), CashFlow(date(2026, 12, 8), Money(-100))],
    ],
    ids=["none", "one", "one day", "only received", "only paid"],
)
def test_flows_without_a_rate_are_refused(flows: list[CashFlow]) -> None:
    with pytest.raises(ValueError):
        yearly_cost(flows)


# ── the cap ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cost", [YearlyCost(240_000, 240_000), YearlyCost(0, 0)])
def test_a_cost_at_or_below_the_cap_passes(cost: YearlyCost) -> None:
    refuse_above_cap(cost, 240_000)


@pytest.mark.parametrize("cost", [YearlyCost(218_900, 242_300), YearlyCost(242_300, 218_900)])
def test_the_higher_of_the_two_rates_is_held_to_the_cap(cost: YearlyCost) -> None:
    with pytest.raises(CreditError) as refusal:
        refuse_above_cap(cost, 240_000)
    assert refusal.value.code is ErrorCode.COST_ABOVE_CAP
    assert refusal.value.facts == {"cost": "24.23", "cap": "24.00"}


def lent_for_a_year(yuan: int, repaid: str) -> YearlyCost:
    """One payment 365 days later: the compound rate is the share paid on top."""
    return yearly_cost(
        [CashFlow(date(2026, 1, 1), from_yuan(yuan)), CashFlow(date(2027, 1, 1), from_yuan(f"-{repaid}"))]
    )


@pytest.mark.parametrize(
    ("strict", "at_the_border", "beyond", "shown_cost"),
    [(False, "124000.00", "124000.10", "24.0001"), (True, "112000.00", "112000.10", "12.0001")],
    ids=["24 percent", "strict 12 percent"],
)
def test_an_offer_may_cost_the_cap_and_not_a_ppm_more(
    strict: bool, at_the_border: str, beyond: str, shown_cost: str
) -> None:
    cap = products(cost__strict=strict).cost.cap
    refuse_above_cap(lent_for_a_year(100_000, at_the_border), cap)
    with pytest.raises(CreditError) as refusal:
        refuse_above_cap(lent_for_a_year(100_000, beyond), cap)
    assert refusal.value.code is ErrorCode.COST_ABOVE_CAP
    assert refusal.value.facts == {"cost": shown_cost, "cap": percent(cap)}


@pytest.mark.parametrize(
    ("strict", "dearest", "too_dear"), [(False, 594, 595), (True, 311, 312)], ids=["24 percent", "strict 12 percent"]
)
def test_the_daily_rate_that_a_cap_allows_is_the_one_whose_compound_rate_meets_it(
    strict: bool, dearest: int, too_dear: int
) -> None:
    """A year of months of 365/12 days: d = (1.24^(1/12) − 1) × 12 / 365 is 594.7 ppm, for 12 % it is 312.0.

    Simple interest alone would allow 657 and 328."""
    cap = products(cost__strict=strict).cost.cap
    days = due_dates(OPENED_ON, 12, OPENED_ON.day)

    def cost(rate: int) -> YearlyCost:
        principal = from_yuan(20_000)
        rows = plan_loan(
            principal=principal, daily_rate_ppm=rate, opened_on=OPENED_ON, due_on=days, method=Method.LEVEL_PAYMENT
        )
        return yearly_cost([CashFlow(OPENED_ON, principal), *paid_by(rows)])

    refuse_above_cap(cost(dearest), cap)
    with pytest.raises(CreditError):
        refuse_above_cap(cost(too_dear), cap)


def test_a_fee_taken_up_front_counts_towards_the_cap() -> None:
    """11.9 % interest a year passes the strict cap; with 1 % kept from the payout the same loan does not."""
    days = due_dates(OPENED_ON, 12, OPENED_ON.day)
    rows = plan_loan(
        principal=from_yuan(10_000), daily_rate_ppm=300, opened_on=OPENED_ON, due_on=days, method=Method.LEVEL_PAYMENT
    )
    cap = products(cost__strict=True).cost.cap
    refuse_above_cap(yearly_cost([CashFlow(OPENED_ON, from_yuan(10_000)), *paid_by(rows)]), cap)
    with pytest.raises(CreditError):
        refuse_above_cap(yearly_cost([CashFlow(OPENED_ON, from_yuan(9_900)), *paid_by(rows)]), cap)
