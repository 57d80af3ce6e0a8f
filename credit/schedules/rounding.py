"""Rounding as a value: to multiples of which unit, and what happens to the part between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Mode(StrEnum):
    """Where an amount between two multiples goes, by the names that Java and the standard library use.

    UP is away from zero, DOWN towards it, CEILING to the larger number, FLOOR to the smaller. The HALF modes go to the
    nearest multiple and differ in ties: away from zero, towards it, or to the even multiple."""

    HALF_UP = "HALF_UP"
    HALF_DOWN = "HALF_DOWN"
    HALF_EVEN = "HALF_EVEN"
    UP = "UP"
    DOWN = "DOWN"
    CEILING = "CEILING"
    FLOOR = "FLOOR"


@dataclass(frozen=True, slots=True)
class Rounding:
    """Rounds to multiples of `unit`; without a unit an amount stays exact."""

    unit: Fraction | None = Fraction(1, 100)
    mode: Mode = Mode.HALF_UP

    def __post_init__(self) -> None:
        if self.unit is not None and self.unit <= 0:
            raise ValueError(f"cannot round to multiples of {self.unit}")

    def __call__(self, amount: Fraction) -> Fraction:
        if self.unit is None:
            return amount
        units = abs(amount) / self.unit
        whole, rest = divmod(units, 1)
        match self.mode:
            case Mode.UP:
                rises = rest > 0
            case Mode.DOWN:
                rises = False
            case Mode.CEILING:
                rises = rest > 0 and amount > 0
            case Mode.FLOOR:
                rises = rest > 0 and amount < 0
            case Mode.HALF_UP:
                rises = rest >= Fraction(1, 2)
            case Mode.HALF_DOWN:
                rises = rest > Fraction(1, 2)
            case Mode.HALF_EVEN:
                rises = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
        rounded = (whole + rises) * self.unit
        return -rounded if amount < 0 else rounded


EXACT = Rounding(unit=None)
CENTS = Rounding()
"""The usual one: hundredths, halves up."""
