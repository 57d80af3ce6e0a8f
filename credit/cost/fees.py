"""The cash flows of a loan with its fees: what the yearly rates are taken of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from credit.cost.rates import DIGITS
from credit.schedules.general import PrintedRow, Row
from credit.schedules.rounding import CENTS, Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What is charged beside interest; amounts in the unit of the rows, shares as fractions of 1.

    `upfront` and `upfront_share` (of the principal) are kept from what is paid out, or paid on the same day, which is
    the same. `each_row` and `share_of_principal` (of the whole loan) come with every row, `share_of_balance` (of what
    is owed when its period begins) too. `at_end` comes with the last row. Each fee is rounded by itself."""

    upfront: Fraction = Fraction(0)
    upfront_share: Fraction = Fraction(0)
    each_row: Fraction = Fraction(0)
    share_of_principal: Fraction = Fraction(0)
    share_of_balance: Fraction = Fraction(0)
    at_end: Fraction = Fraction(0)
    rounding: Rounding = CENTS


def amounts_with_fees(principal: Fraction, rows: Sequence[Row | PrintedRow], fees: Fees) -> tuple[Fraction, ...]:
    """What the borrower receives, positive, then what is paid with every row, negative.

    Raises ValueError without rows, and when the fees leave nothing to receive."""
    received = principal - fees.rounding(fees.upfront) - fees.rounding(principal * fees.upfront_share)
    if not rows or received <= 0:
        raise ValueError(f"nothing is received of {principal} over {len(rows)} rows")
    paid = []
    owed = principal
    for row in rows:
        with_row = fees.each_row + fees.rounding(principal * fees.share_of_principal)
        with_row += fees.rounding(owed * fees.share_of_balance)
        paid.append(row.total + with_row)
        owed = row.balance
    paid[-1] += fees.at_end
    return (received, *(-amount for amount in paid))


def periodic_flows(principal: Fraction, rows: Sequence[Row | PrintedRow], fees: Fees) -> tuple[Decimal, ...]:
    """As `amounts_with_fees`, for `internal_rate`: one flow a period. Raises as it does."""
    return tuple(_decimal(amount) for amount in amounts_with_fees(principal, rows, fees))


def dated_flows(
    principal: Fraction, rows: Sequence[Row | PrintedRow], fees: Fees, *, opened_on: date, due_on: Sequence[date]
) -> tuple[tuple[date, Decimal], ...]:
    """As `amounts_with_fees`, for `dated_internal_rate`: one due day a row, in the rows' order.

    Raises as it does, and ValueError when there are not as many days as rows."""
    amounts = periodic_flows(principal, rows, fees)
    return tuple(zip((opened_on, *due_on), amounts, strict=True))


def _decimal(amount: Fraction) -> Decimal:
    with localcontext(prec=DIGITS):
        return Decimal(amount.numerator) / Decimal(amount.denominator)
