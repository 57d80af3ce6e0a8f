"""Exact-enough roots: the discount factor that makes cash flows worth nothing, in Decimal, never in float."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

DIGITS = 50
"""Far beyond a part per million, so that the last rounding is the only one that shows."""
FURTHEST = Decimal(10) ** 6
"""Where the search gives up: no rate of a real contract changes money a million times in one step."""


def discount_factor(flows: Sequence[tuple[int, Decimal]]) -> Decimal:
    """The factor v > 0 of one time step with sum(amount × v^step) = 0; `flows` are (step, amount), steps whole.

    A plain loan, whose signs change once, has exactly one. With several sign changes the one nearest to 1 is given.
    Raises ValueError when no factor does it."""
    amounts: dict[int, Decimal] = {}
    for step, amount in flows:
        amounts[step] = amounts.get(step, Decimal(0)) + amount
    amounts = {step - min(amounts): amount for step, amount in amounts.items() if amount}
    if not amounts or min(amounts.values()) > 0 or max(amounts.values()) < 0:
        raise ValueError("cash flows must go both ways")

    def worth(factor: Decimal) -> Decimal:
        return sum((amount * factor**step for step, amount in amounts.items()), Decimal(0))

    return find_root(worth, near=Decimal(1))


def find_root(worth: Callable[[Decimal], Decimal], *, near: Decimal) -> Decimal:
    """A zero of `worth` over positive numbers, searched outwards from `near`. Raises ValueError when none is found."""
    with localcontext(prec=DIGITS):
        if not worth(near):
            return near
        low, high = _bracket(worth, near)
        return _narrow(worth, low, high)


def _bracket(worth: Callable[[Decimal], Decimal], near: Decimal) -> tuple[Decimal, Decimal]:
    """Two neighbours on a widening grid with opposite signs, the pair closest to `near` first."""
    up = down = near
    sign_up = sign_down = worth(near) > 0
    step = Decimal("1.0001")
    while up < FURTHEST:
        further = up * step
        if (worth(further) > 0) != sign_up:
            return up, further
        up = further
        nearer = down / step
        if (worth(nearer) > 0) != sign_down:
            return nearer, down
        down = nearer
        step = 1 + (step - 1) * Decimal("1.05")
    raise ValueError("no rate makes these cash flows worth nothing")


def _narrow(worth: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> Decimal:
    """Illinois false position: keeps the bracket, converges faster than halving, needs no derivative."""
    at_low, at_high = worth(low), worth(high)
    tolerance = Decimal(10) ** (6 - DIGITS)
    kept = 0
    while abs(high - low) > tolerance and at_low and at_high:
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at_middle = worth(middle)
        if not at_middle:
            return middle
        if (at_middle > 0) == (at_high > 0):
            high, at_high = middle, at_middle
            at_low = at_low / 2 if kept > 0 else at_low
            kept = 1
        else:
            low, at_low = middle, at_middle
            at_high = at_high / 2 if kept < 0 else at_high
            kept = -1
    return low if abs(at_low) < abs(at_high) else high
