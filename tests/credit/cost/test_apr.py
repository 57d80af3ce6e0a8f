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
    internal_rate,
)
from credit.cost.rates import discount_factor


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
