"""Additions to a limit that end by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money, share_of
from credit.lines import service
from credit.lines.models import Line, TemporaryLimit

Owed = Callable[[Books, Line], Money]
"""Principal owed on a line, which only its product knows."""


def running(books: Books, line: Line) -> TemporaryLimit | None:
    query = select(TemporaryLimit).where(TemporaryLimit.line_id == line.id, TemporaryLimit.ended_on.is_(None))
    return books.session.scalars(query).one_or_none()


def amount(books: Books, line: Line) -> int:
    """Minor units of the limit that are temporary now."""
    query = select(func.coalesce(func.sum(TemporaryLimit.amount_minor), 0)).where(
        TemporaryLimit.line_id == line.id, TemporaryLimit.ended_on.is_(None)
    )
    return int(books.session.scalars(query).one())


def grant(books: Books, line: Line, extra: Money, *, owed: Money, request_id: str) -> TemporaryLimit:
    """Add `extra` to the limit for the days that the catalogue names, today included.

    Raises LINE_FROZEN, AMOUNT_NOT_POSITIVE, TEMPORARY_LIMIT_RUNNING, TEMPORARY_LIMIT_TOO_LARGE, EXPOSURE_EXCEEDED."""
    service.require_usable(books, line)
    rules = books.catalogue.paylater.temporary_limit
    if extra.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=extra)
    if (earlier := running(books, line)) is not None:
        raise CreditError(ErrorCode.TEMPORARY_LIMIT_RUNNING, until=earlier.until_on)
    most = share_of(Money(line.limit_minor), rules.largest_share_ppm)
    if extra > most:
        raise CreditError(ErrorCode.TEMPORARY_LIMIT_TOO_LARGE, most=most)
    raised = Money(line.limit_minor + extra.minor)
    service.change_limit(books, line, raised, owed=owed, reason="temporary_limit", request_id=request_id)
    granted = TemporaryLimit(
        id=new_id(),
        line_id=line.id,
        amount_minor=extra.minor,
        from_on=books.today,
        until_on=books.today + timedelta(days=rules.days - 1),
        ended_on=None,
    )
    books.session.add(granted)
    books.session.flush()
    return granted


def expire_limits(books: Books, day: date, owed: Owed, *, customers: tuple[UUID, UUID] | None = None) -> list[Line]:
    """End the additions whose last day is `day` or earlier; called when that day is closed. Returns their lines.

    One whose limit is held for a payment under way is ended on a later day: that amount may be owed in a moment.
    `customers` narrows it to those from one id to another."""
    due = select(TemporaryLimit).where(TemporaryLimit.ended_on.is_(None), TemporaryLimit.until_on <= day)
    if customers is not None:
        due = due.join(Line, Line.id == TemporaryLimit.line_id).where(Line.customer_id.between(*customers))
    ended: list[Line] = []
    for granted in books.session.scalars(due.order_by(TemporaryLimit.id)).all():
        line = books.session.get_one(Line, granted.line_id)
        lowered = Money(max(0, line.limit_minor - granted.amount_minor))
        request_id = f"temporary-end:{granted.id}"
        try:
            service.change_limit(
                books, line, lowered, owed=owed(books, line), reason="temporary_limit_ended", request_id=request_id
            )
        except CreditError as refusal:
            if refusal.code is not ErrorCode.LIMIT_HELD:
                raise
            continue
        granted.ended_on = day
        ended.append(line)
    books.session.flush()
    return ended
