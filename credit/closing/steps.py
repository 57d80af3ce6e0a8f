"""The durable list of a day's steps: written when the closing begins, ticked off one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import func, insert, select

from credit.books import Books
from credit.closing.models import CUSTOMERS, FINISH, ClosingStep
from credit.closing.span import Span
from credit.customers.models import BusinessDay, Customer
from credit.kernel.errors import CreditError, ErrorCode

_UNFINISHED = select(func.min(ClosingStep.day)).where(ClosingStep.state == "open")


def unfinished(books: Books) -> date | None:
    """The day whose closing was begun and is not finished."""
    return books.session.scalar(_UNFINISHED)


def day_to_close(books: Books) -> date:
    """The day that the next run works on: the unfinished one, else the business day."""
    return unfinished(books) or books.today


def begin(books: Books, expected: date) -> int:
    """Write down the steps of the day and move the business date on, in this transaction. Returns how many steps.

    Nobody else writes meanwhile. From here on whoever's range is open lives on the old day, all others on the new one.
    A day begun already is left as it is. Raises CLOSING_WRONG_DAY when `expected` is not the day to close."""
    books.hold_the_day()
    books.forget_the_day()
    begun = unfinished(books)
    day = begun or books.today
    if day != expected:
        raise CreditError(
            ErrorCode.CLOSING_WRONG_DAY, f"asked to close {expected}, it is {day}", today=day, until=expected
        )
    if begun is None:
        steps = _plan(books, day)
        books.session.execute(insert(ClosingStep), steps)
        books.session.get_one(BusinessDay, 1).on = day + timedelta(days=1)
        books.session.flush()
        books.forget_the_day()
        return len(steps)
    return int(books.session.scalar(select(func.count()).where(ClosingStep.day == day)) or 0)


def _plan(books: Books, day: date) -> list[dict[str, Any]]:
    ids = books.session.scalars(select(Customer.id).order_by(Customer.id)).all()
    size = books.catalogue.closing.customers_a_step
    open_step = {"day": day, "state": "open", "done_at": None, "figures": "{}"}
    steps = [
        {**open_step, "number": nth, "step": CUSTOMERS, "first_id": some[0], "last_id": some[-1]}
        for nth, some in enumerate(batched(ids, size), start=1)
    ]
    return [*steps, {**open_step, "number": len(steps) + 1, "step": FINISH, "first_id": None, "last_id": None}]


def take(books: Books, day: date, *, wait: bool = False) -> ClosingStep | None:
    """The next open range of the day, locked to the end of the transaction; None when there is none.

    Ranges that somebody else is at, another run or a customer's command, are passed over unless `wait`."""
    query = (
        select(ClosingStep)
        .where(ClosingStep.day == day, ClosingStep.step == CUSTOMERS, ClosingStep.state == "open")
        .order_by(ClosingStep.number)
        .limit(1)
        .with_for_update(skip_locked=not wait)
    )
    return books.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def take_finish(books: Books, day: date) -> ClosingStep | None:
    """The day's last step, locked; None when it is done. Every range must be done before."""
    query = select(ClosingStep).where(ClosingStep.day == day, ClosingStep.step == FINISH).with_for_update()
    step = books.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if step is None or step.state == "done":
        return None
    still = select(func.count()).where(
        ClosingStep.day == day, ClosingStep.step == CUSTOMERS, ClosingStep.state == "open"
    )
    assert not books.session.scalar(still), f"{day}: ranges are open"
    return step


def ranges(books: Books, day: date) -> list[ClosingStep]:
    """The ranges of customers of a day, in order."""
    return list(
        books.session.scalars(
            select(ClosingStep)
            .where(ClosingStep.day == day, ClosingStep.step == CUSTOMERS)
            .order_by(ClosingStep.number)
        )
    )


def span_of(step: ClosingStep) -> Span:
    assert step.first_id is not None
    assert step.last_id is not None
    return Span(step.first_id, step.last_id)


def tick(books: Books, step: ClosingStep, figures: Mapping[str, Any]) -> None:
    """Mark a step done, together with what it wrote."""
    step.state, step.done_at = "done", books.now
    step.figures = json.dumps(figures, sort_keys=True, separators=(",", ":"))
    books.session.flush()


def figures_of(books: Books, day: date) -> list[dict[str, Any]]:
    """What the ranges of a day counted, in order."""
    return [json.loads(step.figures) for step in ranges(books, day)]
