"""All figures of a day in one look, for tables and for the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credit.books import Books
from credit.monitoring.book import MonthEnd, Roll, Vintage, month_end_book, rolls, vintages
from credit.monitoring.counting import AlertFigures, Funnel, alert_figures, funnels
from credit.monitoring.orders import Orders
from credit.monitoring.performance import Measured, measure
from credit.monitoring.spells import month_ends, spells
from credit.monitoring.stability import Population, Reference, Shift, populations, shifts


@dataclass(frozen=True, slots=True)
class Figures:
    """The portfolio when `day` was over; months oldest first."""

    day: date
    orders: Orders
    ends: Sequence[MonthEnd]
    """Month ends, and `day` itself last when it is none."""
    rolls: Sequence[Roll]
    """Between month ends."""
    vintages: Sequence[Vintage]
    populations: Sequence[Population]
    reference: Reference
    shifts: Sequence[Shift]
    """Of the newest month in which anybody was scored; empty without one."""
    performance: Sequence[Measured]
    funnels: Sequence[Funnel]
    alerts: Sequence[AlertFigures]

    @property
    def scored(self) -> Population | None:
        """The newest month in which anybody has points."""
        return next((month for month in reversed(self.populations) if month.scored), None)


def figures_of(books: Books, orders: Orders, reference: Reference, *, months: int | None = None) -> Figures:
    """Work everything out from the books, up to the end of the last closed day; `months` as in the policy unless
    given."""
    day, policy = books.today - timedelta(days=1), orders.policy
    known = spells(books)
    days = month_ends(day, months or policy.portfolio.months)
    ends = month_end_book(books, known, days if days[-1] == day else [*days, day])
    first, this_month = days[0].replace(day=1), books.today.replace(day=1)
    people = populations(books, orders.card, sorted({*(one.replace(day=1) for one in days), this_month}))
    scored = [month for month in people if month.scored]
    return Figures(
        day=day,
        orders=orders,
        ends=ends,
        rolls=rolls(known, ends[: len(days)]),
        vintages=vintages(books, known, policy.portfolio.vintage_days, days if days[-1] == day else [*days, day]),
        populations=people,
        reference=reference,
        shifts=_shifts(scored, reference, orders),
        performance=measure(books, orders.card.version, known, policy.performance),
        funnels=funnels(books, first, books.today),
        alerts=alert_figures(books, first, books.today),
    )


def _shifts(scored: Sequence[Population], reference: Reference, orders: Orders) -> list[Shift]:
    if not scored:
        return []
    return shifts(scored[-1], scored[-2] if len(scored) > 1 else None, reference, orders.policy.stability)
