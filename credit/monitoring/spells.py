"""How late every debt was on any past day, worked out from the books: nothing of it is stored, nothing can drift.

A loan's rows say when each due day was met. A pay-later line has no such rows; its classes, written at each closing,
say since when it was late (see credit.portfolio)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from credit.books import Books
from credit.lines.service import CASHLOAN, PAYLATER
from credit.loans.models import Loan, LoanRow
from credit.portfolio.models import DebtClass
from credit.portfolio.rules import CLASSES

BUCKETS = tuple(f"M{number}" for number in range(8))
"""M0 is not late, M1 late for 1 to 30 days, each further one 30 days more, M7 over 180."""
DAYS_A_BUCKET = 30


def bucket_of(days: int) -> int:
    """The number of the bucket of a debt that is late for so many days."""
    return min(-(-days // DAYS_A_BUCKET), len(BUCKETS) - 1) if days > 0 else 0


@dataclass(frozen=True, slots=True)
class Spell:
    """One due day that was missed: from the evening of `first` on, until the evening of `until` (None: still)."""

    debt_id: UUID
    product: str
    customer_id: UUID
    since: date
    """The due day."""
    first: date
    until: date | None

    def days_on(self, day: date) -> int:
        """Days late when `day` is over; 0 when the spell does not hold then."""
        if day < self.first or (self.until is not None and day >= self.until):
            return 0
        return (day - self.since).days

    def reaches(self, days: int, up_to: date) -> date | None:
        """The day on which it became so many days late; None when it did not until the end of `up_to`."""
        day = max(self.first, self.since + timedelta(days=days))
        return day if day <= up_to and (self.until is None or day < self.until) else None


def spells(books: Books, after: date | None = None) -> list[Spell]:
    """All spells, or those that held on some day after `after`."""
    return [*_of_loans(books, after), *_of_lines(books, after)]


def _of_loans(books: Books, after: date | None) -> Iterable[Spell]:
    query = (
        select(LoanRow.loan_id, Loan.customer_id, LoanRow.due_on, LoanRow.paid_on)
        .join(Loan, Loan.id == LoanRow.loan_id)
        .where(LoanRow.due_on < books.today, or_(LoanRow.paid_on.is_(None), LoanRow.paid_on > LoanRow.due_on))
    )
    if after is not None:
        query = query.where(or_(LoanRow.paid_on.is_(None), LoanRow.paid_on > after))
    for loan, customer, due_on, paid_on in books.session.execute(query):
        yield Spell(loan, CASHLOAN, customer, due_on, due_on + timedelta(days=1), paid_on)


def _of_lines(books: Books, after: date | None) -> Iterable[Spell]:
    query = select(
        DebtClass.debt_id, DebtClass.customer_id, DebtClass.on, DebtClass.days_past_due, DebtClass.until
    ).where(DebtClass.product == PAYLATER, DebtClass.code != CLASSES[0])
    if after is not None:
        query = query.where(or_(DebtClass.until.is_(None), DebtClass.until > after))
    for line, customer, on, days, until in books.session.execute(query):
        yield Spell(line, PAYLATER, customer, on - timedelta(days=days), on, until)


def days_late_on(known: Iterable[Spell], days: Sequence[date]) -> dict[date, dict[UUID, int]]:
    """For each of some days: days late by debt, of those that were late then."""
    found: dict[date, dict[UUID, int]] = {day: {} for day in days}
    for spell in known:
        for day in days:
            if late := spell.days_on(day):
                found[day][spell.debt_id] = max(late, found[day].get(spell.debt_id, 0))
    return found


def first_reached(known: Iterable[Spell], days: int, up_to: date) -> dict[UUID, date]:
    """Of each debt that was ever so many days late: the day on which it first was."""
    found: dict[UUID, date] = {}
    for spell in known:
        if (day := spell.reaches(days, up_to)) is not None:
            found[spell.debt_id] = min(day, found.get(spell.debt_id, day))
    return found


def reached_by_customer(known: Iterable[Spell], days: int, up_to: date) -> dict[UUID, list[date]]:
    """All days on which a customer became so many days late with something."""
    found: dict[UUID, list[date]] = defaultdict(list)
    for spell in known:
        if (day := spell.reaches(days, up_to)) is not None:
            found[spell.customer_id].append(day)
    return found


def month_ends(last: date, months: int) -> list[date]:
    """The last days of so many months, oldest first; the newest is not after `last`."""
    day = last + timedelta(days=1)
    found = []
    for _ in range(months):
        day = day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return found[::-1]
