"""What one journal is to say, before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import LARGEST_MINOR, Currency, Money

ACCOUNTS = uuid5(NAMESPACE_URL, "xinzhang:accounts")


@lru_cache(maxsize=65_536)
def account_id(code: str) -> UUID:
    """The id that belongs to an account code, on every machine."""
    return uuid5(ACCOUNTS, code)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, for the books: one journal to be."""

    kind: str
    request_id: str
    customer_id: UUID | None
    effective_on: date
    """The business day it counts for: today, or an earlier one that is not final yet."""
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HoldStep:
    """What a journal does to a hold; see credit.ledger.holds."""

    id: UUID
    act: Literal["place", "post", "release", "expire"]
    expires_on: date | None = None


class Lines:
    """Collects the lines of one journal; several movements of one account become one line."""

    def __init__(self) -> None:
        self._minor: dict[str, int] = {}
        self._foreign: dict[str, str] = {}

    def move(self, amount: Money, *, debit: str, credit: str) -> Lines:
        """Add a debit of one account and the same credit of another. A zero amount adds nothing."""
        self._minor[debit] = self._minor.get(debit, 0) + amount.minor
        self._minor[credit] = self._minor.get(credit, 0) - amount.minor
        return self

    def shift(self, code: str, minor: int, currency: str = Currency.CNY) -> Lines:
        """Add to one account alone; the caller keeps the whole in balance, and the database checks it.

        Raises JOURNAL_MIXED_CURRENCY when the account has a line in another currency."""
        known = self._foreign.get(code, Currency.CNY)
        if code in self._minor and known != currency:
            raise CreditError(ErrorCode.JOURNAL_MIXED_CURRENCY, f"{code} in {known} and {currency}")
        if currency != Currency.CNY:
            self._foreign[code] = currency
        self._minor[code] = self._minor.get(code, 0) + minor
        return self

    def copy(self) -> Lines:
        same = Lines()
        same._minor, same._foreign = dict(self._minor), dict(self._foreign)
        return same

    def items(self) -> list[tuple[str, int]]:
        return sorted((code, minor) for code, minor in self._minor.items() if minor)

    def spelled(self) -> str:
        """The JSON that the journal keeps and the evidence is computed over; one spelling for one content.

        Raises JOURNAL_EMPTY, POSTING_TOO_LARGE."""
        items = self.items()
        if not items:
            raise CreditError(ErrorCode.JOURNAL_EMPTY)
        # Ids, integers and currency codes need no escaping, and writing them here costs a tenth of json.dumps.
        parts = []
        for code, minor in items:
            if not -LARGEST_MINOR <= minor <= LARGEST_MINOR:
                raise CreditError(ErrorCode.POSTING_TOO_LARGE, f"{minor} on {code}")
            currency = self._foreign.get(code, "CNY")
            parts.append(f'{{"account":"{account_id(code).hex}","minor":{minor:d},"currency":"{currency}"}}')
        return f"[{','.join(parts)}]"

    def __bool__(self) -> bool:
        return any(self._minor.values())
