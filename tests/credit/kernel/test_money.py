"""Exact amounts: nothing passes through float, nothing gets lost in splitting or rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.money import PPM, Money, from_yuan, percent, round_half_up, share_of, total

minors = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize("value", [1.0, 0.1, True, False, "1", None, Decimal(1), Fraction(1)])
def test_an_amount_is_a_plain_int_and_nothing_else(value: object) -> None:
    with pytest.raises(TypeError):
        Money(value)  # type: ignore[arg-type]


@given(minors, minors)
def test_amounts_add_and_subtract_exactly(one: int, other: int) -> None:
    assert Money(one) + Money(other) == Money(one + other)
    assert Money(one) - Money(other) == Money(one) + -Money(other)
    assert bool(Money(one)) == (one != 0)
    assert (Money(one) < Money(other)) == (one < other)


@given(st.integers(0, 10**15), st.integers(1, 360), st.booleans())
def test_splitting_never_loses_a_fen(whole: int, parts: int, odd_to_last: bool) -> None:
    shares = Money(whole).split(parts, odd_to_last=odd_to_last)
    assert len(shares) == parts
    assert total(shares) == Money(whole)
    equal = shares[:-1] if odd_to_last else shares
    assert max(equal, default=Money(0)).minor - min(equal, default=Money(0)).minor <= (0 if odd_to_last else 1)


@pytest.mark.parametrize(("whole", "parts"), [(100, 0), (100, -1), (-1, 3)])
def test_a_split_that_makes_no_sense_is_refused(whole: int, parts: int) -> None:
    with pytest.raises(ValueError, match="cannot split"):
        Money(whole).split(parts)


@given(minors)
def test_an_amount_written_in_yuan_reads_back_the_same(minor: int) -> None:
    assert from_yuan(Money(minor).yuan().replace(",", "")) == Money(minor)


@pytest.mark.parametrize(
    ("minor", "text"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456, "1,234.56"), (-100, "-1.00"), (10**11, "1,000,000,000.00")],
)
def test_yuan_are_written_with_two_decimals_and_thousands(minor: int, text: str) -> None:
    assert Money(minor).yuan() == text


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0.005", 1),
        ("0.004", 0),
        ("1.005", 101),
        ("-0.005", -1),
        ("5000", 500_000),
        ("3500.5", 350_050),
        ("1e3", 100_000),
    ],
)
def test_yuan_are_read_to_the_nearest_fen(text: str, minor: int) -> None:
    assert from_yuan(text) == Money(minor)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "sNaN", "abc", "", "5,000", "1e309", "9" * 60])
def test_what_is_no_amount_is_refused_as_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        from_yuan(text)


@given(st.integers(0, 10**18), st.integers(1, 10**9))
def test_rounding_is_to_the_nearest_and_halves_go_up(numerator: int, denominator: int) -> None:
    exact, rounded = Fraction(numerator, denominator), round_half_up(numerator, denominator)
    assert rounded - Fraction(1, 2) <= exact < rounded + Fraction(1, 2)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_a_quotient_that_cannot_be_rounded_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="cannot round"):
        round_half_up(numerator, denominator)


@given(st.lists(st.integers(0, 10**9), max_size=60))
def test_posting_rounded_sums_never_drifts_from_the_exact_sum(days: list[int]) -> None:
    """The rule of the house: each posting is round(cumulative exact) − already posted."""
    exact = posted = 0
    for amount in days:
        exact += amount * 317
        posted += round_half_up(exact, PPM) - posted
        assert abs(posted * PPM - exact) * 2 <= PPM


def test_a_share_is_rounded_half_up() -> None:
    assert share_of(Money(33_333), 15_000) == Money(500)
    assert share_of(Money(50), 10_000) == Money(1)
    assert share_of(Money(49), 10_000) == Money(0)


@pytest.mark.parametrize(
    ("ppm", "text"), [(109_500, "10.95"), (120_000, "12.00"), (0, "0.00"), (300, "0.03"), (119_567, "11.9567")]
)
def test_a_rate_is_written_as_people_read_it(ppm: int, text: str) -> None:
    assert percent(ppm) == text
