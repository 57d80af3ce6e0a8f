"""The loan book at month ends: buckets, how debts roll from one to the next, vintages. Worked out from the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from sqlalchemy import func, or_, select

from credit.books import Books
from credit.kernel.database import among
from credit.ledger.chart import chart
from credit.ledger.lines import account_id
from credit.ledger.models import Balance, Posting
from credit.ledger.totals import balances_by_kind
from credit.lines.models import Line, LineChange
from credit.lines.service import CASHLOAN, PAYLATER
from credit.loans.models import Loan
from credit.monitoring.spells import BUCKETS, Spell, bucket_of, days_late_on, first_reached

PRINCIPAL_PARTS = {PAYLATER: ("unbilled", "plan", "billed"), CASHLOAN: ("principal",)}
IN_PIECES = 5_000
"""Accounts a look: an array of ids has its limits on SQLite."""


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The book when a day is over, by bucket: accounts (lines and loans not closed) and the principal owed on them."""

    day: date
    accounts: tuple[int, ...]
    principal_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """From one month end to the next."""

    start: date
    end: date
    moved: tuple[tuple[int, ...], ...]
    """Accounts by the bucket they were in (row) and are in (column); closed ones are in M0. M0 to M0 is the rest."""
    flow: tuple[float | None, ...]
    """Principal in M(n+1) at the end over principal in M(n) at the start, for n from 0 to 6; None without any."""


@dataclass(frozen=True, slots=True)
class Vintage:
    """Accounts of one product opened in one month, and what share of them was ever so many days late by then."""

    product: str
    month: date
    accounts: int
    ever: Mapping[int, tuple[float, ...]]
    """By days late: cumulative shares, month on book 0 (the month of opening) first, whole months only."""


# ── buckets and rolls ───────────────────────────────────────────────────────────────────────────────────────


def month_end_book(books: Books, known: Sequence[Spell], days: Sequence[date]) -> list[MonthEnd]:
    """The book at the end of some past days."""
    late = days_late_on(known, days)
    principal = _principal_of(books, known, days)
    found = []
    for day in days:
        accounts, minor = [0] * len(BUCKETS), [0] * len(BUCKETS)
        for debt, behind in late[day].items():
            accounts[bucket_of(behind)] += 1
            minor[bucket_of(behind)] += principal[day].get(debt, 0)
        accounts[0] = _accounts_on(books, day) - sum(accounts[1:])
        minor[0] = _all_principal(books, day) - sum(minor[1:])
        found.append(MonthEnd(day, tuple(accounts), tuple(minor)))
    return found


def rolls(known: Sequence[Spell], ends: Sequence[MonthEnd]) -> list[Roll]:
    """How accounts and principal moved between each month end and the next."""
    late = days_late_on(known, [end.day for end in ends])
    found = []
    for start, end in pairwise(ends):
        moved = [[0] * len(BUCKETS) for _ in BUCKETS]
        before, after = late[start.day], late[end.day]
        for debt in before.keys() | after.keys():
            moved[bucket_of(before.get(debt, 0))][bucket_of(after.get(debt, 0))] += 1
        moved[0][0] = start.accounts[0] - sum(moved[0][1:])
        flow = tuple(
            end.principal_minor[nth + 1] / start.principal_minor[nth] if start.principal_minor[nth] > 0 else None
            for nth in range(len(BUCKETS) - 1)
        )
        found.append(Roll(start.day, end.day, tuple(map(tuple, moved)), flow))
    return found


def _accounts_on(books: Books, day: date) -> int:
    """Loans that ran and pay-later lines that were open when a day was over."""
    loans = select(func.count()).where(Loan.opened_on <= day, or_(Loan.settled_on.is_(None), Loan.settled_on > day))
    lines = select(func.count()).where(Line.product == PAYLATER, Line.opened_on <= day)
    closed_by_then = select(LineChange.id).where(
        LineChange.line_id == Line.id, LineChange.kind == "closed", LineChange.on <= day
    )
    closed = lines.where(Line.status == "closed", closed_by_then.exists())
    return sum(int(books.session.scalar(query) or 0) * sign for query, sign in ((loans, 1), (lines, 1), (closed, -1)))


def _all_principal(books: Books, day: date) -> int:
    kinds = {name for name, kind in chart().kinds.items() if kind.part == "principal"}
    totals = balances_by_kind(books.session, day)
    return sum(minor for kind, minor in totals.items() if kind.kind in kinds)


def _principal_of(books: Books, known: Sequence[Spell], days: Sequence[date]) -> dict[date, dict[UUID, int]]:
    """Principal of debts that were ever late, at the end of each day: what is owed now less what was posted since."""
    owners = {}
    for debt, product in {(spell.debt_id, spell.product) for spell in known}:
        for part in PRINCIPAL_PARTS[product]:
            prefix = "paylater" if product == PAYLATER else "loan"
            owners[account_id.__wrapped__(f"{prefix}/{debt}/{part}")] = debt
    now: Counter[UUID] = Counter()
    since: dict[date, Counter[UUID]] = {day: Counter() for day in days}
    for some in _pieces(sorted(owners), IN_PIECES):
        kept = select(Balance.account_id, Balance.balance_minor).where(among(books.session, Balance.account_id, some))
        for account, minor in books.session.execute(kept):
            now[owners[account]] += minor
        moved = (
            select(Posting.account_id, Posting.effective_on, func.sum(Posting.amount_minor))
            .where(among(books.session, Posting.account_id, some), Posting.effective_on > min(days))
            .group_by(Posting.account_id, Posting.effective_on)
        )
        for account, on, minor in books.session.execute(moved):
            for day in days:
                if on > day:
                    since[day][owners[account]] += int(minor)
    return {day: {debt: minor - since[day][debt] for debt, minor in now.items()} for day in days}


def _pieces(keys: Sequence[UUID], size: int) -> list[Sequence[UUID]]:
    return [keys[first : first + size] for first in range(0, len(keys), size)]


# ── vintages ────────────────────────────────────────────────────────────────────────────────────────────────


def vintages(books: Books, known: Sequence[Spell], late_days: Sequence[int], ends: Sequence[date]) -> list[Vintage]:
    """One a product and month of opening, for the months that end on `ends`; oldest first."""
    last = ends[-1]
    first = ends[0].replace(day=1)
    sizes = _opened(books, first, last)
    opened_on = _opening_days(books, {spell.debt_id for spell in known})
    reached: dict[int, dict[tuple[str, date], Counter[int]]] = {}
    products = {spell.debt_id: spell.product for spell in known}
    for days in late_days:
        reached[days] = defaultdict(Counter)
        for debt, day in first_reached(known, days, last).items():
            month = opened_on[debt].replace(day=1)
            reached[days][products[debt], month][_months_between(month, day)] += 1
    found = []
    for (product, month), accounts in sorted(sizes.items(), key=lambda item: (item[0][1], item[0][0])):
        age = _months_between(month, last)
        ever = {days: _curve(reached[days][product, month], accounts, age) for days in late_days}
        found.append(Vintage(product, month, accounts, ever))
    return found


def _curve(reached: Counter[int], accounts: int, age: int) -> tuple[float, ...]:
    so_far, curve = 0, []
    for month in range(age + 1):
        so_far += reached[month]
        curve.append(so_far / accounts)
    return tuple(curve)


def _opened(books: Books, first: date, last: date) -> Counter[tuple[str, date]]:
    """Accounts opened by product and first day of the month."""
    loans = select(Loan.opened_on, func.count()).where(Loan.opened_on.between(first, last)).group_by(Loan.opened_on)
    lines = (
        select(Line.opened_on, func.count())
        .where(Line.product == PAYLATER, Line.opened_on.between(first, last))
        .group_by(Line.opened_on)
    )
    found: Counter[tuple[str, date]] = Counter()
    for product, query in ((CASHLOAN, loans), (PAYLATER, lines)):
        for day, number in books.session.execute(query):
            found[product, day.replace(day=1)] += number
    return found


def _opening_days(books: Books, debts: Collection[UUID]) -> dict[UUID, date]:
    found: dict[UUID, date] = {}
    for some in _pieces(sorted(debts), IN_PIECES):
        for key, on in ((Loan.id, Loan.opened_on), (Line.id, Line.opened_on)):
            rows = books.session.execute(select(key, on).where(among(books.session, key, some)))
            found |= {debt: day for debt, day in rows}  # noqa: C416
    return found


def _months_between(month: date, day: date) -> int:
    return (day.year - month.year) * 12 + day.month - month.month
