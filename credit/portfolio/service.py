"""Classifying debts, setting provisions aside and listing candidates for write-off, as part of closing a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select, update

from credit.books import Books
from credit.closing.calendar import business_day_after
from credit.closing.lateness import LateDebt
from credit.closing.span import Span
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.chart import chart
from credit.ledger.lines import Lines
from credit.ledger.totals import Kind, moved_by_kind
from credit.lines.service import PAYLATER
from credit.portfolio.models import DebtClass, WriteOffCandidate
from credit.portfolio.rules import CLASSES, class_of, days_past_due, provision

ALLOWANCE, EXPENSE = "house/loss_allowance", "house/expense/provision"
NORMAL = CLASSES[0]


@dataclass(frozen=True, slots=True)
class Exposure:
    """One late debt at the end of a day."""

    debt: LateDebt
    days: int
    code: str
    principal_minor: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A debt listed for write-off; `principal` as it was on that day."""

    debt_id: UUID
    product: str
    customer_id: UUID
    listed_on: date
    principal: Money
    review_on: date | None


def classify(books: Books, day: date, span: Span, late: Iterable[LateDebt]) -> dict[str, int]:
    """Write down which debts of the range changed their class on `day`, and who is a candidate for write-off.

    Returns the principal of debts that are not normal, minor units by class."""
    exposures = _exposures(books, day, list(late))
    _remember_classes(books, day, span, exposures)
    _list_candidates(books, day, span, exposures)
    sums = dict.fromkeys(CLASSES[1:], 0)
    for found in exposures.values():
        if found.code != NORMAL:
            sums[found.code] += found.principal_minor
    return sums


def _exposures(books: Books, day: date, late: list[LateDebt]) -> dict[UUID, Exposure]:
    owed = books.ledger.balances(code for debt in late for code in _principal_accounts(debt))
    found = {}
    for debt in late:
        days = days_past_due(debt.since, day)
        principal = sum(owed[code].minor for code in _principal_accounts(debt))
        found[debt.debt_id] = Exposure(debt, days, class_of(days, books.catalogue.classification), principal)
    return found


def _principal_accounts(debt: LateDebt) -> list[str]:
    if debt.product == PAYLATER:
        return [f"paylater/{debt.debt_id}/{part}" for part in ("unbilled", "plan", "billed")]
    return [f"loan/{debt.debt_id}/principal"]


def _remember_classes(books: Books, day: date, span: Span, exposures: Mapping[UUID, Exposure]) -> None:
    present = {
        row.debt_id: row
        for row in books.session.execute(
            select(DebtClass.debt_id, DebtClass.on, DebtClass.product, DebtClass.customer_id, DebtClass.code).where(
                span.holds(DebtClass.customer_id), DebtClass.until.is_(None)
            )
        )
    }
    rows = []
    for key, found in sorted(exposures.items()):
        known = present[key].code if key in present else NORMAL
        if found.code != known:
            rows.append(_row(key, day, found.debt.product, found.debt.customer_id, found.code, found.days))
    for key, row in sorted(present.items()):
        if key not in exposures and row.code != NORMAL:
            rows.append(_row(key, day, row.product, row.customer_id, NORMAL, 0))
    if not rows:
        return
    books.session.execute(
        update(DebtClass)
        .where(DebtClass.debt_id.in_([row["debt_id"] for row in rows]), DebtClass.until.is_(None))
        .values(until=day)
        .execution_options(synchronize_session=False)
    )
    books.session.execute(insert(DebtClass), rows)


def _row(key: UUID, day: date, product: str, customer_id: UUID, code: str, days: int) -> dict[str, object]:
    return {
        "debt_id": key, "on": day, "product": product, "customer_id": customer_id, "code": code,
        "days_past_due": days, "until": None,
    }  # fmt: skip


def _list_candidates(books: Books, day: date, span: Span, exposures: Mapping[UUID, Exposure]) -> None:
    rule = books.catalogue.write_off
    listed = set(
        books.session.scalars(
            select(WriteOffCandidate.debt_id).where(
                span.holds(WriteOffCandidate.customer_id), WriteOffCandidate.withdrawn_on.is_(None)
            )
        )
    )
    late_enough = {key: found for key, found in exposures.items() if found.days >= rule.from_day}
    if gone := sorted(listed - late_enough.keys()):
        books.session.execute(
            update(WriteOffCandidate)
            .where(WriteOffCandidate.debt_id.in_(gone), WriteOffCandidate.withdrawn_on.is_(None))
            .values(withdrawn_on=day)
            .execution_options(synchronize_session=False)
        )
    new = [
        {
            "debt_id": key,
            "listed_on": day,
            "product": found.debt.product,
            "customer_id": found.debt.customer_id,
            "days_past_due": found.days,
            "principal_minor": found.principal_minor,
            "review_on": _review_day(day, rule.review_business_days),
            "withdrawn_on": None,
        }
        for key, found in sorted(late_enough.items())
        if key not in listed
    ]
    if new:
        books.session.execute(insert(WriteOffCandidate), new)


def _review_day(day: date, business_days: int) -> date | None:
    try:
        return business_day_after(day, business_days)
    except CreditError as refusal:
        if refusal.code is not ErrorCode.CALENDAR_HORIZON:
            raise
        return None  # the holidays of that year are not announced yet; closing goes on


def principal_owed(books: Books, day: date, general: Mapping[Kind, int]) -> int:
    """All principal that customers owed at the end of a day, minor units: what the general ledger says now, less what
    was posted since."""
    kinds = {name for name, kind in chart().kinds.items() if kind.part == "principal"}
    since = moved_by_kind(books.session, day, None)
    now = sum(minor for kind, minor in general.items() if kind.kind in kinds)
    return now - sum(minor for kind, minor in since.items() if kind.kind in kinds)


def set_provisions(books: Books, day: date, principal: int, not_normal: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Bring the loss allowance to what the classes of `day` ask for, with one journal when it moves.

    `not_normal` are what `classify` returned for the ranges; the rest of the `principal` owed is normal. Returns the
    exposures, minor units by class."""
    exposures = dict.fromkeys(CLASSES, 0)
    for sums in not_normal:
        for name, minor in sums.items():
            exposures[name] += minor
    exposures[NORMAL] = principal - sum(exposures.values())
    wanted = provision(exposures, books.catalogue.provisions)
    change = sum(wanted.values()) + books.ledger.balance(ALLOWANCE).minor
    lines = Lines().move(Money(change), debit=EXPENSE, credit=ALLOWANCE)
    if lines:
        books.post(
            "provision",
            f"provision:{day}",
            lines,
            customer_id=None,
            facts={"exposures": exposures, "provisions": wanted},
            effective_on=day,
        )
    return exposures


def write_off_candidates(books: Books, *, most: int = 1000) -> list[Candidate]:
    """Debts that somebody has to decide about, longest listed first."""
    rows = books.session.scalars(
        select(WriteOffCandidate)
        .where(WriteOffCandidate.withdrawn_on.is_(None))
        .order_by(WriteOffCandidate.listed_on, WriteOffCandidate.debt_id)
        .limit(most)
    )
    return [
        Candidate(row.debt_id, row.product, row.customer_id, row.listed_on, Money(row.principal_minor), row.review_on)
        for row in rows
    ]
