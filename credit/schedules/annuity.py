"""The amount that, paid at the end of every period, repays a loan exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def level_amount(principal: int | Fraction, rates: Sequence[Fraction], *, closing: int | Fraction = 0) -> Fraction:
    """The level payment over periods with these rates (each the rate of its own period, so lengths may differ).

    In the unit of `principal`, exact; `closing` is left owing after the last payment. Raises ValueError without periods.
    """
    if not rates:
        raise ValueError("a level amount needs at least one period")
    # Backwards: what one unit a period, and one unit at the end, are worth at the start of each period.
    of_payments, of_closing = Fraction(0), Fraction(1)
    for rate in reversed(rates):
        of_payments = (of_payments + 1) / (1 + rate)
        of_closing /= 1 + rate
    return (principal - closing * of_closing) / of_payments
