"""Writing notices into the outbox, handing them to whoever delivers, and opting out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select, update

from credit.books import Books
from credit.kernel.database import among
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, new_id
from credit.kernel.money import Money
from credit.notices.models import Notice, NoticeOptOut
from credit.notices.rules import earliest, is_quiet

KINDS = (
    "bill_issued", "bill_due", "loan_due", "overdue",
    "limit_raised", "credit_held", "limit_cut", "credit_released", "limit_restored",
)  # fmt: skip
"""The wording of a kind is `utter_notice_<kind>` in bot/domain/notices.yml."""
LASTING = KINDS[4:]
"""What they say happened, and is to be heard of later too."""
_DAYS = ("due_on", "since")


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something to tell a customer. `facts` as in `Notice.facts`; `due_at` is moved out of the quiet hours."""

    customer_id: UUID
    kind: str
    dedupe_key: str
    due_at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PendingNotice:
    """What the gateway delivers. `facts` fill the wording: Money, dates, ints, strings."""

    id: UUID
    customer_id: UUID
    kind: str
    facts: dict[str, Any]
    due_at: datetime


def enqueue(books: Books, notices: Iterable[NewNotice]) -> int:
    """Put notices into the outbox, all in one statement; returns how many are new.

    What has a dedupe key that is there already, and what the customer opted out of, is left out. Raises
    NOTICE_KIND_UNKNOWN."""
    wanted = {notice.dedupe_key: notice for notice in notices}
    for notice in wanted.values():
        _known(notice.kind)
    if not wanted:
        return 0
    session, rule = books.session, books.catalogue.reminders
    there = set(session.scalars(select(Notice.dedupe_key).where(Notice.dedupe_key.in_(wanted))))
    customers = {notice.customer_id for notice in wanted.values()}
    refused = select(NoticeOptOut.customer_id, NoticeOptOut.kind).where(
        among(session, NoticeOptOut.customer_id, customers)
    )
    unwanted = {(customer, kind) for customer, kind in session.execute(refused)}
    rows = [
        {
            "id": new_id(),
            "customer_id": notice.customer_id,
            "kind": notice.kind,
            "facts": canonical_json(notice.facts),
            "dedupe_key": key,
            "business_date": books.today,
            "due_at": earliest(notice.due_at, rule),
            "state": "pending",
            "settled_at": None,
        }
        for key, notice in sorted(wanted.items())
        if key not in there and (notice.kind in rule.always or (notice.customer_id, notice.kind) not in unwanted)
    ]
    if rows:
        session.execute(insert(Notice), rows)
    return len(rows)


def list_pending(books: Books, *, most: int = 100) -> list[PendingNotice]:
    """What may be delivered now, oldest first; nothing within the quiet hours."""
    if is_quiet(books.now, books.catalogue.reminders):
        return []
    rows = books.session.scalars(
        select(Notice)
        .where(Notice.state == "pending", Notice.due_at <= books.now)
        .order_by(Notice.due_at, Notice.id)
        .limit(most)
    )
    return [PendingNotice(row.id, row.customer_id, row.kind, _spoken(books, row.facts), row.due_at) for row in rows]


def _spoken(books: Books, kept: str) -> dict[str, Any]:
    """As a wording takes them: `left_minor` becomes the amount `left`, days become dates, products their names."""
    found: dict[str, Any] = {}
    for name, value in json.loads(kept).items():
        if name.endswith("_minor"):
            found[name.removesuffix("_minor")] = Money(value)
        elif name in _DAYS:
            found[name] = date.fromisoformat(value)
        else:
            found[name] = books.catalogue.product_name(value) if name == "product" else value
    return found


def mark_sent(books: Books, notice_id: UUID) -> bool:
    """Remember that a notice was delivered. False when it was settled before. Raises NOTICE_NOT_FOUND."""
    return _settle(books, notice_id, "sent")


def withdraw(books: Books, notice_id: UUID) -> bool:
    """Not to be delivered any more, since what it says is no longer so. As `mark_sent`."""
    return _settle(books, notice_id, "withdrawn")


def _settle(books: Books, notice_id: UUID, state: str) -> bool:
    query = select(Notice).where(Notice.id == notice_id).with_for_update()
    notice = books.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if notice is None:
        raise CreditError(ErrorCode.NOTICE_NOT_FOUND, str(notice_id))
    if notice.state != "pending":
        return False
    notice.state, notice.settled_at = state, books.now
    return True


def withdraw_stale(books: Books) -> int:
    """Notices of earlier business days that nobody delivered: their figures are no longer so. Returns how many."""
    old = update(Notice).where(
        Notice.state == "pending", Notice.business_date < books.today, Notice.kind.not_in(LASTING)
    )
    done = books.session.execute(old.values(state="withdrawn", settled_at=books.now))
    return int(cast("CursorResult[Any]", done).rowcount)


def opt_out(books: Books, customer_id: UUID, kind: str) -> None:
    """No more notices of a kind; those not yet sent are withdrawn. Raises CUSTOMER_UNKNOWN, NOTICE_KIND_UNKNOWN,
    NOTICE_CANNOT_BE_REFUSED."""
    _known(kind)
    if kind in books.catalogue.reminders.always:
        raise CreditError(ErrorCode.NOTICE_CANNOT_BE_REFUSED, kind)
    books.lock_customer(customer_id)
    if books.session.get(NoticeOptOut, (customer_id, kind)) is None:
        books.session.add(NoticeOptOut(customer_id=customer_id, kind=kind, since=books.today))
    pending = select(Notice).where(Notice.customer_id == customer_id, Notice.kind == kind, Notice.state == "pending")
    for notice in books.session.scalars(pending):
        notice.state, notice.settled_at = "withdrawn", books.now
    books.session.flush()


def opt_in(books: Books, customer_id: UUID, kind: str) -> None:
    """Notices of a kind again. Raises CUSTOMER_UNKNOWN, NOTICE_KIND_UNKNOWN."""
    _known(kind)
    books.lock_customer(customer_id)
    books.session.execute(
        delete(NoticeOptOut).where(NoticeOptOut.customer_id == customer_id, NoticeOptOut.kind == kind)
    )


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise CreditError(ErrorCode.NOTICE_KIND_UNKNOWN, kind)
