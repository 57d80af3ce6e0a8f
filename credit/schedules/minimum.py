"""Paying a revolving balance by its minimum, month after month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from credit.schedules.rounding import CENTS, Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumRule:
    """A share of what is owed, interest included, but at least the floor and at most everything."""

    share: Fraction
    floor: Fraction = Fraction(0)
    interest_rounding: Rounding = CENTS
    payment_rounding: Rounding = CENTS

    def payment(self, owed: Fraction) -> Fraction:
        """The minimum for an amount owed."""
        return min(owed, max(self.payment_rounding(owed * self.share), self.floor))


@dataclass(frozen=True, slots=True)
class MinimumRow:
    """One month: the interest added, the minimum paid and the balance left."""

    number: int
    interest: Fraction
    payment: Fraction
    balance: Fraction


def pay_minimum(
    balance: Fraction, monthly_rate: Fraction, rule: MinimumRule, *, months: int = 1200
) -> tuple[MinimumRow, ...]:
    """The months until the balance is gone, or the first `months` of them. Raises ValueError for no balance."""
    if balance <= 0 or monthly_rate < 0:
        raise ValueError(f"nothing to pay on {balance} at {monthly_rate}")
    return tuple(_rows(balance, monthly_rate, rule, months))


def _rows(balance: Fraction, monthly_rate: Fraction, rule: MinimumRule, months: int) -> Iterator[MinimumRow]:
    for number in range(1, months + 1):
        interest = rule.interest_rounding(balance * monthly_rate)
        payment = rule.payment(balance + interest)
        balance += interest - payment
        yield MinimumRow(number, interest, payment, balance)
        if not balance:
            return
