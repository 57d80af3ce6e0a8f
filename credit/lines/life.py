"""The life of a line: opened with consent after checks, moved to another cycle, closed when nothing is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.customers.models import Consent, Customer
from credit.customers.service import age_on
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.lines import service
from credit.lines.models import Line, LineChange

CYCLE = "cycle"


def require_may_open(
    books: Books, customer: Customer, product: str, *, consent_version: str, days_overdue: int
) -> None:
    """Everything that opening a product is refused for, the customer's own matters first.

    Raises PRODUCT_ALREADY_OPEN, IDENTITY_NOT_CHECKED, UNDERAGE, STUDENT_MAY_NOT_BORROW, CUSTOMER_BLOCKED,
    OVERDUE_BLOCKS_CREDIT, CONSENT_OUTDATED."""
    policy = books.catalogue.borrowers
    line = service.find_line(books, customer.id, product)
    if line is not None and line.status != "closed":
        raise CreditError(ErrorCode.PRODUCT_ALREADY_OPEN, product=books.catalogue.product_name(product))
    if not customer.identity_checked:
        raise CreditError(ErrorCode.IDENTITY_NOT_CHECKED)
    if age_on(customer.born_on, books.today) < policy.youngest:
        raise CreditError(ErrorCode.UNDERAGE, youngest=policy.youngest)
    if customer.is_student and not policy.students_may_borrow:
        raise CreditError(ErrorCode.STUDENT_MAY_NOT_BORROW)
    if customer.is_blocked:
        raise CreditError(ErrorCode.CUSTOMER_BLOCKED)
    if days_overdue:
        raise CreditError(ErrorCode.OVERDUE_BLOCKS_CREDIT, days=days_overdue)
    if consent_version != policy.consent_version:
        raise CreditError(ErrorCode.CONSENT_OUTDATED, f"{consent_version}, now {policy.consent_version}")


def keep_consent(books: Books, customer: Customer, product: str, version: str) -> Consent:
    consent = Consent(id=new_id(), customer_id=customer.id, kind=product, version=version, given_at=books.now)
    books.session.add(consent)
    books.session.flush()
    return consent


def consents_of(books: Books, customer_id: UUID) -> list[Consent]:
    """Oldest first."""
    query = select(Consent).where(Consent.customer_id == customer_id).order_by(Consent.given_at, Consent.id)
    return list(books.session.scalars(query))


def reopen(books: Books, line: Line, limit: Money, *, daily_rate_ppm: int, request_id: str) -> None:
    """A closed line is granted anew; its accounts and its history go on. Raises EXPOSURE_EXCEEDED."""
    line.status, line.daily_rate_ppm = "open", daily_rate_ppm
    service.change_limit(books, line, limit, owed=Money(0), reason="application", request_id=request_id)
    service.remember_change(books, line, "reopened", "application", 0, limit.minor)
    books.session.flush()


ObstacleCode = Literal[
    "owed",
    "plan_running",
    "loan_running",
    "payment_pending",
    "disbursement_pending",
    "credit_balance",
    "statement_open",
]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a product cannot be closed yet, with the amount it is about."""

    code: ObstacleCode
    amount: Money


def pending_hold(books: Books, line: Line, code: ObstacleCode) -> list[Obstacle]:
    """What is set aside on the line, if anything."""
    held = books.ledger.balance(service.account(line, "held"))
    return [Obstacle(code, held)] if held else []


def close_line(books: Books, line: Line, obstacles: list[Obstacle], *, request_id: str) -> None:
    """Take the whole limit back and close the product. Raises CANNOT_CLOSE_YET(reasons: obstacles)."""
    if obstacles:
        codes = tuple(obstacle.code for obstacle in obstacles)
        raise CreditError(ErrorCode.CANNOT_CLOSE_YET, ", ".join(codes), reasons=codes)
    before = line.limit_minor
    if before:
        service.change_limit(books, line, Money(0), owed=Money(0), reason="closed_by_customer", request_id=request_id)
    line.status, line.frozen_reason = "closed", None
    service.remember_change(books, line, "closed", "closed_by_customer", before, 0)
    books.session.flush()


def last_cycle_change(books: Books, line: Line) -> date | None:
    query = select(LineChange.on).where(LineChange.line_id == line.id, LineChange.kind == CYCLE)
    return books.session.scalars(query.order_by(LineChange.on.desc()).limit(1)).one_or_none()


def first_day_for_a_new_cycle(books: Books, line: Line, *, due_on: date | None) -> date:
    """From when the statement day may be moved: after the open bill's due day, and not twice within the catalogue's
    days."""
    days = [books.today]
    if due_on is not None:
        days.append(due_on + timedelta(days=1))
    if (changed := last_cycle_change(books, line)) is not None:
        days.append(changed + timedelta(days=books.catalogue.paylater.cycle_change_days))
    return max(days)
