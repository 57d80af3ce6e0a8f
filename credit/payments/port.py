"""What the lender asks of a bank, and what a bank may answer. An answer can come late, twice or never."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money


class Direction(StrEnum):
    """Seen from the lender: money that goes out, or comes in."""

    PAYOUT = "payout"
    PAYIN = "payin"


class Source(StrEnum):
    """Where a repayment may come from. A credit card is no source: it would turn one debt into another."""

    BALANCE = "balance"
    MONEY_FUND = "money_fund"
    DEBIT_CARD = "debit_card"


CREDIT_CARD = "credit_card"


def source_named(name: str) -> Source:
    """Raises SOURCE_IS_CREDIT_CARD, SOURCE_UNKNOWN."""
    if name == CREDIT_CARD:
        raise CreditError(ErrorCode.SOURCE_IS_CREDIT_CARD)
    if name not in set(Source):
        raise CreditError(ErrorCode.SOURCE_UNKNOWN, name)
    return Source(name)


class Status(StrEnum):
    """PAID and REFUSED are final; WAITING is not; UNKNOWN says that the bank has never seen the order."""

    PAID = "paid"
    REFUSED = "refused"
    WAITING = "waiting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Order:
    """One movement the bank is asked for. The id is made before it is sent, and the bank executes it once."""

    id: UUID
    direction: Direction
    customer_id: UUID
    source: Source
    """Where the money comes from, or for a payout where it goes."""
    amount: Money


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says about an order."""

    status: Status
    reference: str | None = None
    """The bank's own number of the movement; only with PAID."""
    reason: str | None = None
    """Code; only with REFUSED."""


class Bank(Protocol):
    """No answer at all is an empty tuple; two answers to one order are possible."""

    def send(self, order: Order) -> tuple[Answer, ...]:
        """Ask for the movement; a repeat of the same order is not executed again."""

    def ask(self, order_id: UUID) -> tuple[Answer, ...]:
        """What became of an order."""

    def has(self, customer_id: UUID, source: Source) -> Money | None:
        """What can be taken from a source; None when the bank does not tell."""

    def cancel(self, order_id: UUID) -> tuple[Answer, ...]:
        """Give up an order that is not executed yet: REFUSED if that worked, else what became of it."""
