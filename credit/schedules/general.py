"""Repayment schedules in any convention: a calculator to compare with published ones and with other lenders.

Amounts are exact fractions of a currency's main unit, because the conventions differ in what they round and when.
What this lender itself sells is in `rules`, in whole fen; both solve the level amount with the same code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from credit.schedules.annuity import level_amount
from credit.schedules.rounding import CENTS, Mode, Rounding


class Repay(StrEnum):
    """How principal comes back; BULLET is interest first and principal at the end."""

    LEVEL_PAYMENT = "level_payment"
    LEVEL_PRINCIPAL = "level_principal"
    BULLET = "bullet"


class Odd(StrEnum):
    """Which row takes what equal parts leave over: the last one, the first that pays principal, or every early row a
    unit of it."""

    LAST = "last"
    FIRST = "first"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Where the level amount of the rows from `first_row` on comes from.

    It is `fixed`, or solved over `rates` (by default those interest is charged at), then rounded."""

    first_row: int = 1
    fixed: Fraction | None = None
    rates: tuple[Fraction, ...] | None = None
    rounding: Rounding = CENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One loan and the convention its rows are computed in.

    `rates` are simple rates, one a row. `principal_grace` rows carry interest only; interest of the first
    `interest_deferred` rows is collected with the row after them. `flat` charges every row on the whole loan.
    EXACT roundings leave all rounding to `printed`. With `balloon` the last row leaves a balance, otherwise it takes
    the rest; `odd` says which row does when principal is level.

    Raises ValueError for a principal that is not positive, no rates or negative ones, a grace that leaves no row to pay
    in, and odd amounts moved away from the last row without a unit to round to."""

    principal: Fraction
    rates: tuple[Fraction, ...]
    repay: Repay
    levels: tuple[Level, ...] = (Level(),)
    interest_rounding: Rounding = CENTS
    principal_rounding: Rounding = CENTS
    flat: bool = False
    principal_grace: int = 0
    interest_deferred: int = 0
    balloon: bool = False
    odd: Odd = Odd.LAST

    def __post_init__(self) -> None:
        if self.principal <= 0 or not self.rates or min(self.rates) < 0:
            raise ValueError(f"cannot plan {self.principal} over rates {self.rates}")
        if not 0 <= self.principal_grace < len(self.rates) or not 0 <= self.interest_deferred < len(self.rates):
            raise ValueError("a grace must leave rows to pay in")
        if self.odd is not Odd.LAST and self.principal_rounding.unit is None:
            raise ValueError("odd amounts need a unit to be odd in")


@dataclass(frozen=True, slots=True)
class Row:
    """One period: what falls due at its end, and the balance after it is paid."""

    number: int
    principal: Fraction
    interest: Fraction
    balance: Fraction

    @property
    def total(self) -> Fraction:
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row's rounded columns; where precision is carried they need not add up."""

    number: int
    principal: Fraction
    interest: Fraction
    total: Fraction
    balance: Fraction


def equal_rates(yearly: Fraction, rows: int, *, rows_a_year: int = 12) -> tuple[Fraction, ...]:
    """The same part of a nominal yearly rate in every row."""
    return (yearly / rows_a_year,) * rows


def plan(terms: Terms) -> tuple[Row, ...]:
    """The rows of a loan, fewer than `rates` when it is paid off early.

    Raises ValueError when a level amount does not cover the interest of its row."""
    return tuple(_rows(terms))


def printed(row: Row, rounding: Rounding = CENTS, *, principal_by_difference: bool = False) -> PrintedRow:
    """The row as it is printed: each column rounded by itself, or principal as total less interest."""
    total, interest = rounding(row.total), rounding(row.interest)
    principal = total - interest if principal_by_difference else rounding(row.principal)
    return PrintedRow(row.number, principal, interest, total, rounding(row.balance))


def total_interest(rows: Sequence[Row]) -> Fraction:
    """The sum of the interest column."""
    return sum((row.interest for row in rows), Fraction(0))


def _rows(terms: Terms) -> Iterator[Row]:
    owed, deferred, level = terms.principal, Fraction(0), Fraction(0)
    levels = {max(known.first_row, terms.principal_grace + 1): known for known in terms.levels}
    for number, rate in enumerate(terms.rates, start=1):
        charged = terms.interest_rounding((terms.principal if terms.flat else owed) * rate)
        if number in levels:
            level = _level(terms, levels[number], number, owed)
        repaid = _repaid(terms, number, owed, level - charged)
        deferred += charged
        interest = Fraction(0) if number <= terms.interest_deferred else deferred
        deferred -= interest
        owed -= repaid
        yield Row(number, repaid, interest, owed)
        if not owed and not deferred:
            return


def level_share(terms: Terms, nth: int) -> Fraction:
    """Principal of the nth row that pays level principal, the last one's rest left aside."""
    paying_rows = len(terms.rates) - terms.principal_grace
    exact, unit = terms.principal / paying_rows, terms.principal_rounding.unit
    if terms.odd is Odd.LAST or unit is None:
        return terms.principal_rounding(exact)
    share = Rounding(unit, Mode.DOWN)(exact)
    odd = terms.principal - share * paying_rows
    if terms.odd is Odd.FIRST:
        return share + (odd if nth == 1 else 0)
    return share + max(Fraction(0), min(unit, odd - (nth - 1) * unit))


def _repaid(terms: Terms, number: int, owed: Fraction, left_of_level: Fraction) -> Fraction:
    """Principal of a row; `left_of_level` is what a level payment leaves after interest."""
    if number == len(terms.rates) and not terms.balloon:
        return owed
    if number <= terms.principal_grace:
        return Fraction(0)
    match terms.repay:
        case Repay.BULLET:
            return Fraction(0)
        case Repay.LEVEL_PRINCIPAL:
            return min(owed, level_share(terms, number - terms.principal_grace))
        case Repay.LEVEL_PAYMENT:
            if left_of_level < 0:
                raise ValueError(f"the payment of row {number} does not cover its interest")
            return min(owed, left_of_level)


def _level(terms: Terms, level: Level, number: int, owed: Fraction) -> Fraction:
    if level.fixed is not None:
        return level.fixed
    rates = terms.rates[number - 1 :] if level.rates is None else level.rates
    if terms.flat:
        return level.rounding(owed / len(rates) + terms.principal * rates[0])
    return level.rounding(level_amount(owed, rates))
