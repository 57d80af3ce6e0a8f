"""Posting and reading. Everything that moves money or a limit goes through `Ledger.post`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.kernel.money import Currency, Money
from credit.ledger.chart import chart
from credit.ledger.keeping import kept_balances
from credit.ledger.lines import ACCOUNTS, Event, HoldStep, Lines, account_id
from credit.ledger.models import Account, AccountClosure, Balance, Hold, Journal, Posting, Rollup
from credit.ledger.writing import insert_journal, refusal

__all__ = ["ACCOUNTS", "Event", "HoldStep", "Ledger", "Lines", "account_id"]

_OF_REQUEST = select(Journal).where(Journal.request_id == bindparam("request"))


class Ledger:
    """The books, inside one database transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    @property
    def session(self) -> Session:
        return self._session

    def open_account(
        self,
        code: str,
        *,
        kind: str,
        opened_on: date,
        customer_id: UUID | None = None,
        floor: int | None = None,
        ceiling: int | None = None,
        currency: str = Currency.CNY,
    ) -> None:
        """Open an account; with a customer it also gets a balance row with its bounds (minor units).

        `kind` is one of seeds/chart.yml. Raises ACCOUNT_KIND_UNKNOWN, ACCOUNT_EXISTS."""
        key, listed = account_id(code), chart().kind(kind)
        account = insert(Account).values(
            id=key,
            code=code,
            kind=kind,
            gl_class=listed.gl_class,
            customer_id=customer_id,
            currency=currency,
            is_held=listed.held,
            opened_on=opened_on,
        )
        try:
            self._session.execute(account)
        except DBAPIError as error:
            raise refusal(error) from error
        if customer_id is not None:
            self._session.execute(
                insert(Balance).values(
                    account_id=key, balance_minor=0, posting_count=0, floor_minor=floor, ceiling_minor=ceiling
                )
            )

    def close_account(self, code: str, *, closed_on: date, reason: str) -> None:
        """Take no more postings on an account. Raises ACCOUNT_UNKNOWN, ACCOUNT_CLOSED, ACCOUNT_NOT_EMPTY."""
        closure = insert(AccountClosure).values(
            account_id=account_id(code), closed_on=closed_on, reason=reason, recorded_at=self._now
        )
        try:
            self._session.execute(closure)
        except DBAPIError as error:
            raise refusal(error) from error

    def post(self, event: Event, lines: Lines, *, reverses: UUID | None = None, hold: HoldStep | None = None) -> UUID:
        """Write one journal and return its id; a repeat of the same request returns the first id.

        Raises JOURNAL_EMPTY, JOURNAL_UNBALANCED, JOURNAL_MIXED_CURRENCY, POSTING_TOO_LARGE, POSTING_CURRENCY,
        ACCOUNT_UNKNOWN, ACCOUNT_CLOSED, BALANCE_OUT_OF_BOUNDS, EFFECTIVE_DAY_CLOSED, EFFECTIVE_DAY_AHEAD,
        HOLD_REQUIRED, REQUEST_ID_REUSED."""
        spelled, facts = lines.spelled(), canonical_json(event.facts)
        content = [event.kind, str(event.customer_id), event.effective_on.isoformat(), spelled, facts]
        if hold is not None or reverses is not None:
            content += [str(reverses), str(hold)]
        mark, key = fingerprint(content), new_id()
        written = insert_journal(
            self._session.connection(),
            key=key,
            request_id=event.request_id,
            fingerprint=mark,
            kind=event.kind,
            customer_id=event.customer_id,
            effective_on=event.effective_on,
            recorded_at=self._now,
            reverses=reverses,
            hold_id=hold.id if hold else None,
            hold_act=hold.act if hold else None,
            hold_expires_on=hold.expires_on if hold else None,
            facts=facts,
            lines=spelled,
        )
        return key if written else self._first(event.request_id, mark)

    def _first(self, request_id: str, mark: str) -> UUID:
        """The journal that has the request id already, when it says the same."""
        earlier = self._session.execute(
            select(Journal.id, Journal.fingerprint).where(Journal.request_id == request_id)
        ).one_or_none()
        if earlier is None or earlier.fingerprint != mark:
            raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
        first: UUID = earlier.id
        return first

    def find(self, request_id: str) -> Journal | None:
        """The journal that was written for a request, if any."""
        return self._session.scalars(_OF_REQUEST, {"request": request_id}).one_or_none()

    def reverse(self, journal_id: UUID, *, request_id: str, effective_on: date, reason: str) -> UUID:
        """Write the opposite of a journal. The first stays as it was.

        What a posted hold took from the held account goes back to where the hold came from. Raises JOURNAL_NOT_FOUND,
        JOURNAL_ALREADY_REVERSED, REVERSAL_OF_REVERSAL, HOLD_REQUIRED (release the hold instead), and as `post`."""
        journal = self._session.get(Journal, journal_id)
        if journal is None:
            raise CreditError(ErrorCode.JOURNAL_NOT_FOUND, str(journal_id))
        if journal.reverses is not None:
            raise CreditError(ErrorCode.REVERSAL_OF_REVERSAL, str(journal_id))
        if journal.hold_act not in (None, "post"):
            raise CreditError(ErrorCode.HOLD_REQUIRED, str(journal_id))
        written = [(UUID(line["account"]), line["minor"], line["currency"]) for line in json.loads(journal.lines)]
        hold = self._session.scalars(select(Hold).where(Hold.closed_by == journal_id)).one_or_none()
        back = {hold.held_account_id: hold.from_account_id} if hold else {}
        touched = [back.get(key, key) for key, _, _ in written]
        named = self._session.execute(select(Account.id, Account.code).where(Account.id.in_(touched)))
        codes = {key: code for key, code in named}  # noqa: C416  (dict() takes a result for a mapping)
        lines = Lines()
        for key, minor, currency in written:
            lines.shift(codes[back.get(key, key)], -minor, currency)
        facts = {"of": str(journal_id), "reason": reason}
        event = Event("reversal", request_id, journal.customer_id, effective_on, facts)
        return self.post(event, lines, reverses=journal_id)

    def balance(self, code: str) -> Money:
        """The present balance (debit positive). Customers' are kept; a house account is its newest roll-up and what
        was posted since."""
        key = account_id(code)
        kept = kept_balances(self._session.connection(), [key])
        if kept:
            return Money(kept[key.hex])
        newest = self._session.execute(
            select(Rollup.day, Rollup.balance_minor)
            .where(Rollup.account_id == key)
            .order_by(Rollup.day.desc())
            .limit(1)
        ).one_or_none()
        since = select(func.coalesce(func.sum(Posting.amount_minor), 0)).where(Posting.account_id == key)
        if newest is None:
            return Money(int(self._session.scalars(since).one()))
        moved = self._session.scalars(since.where(Posting.effective_on > newest.day)).one()
        return Money(newest.balance_minor + int(moved))

    def balances(self, codes: Iterable[str]) -> dict[str, Money]:
        """Present balances of several customer-side accounts in one look; unknown ones are zero."""
        names = {code: account_id(code) for code in codes}
        kept = kept_balances(self._session.connection(), names.values())
        return {code: Money(kept.get(key.hex, 0)) for code, key in names.items()}
