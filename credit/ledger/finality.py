"""Making days final: house accounts rolled up, control totals by kind written, nothing posted there any more.

`chart.back_dating_days` keeps the newest closed days open for postings that arrive late."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from credit.kernel.database import among
from credit.ledger.chart import chart
from credit.ledger.models import Account, Balance, ClosedDay, Posting, Rollup
from credit.ledger.totals import last_closed, moved_by_kind, postings_between, snapshot
from credit.ledger.writing import refusal


def make_final(session: Session, closing: date, now: datetime) -> date | None:
    """Make final what the closing of the business day `closing` leaves behind the open days.

    Returns the day that became final, None when it was final already. The totals are computed here, and again by the
    database, which refuses others. Raises EFFECTIVE_DAY_AHEAD for a day that is not over."""
    day = closing - timedelta(days=chart().back_dating_days)
    before = last_closed(session)
    if before is not None and day <= before:
        return None
    by_account = _moved_by_house_account(session, before, day)
    rolled_up = _rolled_up(session, by_account)
    accounts = [
        {"account": key.hex, "moved": moved, "balance": rolled_up.get(key, 0) + moved}
        for key, moved in sorted(by_account.items())
    ]
    moved, earlier = moved_by_kind(session, before, day), snapshot(session, before)
    kinds = [
        {
            "gl_class": kind.gl_class,
            "kind": kind.kind,
            "currency": kind.currency,
            "moved": moved.get(kind, 0),
            "balance": earlier.get(kind, 0) + moved.get(kind, 0),
        }
        for kind in sorted(moved.keys() | earlier.keys())
    ]
    totals = json.dumps({"accounts": accounts, "kinds": kinds}, separators=(",", ":"))
    try:
        session.execute(insert(ClosedDay).values(day=day, recorded_at=now, totals=totals))
    except DBAPIError as error:
        raise refusal(error) from error
    return day


def _moved_by_house_account(session: Session, after: date | None, up_to: date) -> dict[UUID, int]:
    rows = session.execute(
        postings_between(after, up_to)
        .add_columns(Posting.account_id, func.sum(Posting.amount_minor))
        .outerjoin(Balance, Balance.account_id == Posting.account_id)
        .where(Balance.account_id.is_(None))
        .group_by(Posting.account_id)
    )
    return {key: int(minor) for key, minor in rows}


def _rolled_up(session: Session, keys: Collection[UUID]) -> dict[UUID, int]:
    """The newest roll-up of each account; an account without one is left out."""
    newest = (
        select(Rollup.balance_minor)
        .where(Rollup.account_id == Account.id)
        .order_by(Rollup.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(Account.id, newest).where(among(session, Account.id, keys)))
    return {key: minor for key, minor in rows if minor is not None}
