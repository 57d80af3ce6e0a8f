"""Reading the books as of any day: one balance, the trial balance, an account statement in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.lines import account_id
from credit.ledger.models import Account, Balance, Journal, Posting, Rollup
from credit.ledger.totals import Kind, balances_by_kind, days_between

PAGE = 50


def balance_as_of(session: Session, code: str, day: date) -> int:
    """Minor units (debit positive) at the end of a business day, late postings included. Raises ACCOUNT_UNKNOWN.

    Customers': the present balance less what came after. A house account: its newest roll-up up to that day and what
    was posted between."""
    account = _account(session, code)
    kept = session.get(Balance, account.id, populate_existing=True)
    if kept is not None:
        return kept.balance_minor - _sum(session, account.id, after=day, up_to=None)
    newest = session.execute(
        select(Rollup.day, Rollup.balance_minor)
        .where(Rollup.account_id == account.id, Rollup.day <= day)
        .order_by(Rollup.day.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return _sum(session, account.id, after=None, up_to=day)
    return int(newest.balance_minor) + _sum(session, account.id, after=newest.day, up_to=day)


def _sum(session: Session, key: UUID, *, after: date | None, up_to: date | None) -> int:
    between = days_between(Posting.effective_on.expression, after, up_to)
    total = select(func.coalesce(func.sum(Posting.amount_minor), 0)).where(Posting.account_id == key, *between)
    return int(session.scalars(total).one())


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every kind's balance at the end of a day, minor units, debit positive."""

    day: date
    kinds: dict[Kind, int]

    def by_class(self) -> dict[tuple[str, str], int]:
        """Sums by (class, currency)."""
        found: dict[tuple[str, str], int] = {}
        for kind, minor in self.kinds.items():
            key = (kind.gl_class, kind.currency)
            found[key] = found.get(key, 0) + minor
        return found

    def debits(self, currency: str) -> int:
        return sum(minor for kind, minor in self.kinds.items() if kind.currency == currency and minor > 0)

    def credits(self, currency: str) -> int:
        return -sum(minor for kind, minor in self.kinds.items() if kind.currency == currency and minor < 0)

    def difference(self, currency: str) -> int:
        """Debits less credits; anything but zero means broken books."""
        return self.debits(currency) - self.credits(currency)


def trial_balance(session: Session, day: date) -> TrialBalance:
    """The trial balance at the end of a business day: the newest control totals up to it and the postings since."""
    return TrialBalance(day, dict(sorted(balances_by_kind(session, day).items())))


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting of an account, with the balance after it in the order of the statement."""

    journal_id: UUID
    kind: str
    request_id: str
    effective_on: date
    recorded_at: datetime
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Part of an account statement, oldest entry first. `next_cursor` is None on the last page."""

    code: str
    currency: str
    opening_minor: int
    entries: list[Entry]
    closing_minor: int
    next_cursor: str | None


def account_statement(
    session: Session, code: str, first: date, last: date, cursor: str | None = None, *, most: int = PAGE
) -> StatementPage:
    """One page of an account's postings from `first` to `last`, by effective day and then as recorded.

    Reads `ix_postings_account_day` from the cursor on, so every page costs the same. Raises ACCOUNT_UNKNOWN, and
    ValueError for a cursor that is not one of ours."""
    account = _account(session, code)
    where = [Posting.account_id == account.id, Posting.effective_on.between(first, last)]
    if cursor is None:
        opening = balance_as_of(session, code, first - timedelta(days=1))
    else:
        day, journal, opening = _read(cursor)
        where.append(tuple_(Posting.effective_on, Posting.journal_id) > tuple_(day, journal))
    page = (
        select(Posting.journal_id, Posting.effective_on, Posting.amount_minor)
        .where(*where)
        .order_by(Posting.effective_on, Posting.journal_id)
        .limit(most + 1)
        .subquery()
    )
    rows = session.execute(
        select(page, Journal.kind, Journal.request_id, Journal.recorded_at)
        .join(Journal, Journal.id == page.c.journal_id)
        .order_by(page.c.effective_on, page.c.journal_id)
    ).all()
    entries, balance = [], opening
    for row in rows[:most]:
        balance += row.amount_minor
        moment = (row.effective_on, row.recorded_at)
        entries.append(Entry(row.journal_id, row.kind, row.request_id, *moment, row.amount_minor, balance))
    more = f"{entries[-1].effective_on}.{entries[-1].journal_id.hex}.{balance}" if len(rows) > most else None
    return StatementPage(code, account.currency, opening, entries, balance, more)


def _read(cursor: str) -> tuple[date, UUID, int]:
    day, journal, balance = cursor.split(".")
    return date.fromisoformat(day), UUID(journal), int(balance)


def _account(session: Session, code: str) -> Account:
    account = session.get(Account, account_id(code))
    if account is None:
        raise CreditError(ErrorCode.ACCOUNT_UNKNOWN, code)
    return account
