"""Exact amounts and rates. Nothing here passes through float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

PPM = 1_000_000
"""Rates are integers of parts per million; exact interest is counted in minor units times PPM."""

DAYS_IN_YEAR = 365
LARGEST_MINOR = 2**53 - 1
"""Kept inside what a JSON reader holds exactly; far below the database's 63 bits."""


class Currency(StrEnum):
    CNY = "CNY"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount, counted in the currency's smallest unit (分 for CNY)."""

    minor: int
    currency: Currency = Currency.CNY

    def __post_init__(self) -> None:
        if type(self.minor) is not int:  # isinstance would let True through
            raise TypeError(f"minor units must be a plain int, got {self.minor!r}")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.yuan()} {self.currency}"

    def _same(self, other: Money) -> int:
        if other.currency is not self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.minor

    def yuan(self) -> str:
        """Plain digits with two decimals and thousands separators, `1,234.50`."""
        sign = "-" if self.minor < 0 else ""
        whole, fen = divmod(abs(self.minor), 100)
        return f"{sign}{whole:,}.{fen:02d}"

    def split(self, parts: int, *, odd_to_last: bool = True) -> list[Money]:
        """Divide into instalments that sum to the whole.

        The odd 分 go to the last instalment, or one each to the earliest when `odd_to_last` is off.
        Raises ValueError for fewer than one part or a negative amount."""
        if parts < 1 or self.minor < 0:
            raise ValueError(f"cannot split {self} into {parts}")
        share, odd = divmod(self.minor, parts)
        if odd_to_last:
            return [Money(share, self.currency)] * (parts - 1) + [Money(share + odd, self.currency)]
        return [Money(share + (nth < odd), self.currency) for nth in range(parts)]


ZERO = Money(0)


def total(amounts: list[Money] | tuple[Money, ...]) -> Money:
    """The sum; an empty sum is zero yuan."""
    return sum(amounts, start=ZERO)


def from_yuan(text: str | int | Decimal) -> Money:
    """Exact amount from a decimal in yuan; half a 分 rounds up. Raises ValueError for anything that is not finite."""
    try:
        value = Decimal(text)
        if not value.is_finite():
            raise ValueError(f"not an amount: {text!r}")
        return Money(int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))
    except InvalidOperation as error:  # no number, or more digits than Decimal's context holds
        raise ValueError(f"not an amount: {text!r}") from error


def round_half_up(numerator: int, denominator: int) -> int:
    """Nearest integer of a non-negative quotient of integers; halves go up."""
    if numerator < 0 or denominator <= 0:
        raise ValueError(f"cannot round {numerator}/{denominator}")
    return (2 * numerator + denominator) // (2 * denominator)


def share_of(amount: Money, rate_ppm: int) -> Money:
    """`amount` × rate, to the nearest 分, halves up."""
    return Money(round_half_up(amount.minor * rate_ppm, PPM), amount.currency)


def percent(rate_ppm: int) -> str:
    """`109500` → `10.95`: a rate as people read it, two decimals at least, no unit sign."""
    text = f"{Decimal(rate_ppm) / 10_000:.4f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
