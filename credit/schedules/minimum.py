"""Paying a revolving balance by its minimum, month after month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from credit.schedules.rounding import CENTS, Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumRule:
    """A share of what is owed, interest included, but at least the floor and at most everything.

    With `of_balance` the share is of the balance before interest; with `plus_interest` interest and `plus` (fees, a sum
    past due) come on top of it, as in "1 % of the balance plus interest and fees". Amounts are in any one unit,
    `share` is a fraction of 1. The floor holds for the whole payment."""

    share: Fraction
    floor: Fraction = Fraction(0)
    plus: Fraction = Fraction(0)
    of_balance: bool = False
    plus_interest: bool = False
    interest_rounding: Rounding = CENTS
    payment_rounding: Rounding = CENTS

    def __post_init__(self) -> None:
        if min(self.share, self.floor, self.plus) < 0:
            raise ValueError("a minimum payment is made of parts that are not negative")

    def payment(self, owed: Fraction, interest: Fraction = Fraction(0)) -> Fraction:
        """The minimum for an amount owed, of which `interest` was added last; in the unit of `owed`."""
        base = owed - interest if self.of_balance else owed
        wanted = base * self.share + self.plus + (interest if self.plus_interest else 0)
        return min(owed, max(self.payment_rounding(wanted), self.floor))


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
    """The months until the balance is gone, or the first `months` of them.

    `monthly_rate` is the fraction of the balance that a month's interest is: a yearly rate / 12, or the daily one times
    the days. Raises ValueError for a balance that is not positive or a negative rate."""
    if balance <= 0 or monthly_rate < 0:
        raise ValueError(f"nothing to pay on {balance} at {monthly_rate}")
    return tuple(_rows(balance, monthly_rate, rule, months))


def _rows(balance: Fraction, monthly_rate: Fraction, rule: MinimumRule, months: int) -> Iterator[MinimumRow]:
    for number in range(1, months + 1):
        interest = rule.interest_rounding(balance * monthly_rate)
        payment = rule.payment(balance + interest, interest)
        balance += interest - payment
        yield MinimumRow(number, interest, payment, balance)
        if not balance:
            return
