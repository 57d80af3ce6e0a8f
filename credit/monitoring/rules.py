"""Early-warning rules: what is known of one customer in, what was seen out. Pure, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from credit.kernel.money import PPM
from credit.monitoring.policy import (
    NIGHTLY,
    DaysLate,
    FirstPayment,
    MinimumPayment,
    NewLoans,
    ReturnedPayments,
    Rule,
    ScoreFall,
    Utilisation,
)
from credit.scoring.behaviour import Month

Finding = Mapping[str, int | str]
"""What was seen, as an alert keeps it: shares in ppm, days as ISO text."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules know of one customer when `day` is over."""

    day: date
    late_since: date | None = None
    """The oldest missed due day that is still unpaid."""
    first_missed: date | None = None
    """The same, where it is the very first due day of that debt."""
    loans_opened: Sequence[date] = ()
    returned_on: Sequence[date] = ()
    """Days with a payment that bounced, or an autopay that took nothing; each day once."""
    scored: Scored | None = None
    """None unless the customer was scored anew today: the rules about bills and scores are silent then."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known when a customer is scored anew."""

    limit_minor: int
    """Of the pay-later line; 0 without one."""
    months: Sequence[Month] = ()
    """Statements, newest first."""
    points: int | None = None
    earlier: Sequence[tuple[date, int]] = field(default=())
    """Points on earlier days."""


def applies(rule: Rule, seen: Seen) -> bool:
    """Whether the rule can say anything tonight; if not, an open alert of it stays as it is."""
    return rule.looks_at in NIGHTLY or seen.scored is not None


def find(rule: Rule, seen: Seen) -> Finding | None:
    """What the rule sees, or None."""
    match rule:
        case DaysLate():
            return _late(seen.late_since, rule.from_day, seen.day)
        case FirstPayment():
            return _late(seen.first_missed, rule.from_day, seen.day)
        case NewLoans():
            return _counted("loans", seen.loans_opened, rule.loans, rule.days, seen.day)
        case ReturnedPayments():
            return _counted("returned", seen.returned_on, rule.payments, rule.days, seen.day)
        case Utilisation():
            return _utilisation(rule, seen.scored) if seen.scored else None
        case MinimumPayment():
            return _minimum(rule, seen.scored) if seen.scored else None
        case ScoreFall():
            return _fall(rule, seen.scored, seen.day) if seen.scored else None


def _late(since: date | None, from_day: int, day: date) -> Finding | None:
    days = (day - since).days if since else 0
    return {"days": days, "since": str(since)} if days >= from_day else None


def _counted(name: str, on: Sequence[date], fewest: int, days: int, day: date) -> Finding | None:
    within = [one for one in on if day - timedelta(days=days) < one <= day]
    return {name: len(within), "first_on": str(min(within))} if len(within) >= fewest else None


def _utilisation(rule: Utilisation, scored: Scored) -> Finding | None:
    """Shares of today's limit: a cut alone is no rise."""
    months = scored.months[: rule.statements]
    if len(months) < rule.statements or not scored.limit_minor:
        return None
    shares = [month.bill * PPM // scored.limit_minor for month in months]
    rising = all(newer > older for newer, older in pairwise(shares))
    if rising and shares[0] - shares[-1] >= rule.rise_ppm and shares[0] >= rule.least_ppm:
        return {"from_ppm": shares[-1], "to_ppm": shares[0], "statements": rule.statements}
    return None


def _minimum(rule: MinimumPayment, scored: Scored) -> Finding | None:
    """A month's payment was for the bill of the month before; lateness 0 says: the minimum at least, but not all."""
    pairs = list(pairwise(scored.months))[: rule.statements]
    if len(pairs) < rule.statements:
        return None
    little = [
        paid.lateness == 0 and paid.payment * PPM <= rule.most_ppm * billed.bill
        for paid, billed in pairs
        if billed.bill
    ]
    return {"statements": rule.statements} if len(little) == rule.statements and all(little) else None


def _fall(rule: ScoreFall, scored: Scored, day: date) -> Finding | None:
    if scored.points is None or scored.points >= rule.below:
        return None
    recent = [points for on, points in scored.earlier if on > day - timedelta(days=rule.days)]
    best = max(recent, default=scored.points)
    return {"from": best, "to": scored.points} if best - scored.points >= rule.fall else None
