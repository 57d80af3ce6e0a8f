"""Yearly rates in the conventions of the world."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from credit.cost.apr import (
    UnitPayment,
    american_apr,
    dated_internal_rate,
    effective_yearly,
    european_aprc,
    european_years,
    internal_rate,
    unit_periods,
)
from credit.cost.fees import Fees, amounts_with_fees, dated_flows, periodic_flows
from credit.cost.rates import discount_factor
from credit.schedules.general import PrintedRow, Repay, Terms, plan
from credit.schedules.rules import due_dates


@given(payments=st.lists(st.integers(1, 10_000), min_size=1, max_size=24), lent=st.integers(1, 100_000))
def test_internal_rates_agree_with_another_implementation(payments: list[int], lent: int) -> None:
    ours = internal_rate([Decimal(-lent), *map(Decimal, payments)])
    value = sum(payment / (1 + float(ours)) ** number for number, payment in enumerate(payments, start=1))
    assert value == pytest.approx(lent)
    if theirs := pyxirr.irr([-float(lent), *map(float, payments)]):
        assert float(ours) == pytest.approx(theirs, abs=1e-7, rel=1e-7)


def test_a_year_is_a_year_in_every_convention() -> None:
    tenth = Decimal("0.1")
    assert internal_rate([Decimal(-100), Decimal(110)]) == pytest.approx(tenth)
    assert european_aprc([(Fraction(0), Decimal(-100)), (Fraction(1), Decimal(110))]) == pytest.approx(tenth)
    flows = [(date(2026, 1, 1), Decimal(-100)), (date(2027, 1, 1), Decimal(110))]
    assert dated_internal_rate(flows) == pytest.approx(tenth)
    payment = [UnitPayment(Decimal(110), 1)]
    assert american_apr(Decimal(100), payment, unit_periods_a_year=1) == pytest.approx(tenth)
    assert effective_yearly(tenth, 1) == tenth


def test_flows_that_cost_nothing_have_a_rate_of_exactly_nothing() -> None:
    assert internal_rate([Decimal(-100), Decimal(40), Decimal(60)]) == 0


def test_of_several_rates_the_one_nearest_to_nothing_is_given() -> None:
    """−100, 230, −132 is worth nothing at 10 % and at 20 %."""
    assert internal_rate([Decimal(-100), Decimal(230), Decimal(-132)]) == pytest.approx(Decimal("0.1"))


@pytest.mark.parametrize(
    "flows", [[], [(0, Decimal(1))], [(0, Decimal(1)), (1, Decimal(1))], [(0, Decimal(1)), (0, Decimal(-1))]]
)
def test_flows_that_do_not_go_both_ways_have_no_rate(flows: list[tuple[int, Decimal]]) -> None:
    with pytest.raises(ValueError, match="both ways"):
        discount_factor(flows)


def test_flows_without_any_rate_are_refused() -> None:
    with pytest.raises(ValueError, match="no rate"):
        internal_rate([Decimal(1), Decimal(-1), Decimal(1)])


# ── dates as the conventions count them ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "on", "years"),
    [
        ("2026-01-15", "2026-01-15", Fraction(0)),
        ("2026-01-15", "2026-04-15", Fraction(3, 12)),
        ("2026-01-01", "2026-01-15", Fraction(14, 365)),
        # three days before a month that ends in a leap year: the example the annex gives 402/4392 for
        ("2024-10-12", "2024-11-15", Fraction(402, 4392)),
        ("2026-01-31", "2026-02-28", Fraction(28, 365)),
        ("1994-01-01", "1995-07-01", Fraction(18, 12)),
    ],
)
def test_european_years_are_months_counted_back_and_days(start: str, on: str, years: Fraction) -> None:
    assert european_years(date.fromisoformat(start), date.fromisoformat(on)) == years


@pytest.mark.parametrize(
    ("advanced_on", "on", "months_a_unit", "expected"),
    [
        # appendix J, examples (c)(1)(ii) and (iv) and a day later each
        ("1978-02-10", "1978-04-01", 1, (1, Fraction(19, 30))),
        ("1978-02-10", "1978-05-01", 1, (2, Fraction(19, 30))),
        ("1978-05-23", "1978-10-01", 3, (1, Fraction(39, 90))),
        ("1978-01-10", "1978-02-10", 1, (1, Fraction(0))),
        ("1978-01-10", "1978-01-25", 1, (0, Fraction(15, 30))),
        ("1978-01-10", "1980-01-20", 12, (2, Fraction(10, 365))),
    ],
)
def test_american_unit_periods_are_counted_back_from_the_payment(
    advanced_on: str, on: str, months_a_unit: int, expected: tuple[int, Fraction]
) -> None:
    found = unit_periods(date.fromisoformat(advanced_on), date.fromisoformat(on), months_a_unit=months_a_unit)
    assert found == expected


def test_days_in_the_wrong_order_and_unknown_units_are_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        european_years(date(2026, 2, 1), date(2026, 1, 31))
    with pytest.raises(ValueError, match="before"):
        unit_periods(date(2026, 2, 1), date(2026, 1, 31))
    with pytest.raises(ValueError, match="5 months"):
        unit_periods(date(2026, 2, 1), date(2026, 8, 31), months_a_unit=5)


@given(
    advances=st.lists(st.integers(1, 10_000), min_size=1, max_size=4),
    monthly=st.integers(1, 300),
    rows=st.integers(5, 36),
)
def test_money_advanced_in_parts_has_the_rate_it_was_lent_at(advances: list[int], monthly: int, rows: int) -> None:
    """A balance carried forward at a monthly rate and paid off at the end comes back as 12 × that rate."""
    rate = Decimal(monthly) / 10_000
    owed = sum(Decimal(amount) * (1 + rate) ** (rows - month) for month, amount in enumerate(advances))
    later = [UnitPayment(Decimal(amount), month) for month, amount in enumerate(advances[1:], start=1)]
    found = american_apr(Decimal(advances[0]), [UnitPayment(owed, rows)], unit_periods_a_year=12, later_advances=later)
    assert float(found) == pytest.approx(float(12 * rate), abs=1e-12)


# ── fees ────────────────────────────────────────────────────────────────────────────────────────────────────

LOAN = plan(Terms(principal=Fraction(100_000), rates=(Fraction(0),) * 12, repay=Repay.LEVEL_PRINCIPAL))


def test_every_kind_of_fee_finds_its_place_among_the_flows() -> None:
    fees = Fees(
        upfront=Fraction(100),
        upfront_share=Fraction(1, 100),
        each_row=Fraction(5),
        share_of_principal=Fraction(1, 1000),
        share_of_balance=Fraction(1, 1000),
        at_end=Fraction(7),
    )
    amounts = amounts_with_fees(Fraction(100_000), LOAN, fees)
    assert amounts[0] == 98_900
    assert amounts[1] == -(Fraction("8333.33") + 5 + 100 + 100)
    assert amounts[2] == -(Fraction("8333.33") + 5 + 100 + Fraction("91.67"))
    assert amounts[12] == -(Fraction("8333.37") + 5 + 100 + Fraction("8.33") + 7)


def test_an_upfront_fee_gives_the_central_banks_rates() -> None:
    """100,000 with a fee of 1,000, repaid by 8,833.30 a month: 12.80 % simple, 13.58 % effective (No. 3 of 2021)."""
    rows = [PrintedRow(number, Fraction(0), Fraction(0), Fraction("8833.3"), Fraction(0)) for number in range(1, 13)]
    monthly = internal_rate(periodic_flows(Fraction(100_000), rows, Fees(upfront=Fraction(1000))))
    assert round(100 * 12 * monthly, 2) == Decimal("12.80")
    assert round(100 * effective_yearly(monthly), 2) == Decimal("13.58")


def test_dated_flows_cost_what_another_implementation_says() -> None:
    opened_on = date(2026, 11, 8)
    due_on = due_dates(opened_on, 12, 8)
    flows = dated_flows(
        Fraction(100_000), LOAN, Fees(share_of_balance=Fraction(1, 100)), opened_on=opened_on, due_on=due_on
    )
    theirs = pyxirr.xirr([on for on, _ in flows], [float(amount) for _, amount in flows])
    assert float(dated_internal_rate(flows)) == pytest.approx(theirs, abs=1e-9)


def test_fees_that_eat_the_loan_and_missing_rows_or_days_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing is received"):
        amounts_with_fees(Fraction(100_000), LOAN, Fees(upfront_share=Fraction(1)))
    with pytest.raises(ValueError, match="over 0 rows"):
        amounts_with_fees(Fraction(100_000), [], Fees())
    with pytest.raises(ValueError):
        dated_flows(Fraction(100_000), LOAN, Fees(), opened_on=date(2026, 11, 8), due_on=[date(2026, 12, 8)])
