"""Two-phase postings: an amount is held, and later posted, released or expired.

A hold is money of the same customer moved to an account that only holds may touch, so the floor of the account it came
from counts it. Its row in `holds` is written and closed by the database, from the journal that moves the amount: a hold
changes state once, and only together with its journal."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import func, select

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.lines import ACCOUNTS, Event, HoldStep, Lines
from credit.ledger.models import Account, Hold
from credit.ledger.service import Ledger

HOLDS = uuid5(ACCOUNTS, "holds")


def place(ledger: Ledger, event: Event, *, from_code: str, held_code: str, amount: Money, expires_on: date) -> UUID:
    """Set an amount aside; it can be posted up to and on the business day `expires_on`. A repeat gets the same hold.

    Raises AMOUNT_NOT_POSITIVE, BALANCE_OUT_OF_BOUNDS, HOLD_MISMATCH (another customer's or no held account), and as
    `Ledger.post`."""
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    hold_id = uuid5(HOLDS, event.request_id)
    lines = Lines().move(amount, debit=held_code, credit=from_code)
    ledger.post(event, lines, hold=HoldStep(hold_id, "place", expires_on))
    return hold_id


def post(ledger: Ledger, hold_id: UUID, event: Event, lines: Lines, *, amount: Money | None = None) -> UUID:
    """Write the final journal, which uses `amount` of the hold (None: all); the rest goes back. Returns the journal.

    `lines` say what the amount becomes, for a line of credit a debit of `used`; the credit of the held account is added
    here. Raises HOLD_NOT_FOUND, HOLD_NOT_PENDING, HOLD_EXPIRED, HOLD_MISMATCH (more than is held), and as
    `Ledger.post`."""
    hold, from_code, held_code = _find(ledger, hold_id)
    final = amount.minor if amount is not None else hold.amount_minor
    if not 0 < final <= hold.amount_minor:
        raise CreditError(ErrorCode.HOLD_MISMATCH, f"{final} of {hold.amount_minor}")
    whole = lines.copy().shift(held_code, -hold.amount_minor, hold.currency)
    if final < hold.amount_minor:
        whole.shift(from_code, hold.amount_minor - final, hold.currency)
    return ledger.post(event, whole, hold=HoldStep(hold_id, "post"))


def release(ledger: Ledger, hold_id: UUID, *, request_id: str, effective_on: date, reason: str) -> UUID:
    """Give a held amount back. Returns the journal. Raises HOLD_NOT_FOUND, HOLD_NOT_PENDING."""
    return _give_back(ledger, hold_id, "release", request_id, effective_on, reason)


def expire_due(ledger: Ledger, day: date, *, customers: tuple[UUID, UUID] | None = None) -> list[UUID]:
    """Give back every hold whose last day is `day` or earlier; called when that day is closed. Returns the holds.

    `customers` narrows it to those from one id to another."""
    due = select(Hold.id).where(Hold.state == "pending", Hold.expires_on <= day).order_by(Hold.id)
    if customers is not None:
        due = due.where(Hold.customer_id.between(*customers))
    found = list(ledger.session.scalars(due))
    for hold_id in found:
        _give_back(ledger, hold_id, "expire", f"expire:{hold_id}", day, "expired")
    return found


def held_for(ledger: Ledger, customer_id: UUID) -> Money:
    """What is pending for a customer, all holds together."""
    pending = select(func.coalesce(func.sum(Hold.amount_minor), 0)).where(
        Hold.customer_id == customer_id, Hold.state == "pending"
    )
    return Money(int(ledger.session.scalars(pending).one()))


def _give_back(
    ledger: Ledger, hold_id: UUID, act: Literal["release", "expire"], request_id: str, effective_on: date, reason: str
) -> UUID:
    hold, from_code, held_code = _find(ledger, hold_id)
    lines = Lines().shift(held_code, -hold.amount_minor, hold.currency)
    lines.shift(from_code, hold.amount_minor, hold.currency)
    event = Event(f"hold_{act}d", request_id, hold.customer_id, effective_on, {"hold": str(hold_id), "reason": reason})
    return ledger.post(event, lines, hold=HoldStep(hold_id, act))


def _find(ledger: Ledger, hold_id: UUID) -> tuple[Hold, str, str]:
    hold = ledger.session.get(Hold, hold_id, populate_existing=True)
    if hold is None:
        raise CreditError(ErrorCode.HOLD_NOT_FOUND, str(hold_id))
    keys = (hold.from_account_id, hold.held_account_id)
    rows = ledger.session.execute(select(Account.id, Account.code).where(Account.id.in_(keys)))
    codes = {key: code for key, code in rows}  # noqa: C416  (dict() takes a result for a mapping)
    return hold, codes[hold.from_account_id], codes[hold.held_account_id]
