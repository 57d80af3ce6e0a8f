"""Taking what is due by itself: sources in a fixed order, several times on the due day, everything written down."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json
from credit.kernel.money import Money
from credit.payments import orders
from credit.payments.port import Source
from credit.repayments import settling
from credit.repayments.allocation import Debt
from credit.repayments.debts import LOAN, debts_of
from credit.repayments.models import AutopayAttempt


@dataclass(frozen=True, slots=True)
class Tried:
    """One order of an attempt: `status` is `done`, `failed` or `sent` (the bank has not answered)."""

    debt: str
    source: str
    amount: int
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class AutopayResult:
    """What one attempt did. `outcome` is `nothing` (nothing due), `paid`, `partial`, `failed` or `waiting`."""

    nth: int
    at: str
    wanted: Money
    paid: Money
    outcome: str
    tried: tuple[Tried, ...]


def attempt(books: Books, customer: Customer, day: date, nth: int) -> AutopayResult:
    """The nth attempt (from 1) of a day for one customer; a repeat gets the first result and moves nothing.

    Each due debt, the heaviest burden first, is taken from the sources in the catalogue's order: those under `partial`
    give what they have, the others all that is left or nothing. While the bank owes an answer about a debt, that debt
    is left alone: it could be paid twice. Raises AUTOPAY_ATTEMPT_UNKNOWN for a number the catalogue does not have."""
    times = books.catalogue.repayments.autopay.attempts
    if not 1 <= nth <= len(times):
        raise CreditError(ErrorCode.AUTOPAY_ATTEMPT_UNKNOWN, f"{nth} of {len(times)}")
    if (known := books.session.get(AutopayAttempt, (customer.id, day, nth))) is not None:
        return _result(known)
    due = [debt for debt in debts_of(books, customer.id) if _is_taken(debt, day)] if customer.autopay else []
    due.sort(key=lambda debt: (-debt.burden_ppm, debt.due_on, str(debt.id)))
    asked_for = {orders.content_of(order).get("chosen") for order in orders.waiting(books, customer.id, orders.REPAY)}
    tried: list[Tried] = []
    for debt in due:
        if str(debt.id) in asked_for:
            tried.append(Tried(str(debt.id), "", debt.due.minor, "sent", None))
        else:
            tried += _take(books, customer, debt, day, nth)
    row = _write(books, customer, day, nth, wanted=sum(debt.due.minor for debt in due), tried=tried)
    return _result(row)


def _is_taken(debt: Debt, day: date) -> bool:
    """On its due day and while it is overdue; what may revolve after the due day is left to the customer."""
    return bool(debt.due) and (debt.kind == LOAN or debt.late or debt.due_on == day)


def _take(books: Books, customer: Customer, debt: Debt, day: date, nth: int) -> list[Tried]:
    """Take what is due of one debt from one source after the other."""
    rules, left, tried = books.catalogue.repayments.autopay, debt.due, list[Tried]()
    for source in rules.sources:
        amount = _amount(books, customer.id, source, left)
        if not amount:
            continue
        order = orders.write_order(
            books,
            customer.id,
            orders.REPAY,
            amount,
            request_id=f"autopay:{debt.id}:{day}:{nth}:{source}",
            expires_on=day,
            source=source,
            content={"chosen": str(debt.id)},
        )
        order = settling.send_and_settle(books, order.id)
        tried.append(Tried(str(debt.id), source, amount.minor, order.state, order.reason))
        if order.state == "done":
            left -= amount
        if order.state == "sent" or not left:
            break
    return tried


def _amount(books: Books, customer_id: UUID, source: Source, left: Money) -> Money:
    """What to ask a source for; zero when it is not worth asking."""
    rules = books.catalogue.repayments.autopay
    have = orders.bank_of(books).has(customer_id, source)
    if have is None or have >= left:
        return left
    if source not in rules.partial:
        return left if have else Money(0)  # asked, and refused: the customer is told that the card was short
    return have if have >= rules.smallest else Money(0)


def _write(books: Books, customer: Customer, day: date, nth: int, *, wanted: int, tried: list[Tried]) -> AutopayAttempt:
    paid = sum(each.amount for each in tried if each.status == "done")
    if not wanted:
        outcome = "nothing"
    elif paid >= wanted:
        outcome = "paid"
    elif any(each.status == "sent" for each in tried):
        outcome = "waiting"
    else:
        outcome = "partial" if paid else "failed"
    row = AutopayAttempt(
        customer_id=customer.id,
        on=day,
        nth=nth,
        at=books.catalogue.repayments.autopay.attempts[nth - 1],
        wanted_minor=wanted,
        paid_minor=paid,
        outcome=outcome,
        tried=canonical_json([asdict(each) for each in tried]),
    )
    if wanted:  # most customers owe nothing on most days, and that is not worth a row
        books.session.add(row)
        books.session.flush()
    return row


def _result(row: AutopayAttempt) -> AutopayResult:
    tried = tuple(Tried(**each) for each in json.loads(row.tried))
    return AutopayResult(row.nth, row.at, Money(row.wanted_minor), Money(row.paid_minor), row.outcome, tried)


def attempts_of(books: Books, customer_id: UUID, day: date) -> list[AutopayResult]:
    """What was tried on a day, first attempt first: for explanations and notices."""
    query = select(AutopayAttempt).where(AutopayAttempt.customer_id == customer_id, AutopayAttempt.on == day)
    return [_result(row) for row in books.session.scalars(query.order_by(AutopayAttempt.nth))]


def switch(books: Books, customer_id: UUID, *, on: bool) -> bool:
    """Turn autopay on or off; returns what it was. Raises CUSTOMER_UNKNOWN."""
    customer = books.lock_customer(customer_id)
    before, customer.autopay = customer.autopay, on
    return before
