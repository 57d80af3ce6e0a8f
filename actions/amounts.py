"""From an understood amount to an exact one."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import LARGEST_MINOR, Money, from_yuan

WORDS = frozenset({"all", "minimum", "half", "rest"})
TOO_LARGE = "too_large"
"""What the understanding says of a number beyond all reading."""

LONGEST_TEXT = 40


def figure(text: str) -> Money:
    """A positive exact amount. Raises AMOUNT_UNREADABLE, AMOUNT_TOO_LARGE, AMOUNT_NOT_POSITIVE."""
    if text == TOO_LARGE:
        raise CreditError(ErrorCode.AMOUNT_TOO_LARGE)
    try:
        value = Decimal(text[:LONGEST_TEXT])
    except InvalidOperation as error:
        raise CreditError(ErrorCode.AMOUNT_UNREADABLE) from error
    if not value.is_finite():
        raise CreditError(ErrorCode.AMOUNT_UNREADABLE)
    if value > Decimal(LARGEST_MINOR) / 100:
        raise CreditError(ErrorCode.AMOUNT_TOO_LARGE)
    amount = from_yuan(value) if value > 0 else Money(0)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE)
    return amount


def plain(amount: Money) -> str:
    """As slots hold it: digits and two decimals."""
    return amount.yuan().replace(",", "")


def half(amount: Money) -> Money:
    """Half of it, an odd 分 left out."""
    return Money(amount.minor // 2)
