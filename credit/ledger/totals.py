"""Sums over postings, set-based: what moved between two days, by account and by kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from credit.ledger.models import Account, ClosedDay, ControlTotal, Journal, Posting


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A line of the trial balance."""

    gl_class: str
    kind: str
    currency: str


def last_closed(session: Session, up_to: date | None = None) -> date | None:
    """The newest final day, or the newest not after `up_to`."""
    newest = select(func.max(ClosedDay.day))
    return session.scalar(newest if up_to is None else newest.where(ClosedDay.day <= up_to))


def snapshot(session: Session, day: date | None) -> dict[Kind, int]:
    """Control totals of a final day, minor units by kind; without a day nothing."""
    rows = session.execute(
        select(ControlTotal.gl_class, ControlTotal.kind, ControlTotal.currency, ControlTotal.balance_minor).where(
            ControlTotal.day == day
        )
    )
    return {Kind(*key): minor for *key, minor in rows}


def moved_by_kind(session: Session, after: date | None, up_to: date | None) -> dict[Kind, int]:
    """Postings of the days after `after`, up to and with `up_to`, minor units by kind."""
    key = (Account.gl_class, Account.kind, Account.currency)
    sums = postings_between(after, up_to).join(Account, Account.id == Posting.account_id)
    rows = session.execute(sums.add_columns(*key, func.sum(Posting.amount_minor)).group_by(*key))
    return {Kind(*name): int(minor) for *name, minor in rows}


def balances_by_kind(session: Session, up_to: date | None = None) -> dict[Kind, int]:
    """The general ledger at the end of a day (None: with everything posted): the newest control totals before it and
    what was posted since."""
    closed = last_closed(session, up_to)
    totals = snapshot(session, closed)
    for kind, minor in moved_by_kind(session, closed, up_to).items():
        totals[kind] = totals.get(kind, 0) + minor
    return totals


def days_between(column: ColumnElement[date], after: date | None, up_to: date | None) -> list[ColumnElement[bool]]:
    """The condition that a day lies after one day and not after another; an open end is no condition."""
    found = []
    if after is not None:
        found.append(column > after)
    if up_to is not None:
        found.append(column <= up_to)
    return found


def postings_between(after: date | None, up_to: date | None) -> Select[tuple[()]]:
    """All postings of the days after `after`, up to and with `up_to`; the columns are the caller's."""
    # By way of journals, whose day is indexed: postings need no index of their own for it. Named as a set and not
    # joined, since SQLite went through all postings ever written to join the few journals of a day.
    between = select(Journal.id).where(*days_between(Journal.effective_on.expression, after, up_to))
    return select().select_from(Posting).where(Posting.journal_id.in_(between))
