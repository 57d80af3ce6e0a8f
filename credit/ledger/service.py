"""Posting and reading. Everything that moves money or a limit goes through `Ledger.post`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.kernel.money import Currency, Money
from credit.ledger.models import Account, Balance, Journal, Posting

ACCOUNTS = uuid5(NAMESPACE_URL, "xinzhang:accounts")


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
    facts: Mapping[str, object]


class Lines:
    """Collects the lines of one journal; several movements of one account become one line."""

    def __init__(self) -> None:
        self._minor: dict[str, int] = {}

    def move(self, amount: Money, *, debit: str, credit: str) -> Lines:
        """Add a debit of one account and the same credit of another. A zero amount adds nothing."""
        self._minor[debit] = self._minor.get(debit, 0) + amount.minor
        self._minor[credit] = self._minor.get(credit, 0) - amount.minor
        return self

    def shift(self, code: str, minor: int) -> Lines:
        """Add to one account alone; the caller keeps the whole in balance, and the database checks it."""
        self._minor[code] = self._minor.get(code, 0) + minor
        return self

    def items(self) -> list[tuple[str, int]]:
        return sorted((code, minor) for code, minor in self._minor.items() if minor)

    def __bool__(self) -> bool:
        return any(self._minor.values())


class Ledger:
    """The books, inside one database transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def open_account(
        self,
        code: str,
        *,
        kind: str,
        opened_on: date,
        customer_id: UUID | None = None,
        floor: int | None = None,
        ceiling: int | None = None,
    ) -> None:
        """Open an account; with a customer it also gets a balance row with its bounds (minor units)."""
        key = account_id(code)
        self._session.execute(
            insert(Account).values(
                id=key, code=code, kind=kind, customer_id=customer_id, currency=Currency.CNY, opened_on=opened_on
            )
        )
        if customer_id is not None:
            self._session.execute(
                insert(Balance).values(
                    account_id=key, balance_minor=0, posting_count=0, floor_minor=floor, ceiling_minor=ceiling
                )
            )

    def post(self, event: Event, lines: Lines, *, reverses: UUID | None = None) -> UUID:
        """Write one journal and return its id; a repeat of the same request returns the first id.

        Raises JOURNAL_EMPTY, JOURNAL_UNBALANCED, ACCOUNT_UNKNOWN, BALANCE_OUT_OF_BOUNDS, REQUEST_ID_REUSED."""
        content = [
            {"account": account_id(code).hex, "minor": minor, "currency": Currency.CNY} for code, minor in lines.items()
        ]
        mark = fingerprint(
            [event.kind, str(event.customer_id), event.effective_on.isoformat(), content, canonical_json(event.facts)]
        )
        if (earlier := self.find(event.request_id)) is not None:
            if earlier.fingerprint != mark:
                raise CreditError(ErrorCode.REQUEST_ID_REUSED, event.request_id)
            return earlier.id
        key = new_id()
        try:
            self._session.execute(
                insert(Journal).values(
                    id=key,
                    request_id=event.request_id,
                    fingerprint=mark,
                    kind=event.kind,
                    customer_id=event.customer_id,
                    effective_on=event.effective_on,
                    recorded_at=self._now,
                    reverses=reverses,
                    facts=canonical_json(event.facts),
                    lines=json.dumps(content, separators=(",", ":")),
                )
            )
        except IntegrityError as error:
            raise _refusal(error) from error
        return key

    def find(self, request_id: str) -> Journal | None:
        """The journal that was written for a request, if any."""
        return self._session.scalars(select(Journal).where(Journal.request_id == request_id)).one_or_none()

    def reverse(self, journal_id: UUID, *, request_id: str, effective_on: date, reason: str) -> UUID:
        """Write the opposite of a journal. The first stays as it was."""
        journal = self._session.get_one(Journal, journal_id)
        touched = [UUID(line["account"]) for line in json.loads(journal.lines)]
        codes = {row.id: row.code for row in self._session.scalars(select(Account).where(Account.id.in_(touched)))}
        lines = Lines()
        for line in json.loads(journal.lines):
            lines.shift(codes[UUID(line["account"])], -line["minor"])
        event = Event(
            "reversal", request_id, journal.customer_id, effective_on, {"of": str(journal_id), "reason": reason}
        )
        return self.post(event, lines, reverses=journal_id)

    def balance(self, code: str) -> Money:
        """The present balance (debit positive). House accounts are summed, customers' are kept."""
        key = account_id(code)
        kept = self._session.scalar(select(Balance.balance_minor).where(Balance.account_id == key))
        if kept is None:
            kept = self._session.scalar(
                select(func.coalesce(func.sum(Posting.amount_minor), 0)).where(Posting.account_id == key)
            )
        return Money(int(kept or 0))

    def balances(self, codes: Iterable[str]) -> dict[str, Money]:
        """Present balances of several customer-side accounts in one look; unknown ones are zero."""
        names = {account_id(code): code for code in codes}
        rows = self._session.execute(
            select(Balance.account_id, Balance.balance_minor).where(Balance.account_id.in_(names))
        )
        found = {names[key]: Money(minor) for key, minor in rows}
        return {code: found.get(code, Money(0)) for code in names.values()}


_BY_GUARD = {
    "xz:journal_empty": ErrorCode.JOURNAL_EMPTY,
    "xz:journal_unbalanced": ErrorCode.JOURNAL_UNBALANCED,
    "xz:account_unknown": ErrorCode.ACCOUNT_UNKNOWN,
    "xz:request_id_reused": ErrorCode.REQUEST_ID_REUSED,
    "xz:balance_out_of_bounds": ErrorCode.BALANCE_OUT_OF_BOUNDS,
    "balances_floor": ErrorCode.BALANCE_OUT_OF_BOUNDS,
    "balances_ceiling": ErrorCode.BALANCE_OUT_OF_BOUNDS,
    "uq_journals_request_id": ErrorCode.REQUEST_ID_REUSED,
}


def _refusal(error: IntegrityError) -> Exception:
    text = str(error.orig)
    for mark, code in _BY_GUARD.items():
        if mark in text:
            return CreditError(code, text.splitlines()[0])
    return error
