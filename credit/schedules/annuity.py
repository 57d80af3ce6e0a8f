"""The amount that, paid at the end of every period, repays a loan exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def level_amount(principal: int | Fraction, rates: Sequence[Fraction]) -> Fraction:
    """The level payment over periods with these rates (each the rate of its own period, so lengths may differ).

    Exact, in the unit of `principal`. Raises ValueError without periods."""
    if not rates:
        raise ValueError("a level amount needs at least one period")
    worth = Fraction(
        0
    )  # of one unit at the end of every period, at the start of each period from the last to the first
    for rate in reversed(rates):
        worth = (worth + 1) / (1 + rate)
    return principal / worth
