"""Which part of a debt a payment goes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain

from credit.kernel.money import ZERO, Money


class Part(StrEnum):
    """The parts of a debt that are ordered against each other."""

    COST = "cost"
    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Claim:
    """An amount of one part that falls due on a day."""

    part: Part
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class AllocationOrder:
    """What is due comes first, in the order `due`; then what is not yet due, in the order `ahead`.

    Inside one part the earliest due day comes first. A part that an order leaves out is not paid there."""

    due: tuple[Part, ...]
    ahead: tuple[Part, ...]


def allocate(payment: Money, claims: Sequence[Claim], *, on: date, order: AllocationOrder) -> tuple[Money, ...]:
    """How much of the payment each claim gets, in the order of `claims`; the sum falls short of it by an overpayment.

    Raises ValueError for a negative payment or claim."""
    if payment.minor < 0 or any(claim.amount.minor < 0 for claim in claims):
        raise ValueError("payments and claims are not negative")
    left = payment
    shares = [ZERO] * len(claims)
    for index in chain(
        _ranked(claims, order.due, [claim.due_on <= on for claim in claims]),
        _ranked(claims, order.ahead, [claim.due_on > on for claim in claims]),
    ):
        shares[index] = min(left, claims[index].amount)
        left -= shares[index]
    return tuple(shares)


def _ranked(claims: Sequence[Claim], parts: tuple[Part, ...], taken: Sequence[bool]) -> list[int]:
    chosen = [index for index, claim in enumerate(claims) if taken[index] and claim.part in parts]
    return sorted(chosen, key=lambda index: (parts.index(claims[index].part), claims[index].due_on))
