"""Which debts a payment goes to when it does not cover all of them (Civil Code, articles 560 and 561)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from credit.kernel.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Debt:
    """One debt of a customer, as it stands on a day."""

    kind: str
    """`loan` or `bill`."""
    id: UUID
    due: Money
    """What of it is due."""
    owed: Money
    """What settles it; `due` is part of it."""
    due_on: date
    """The oldest unpaid due day."""
    burden_ppm: int
    """What it costs a day, parts per million: the heavier burden is paid first."""
    late: bool = False
    """Overdue, grace days left aside."""


def allocate(payment: Money, debts: Sequence[Debt], *, chosen: UUID | None = None) -> tuple[Money, ...]:
    """How much of the payment each debt gets, in the order of `debts`; the sum falls short of it by what is left over.

    A chosen debt gets all it can take and the others nothing: the debtor's choice comes first, and nobody pays a debt
    early that was not named. Without a choice, what is due is paid before what is not; inside each the heavier burden
    first, then the earlier due day, and equal ones in proportion, odd fen to the first.

    Raises ValueError for a negative payment."""
    if payment.minor < 0:
        raise ValueError(f"a payment is not negative: {payment}")
    shares = [ZERO] * len(debts)
    if chosen is not None:
        for nth, debt in enumerate(debts):
            if debt.id == chosen:
                shares[nth] = min(payment, debt.owed)
        return tuple(shares)
    left = payment
    for asked in ([debt.due for debt in debts], [debt.owed - debt.due for debt in debts]):
        left = _by_rank(left, debts, asked, shares)
    return tuple(shares)


def _by_rank(left: Money, debts: Sequence[Debt], asked: list[Money], shares: list[Money]) -> Money:
    def rank(nth: int) -> tuple[int, date]:
        return -debts[nth].burden_ppm, debts[nth].due_on

    for _, group in groupby(sorted(range(len(debts)), key=rank), key=rank):
        equals = list(group)
        for nth, share in zip(equals, _in_proportion(left, [asked[nth] for nth in equals]), strict=True):
            shares[nth] += share
            left -= share
    return left


def _in_proportion(amount: Money, asked: list[Money]) -> list[Money]:
    whole = sum(each.minor for each in asked)
    if amount.minor >= whole:
        return asked
    shares = [amount.minor * each.minor // whole for each in asked]
    odd = amount.minor - sum(shares)
    for nth, each in enumerate(asked):
        more = min(odd, each.minor - shares[nth], 1)
        shares[nth], odd = shares[nth] + more, odd - more
    return [Money(share) for share in shares]
