"""Interest on one balance over a stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

_DIGITS = 40
"""Kept of an irrational growth factor; the rest would not show in any amount."""


def simple_interest(principal: Fraction, yearly: Fraction, years: Fraction) -> Fraction:
    """principal × rate × part of a year, exact, in the unit of `principal`."""
    return principal * yearly * years


def effective_rate(yearly: Fraction, years: Fraction) -> Fraction:
    """What an effective yearly rate comes to over `years`: (1 + yearly)^years − 1, to 40 digits."""
    with localcontext(prec=_DIGITS):
        base = _decimal(1 + yearly)
        return Fraction(base ** _decimal(years) - 1)


def compound_interest(principal: Fraction, yearly: Fraction, years: Fraction) -> Fraction:
    """Interest paid at the end at an effective yearly rate, to 40 digits, in the unit of `principal`."""
    return principal * effective_rate(yearly, years)


def average_daily_balance(stretches: Sequence[tuple[Fraction, int]]) -> Fraction:
    """The mean of (balance, days) stretches, weighted by days. Raises ValueError when they hold no day."""
    days = sum(length for _, length in stretches)
    if days < 1 or min(length for _, length in stretches) < 0:
        raise ValueError("a daily average needs at least one day")
    return sum((balance * length for balance, length in stretches), Fraction(0)) / days


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
