"""How well the scores of the past have told good from bad, on outcomes that the ledger has seen since."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from credit.books import Books
from credit.kernel.money import PPM
from credit.monitoring.models import CustomerScore
from credit.monitoring.policy import Outcome, Performance
from credit.monitoring.spells import Spell, reached_by_customer
from credit.monitoring.statistics import CalibrationBand, Discrimination, calibration, discrimination


@dataclass(frozen=True, slots=True)
class Graded:
    """A score whose outcome is known."""

    month: date
    points: int
    default_ppm: int
    bad: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of one month (None: of all) against one outcome. Without enough outcomes there are no figures."""

    outcome: str
    rule: Outcome
    month: date | None
    good: int
    bad: int
    found: Discrimination | None
    bands: tuple[CalibrationBand, ...]
    """Empty too where the outcome is not the one that the probability is about."""


def measure(books: Books, version: str, known: Sequence[Spell], policy: Performance) -> list[Measured]:
    """For each outcome of the policy: all months together, then each month that has outcomes, oldest first.

    Counted are scores of this version of the scorecard, each customer's last of a month, whose horizon is over; not
    those of customers who were late enough for the outcome already."""
    found = []
    for name, rule in policy.outcomes.items():
        graded = _graded(books, version, known, rule)
        found.append(_measured(name, None, graded, policy))
        months = sorted({one.month for one in graded})
        found += [_measured(name, month, [one for one in graded if one.month == month], policy) for month in months]
    return found


def _measured(name: str, month: date | None, graded: Sequence[Graded], policy: Performance) -> Measured:
    good = [float(one.points) for one in graded if not one.bad]
    bad = [float(one.points) for one in graded if one.bad]
    enough = len(bad) >= policy.least_bad and len(good) >= policy.least_good
    bands: list[CalibrationBand] = []
    if enough and name == policy.calibrated_on:
        bands = calibration([(one.default_ppm / PPM, one.bad) for one in graded])
    found = discrimination(good, bad) if enough else None
    return Measured(name, policy.outcomes[name], month, len(good), len(bad), found, tuple(bands))


def _graded(books: Books, version: str, known: Sequence[Spell], rule: Outcome) -> list[Graded]:
    seen_up_to = books.today - timedelta(days=1)
    reached = {who: sorted(days) for who, days in reached_by_customer(known, rule.late_days, seen_up_to).items()}
    already = _late_then(known, rule.late_days)
    newest = _last_of_month(books, version, seen_up_to - timedelta(days=rule.horizon_days))
    found = []
    for customer, on, points, default_ppm in newest:
        if _holds(already.get(customer, ()), on):
            continue
        bad = _happens(reached.get(customer, ()), on, on + timedelta(days=rule.horizon_days))
        found.append(Graded(on.replace(day=1), points, default_ppm, bad))
    return found


def _last_of_month(books: Books, version: str, up_to: date) -> list[tuple[UUID, date, int, int]]:
    """Scores up to a day, each customer's last of a calendar month."""
    query = (
        select(CustomerScore.customer_id, CustomerScore.on, CustomerScore.points, CustomerScore.default_ppm)
        .where(CustomerScore.on <= up_to, CustomerScore.version == version, CustomerScore.points.is_not(None))
        .order_by(CustomerScore.on)
    )
    found: dict[tuple[UUID, date], tuple[UUID, date, int, int]] = {}
    for customer, on, points, default_ppm in books.session.execute(query):
        assert points is not None
        assert default_ppm is not None
        found[customer, on.replace(day=1)] = (customer, on, points, default_ppm)
    return list(found.values())


def _late_then(known: Sequence[Spell], days: int) -> Mapping[UUID, list[tuple[date, date | None]]]:
    """When each customer was so many days late: from an evening on, until another."""
    found: dict[UUID, list[tuple[date, date | None]]] = {}
    for spell in known:
        first = max(spell.first, spell.since + timedelta(days=days))
        if spell.until is None or first < spell.until:
            found.setdefault(spell.customer_id, []).append((first, spell.until))
    return found


def _holds(times: Sequence[tuple[date, date | None]], on: date) -> bool:
    """Whether one of them holds on the evening before a day: what a score of its morning could know."""
    before = on - timedelta(days=1)
    return any(first <= before and (until is None or before < until) for first, until in times)


def _happens(days: Sequence[date], after: date, up_to: date) -> bool:
    nth = bisect_right(days, after - timedelta(days=1))
    return nth < len(days) and days[nth] <= up_to


def scores_kept(books: Books, version: str) -> int:
    """How many scores of this version of the scorecard there are."""
    return int(books.session.scalar(select(func.count()).where(CustomerScore.version == version)) or 0)
