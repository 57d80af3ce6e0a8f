"""Counted from tables: how applications went, and what alerts there were."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import case, func, select

from credit.books import Books
from credit.monitoring.models import Alert, AlertAction
from credit.scoring.models import DecisionRow

MOST_REASONS = 3


@dataclass(slots=True)
class Funnel:
    """Decisions of one purpose about one product within some days."""

    purpose: str
    product: str
    outcomes: Counter[str] = field(default_factory=Counter)
    """`approved`, `refused`, `review`."""
    refused_for: Counter[str] = field(default_factory=Counter)
    """By the weightiest reason."""

    @property
    def asked(self) -> int:
        return sum(self.outcomes.values())

    @property
    def approved_share(self) -> float:
        return self.outcomes["approved"] / self.asked


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """One rule's alerts within some days, and those that last."""

    rule: str
    severity: str
    opened: int
    released: int
    lasting: int
    done: dict[str, int]
    """Actions done for alerts opened in these days, by kind."""


def funnels(books: Books, first: date, last: date) -> list[Funnel]:
    """By purpose and product, of decisions from one day to another; those of watching are no applications."""
    query = select(DecisionRow.purpose, DecisionRow.product, DecisionRow.outcome, DecisionRow.result).where(
        DecisionRow.decided_on.between(first, last), DecisionRow.purpose != "watch"
    )
    found: dict[tuple[str, str], Funnel] = {}
    for purpose, product, outcome, result in books.session.execute(query):
        funnel = found.setdefault((purpose, product), Funnel(purpose, product))
        funnel.outcomes[outcome] += 1
        if outcome == "refused":
            against = json.loads(result)["against"]
            funnel.refused_for[against[0]["code"] if against else "unknown"] += 1
    return [found[key] for key in sorted(found)]


def alert_figures(books: Books, first: date, last: date) -> list[AlertFigures]:
    """By rule, the most alerts first."""
    within = Alert.opened_on.between(first, last)
    counted = (
        select(
            Alert.rule,
            Alert.severity,
            func.sum(case((within, 1), else_=0)),
            func.sum(case((Alert.released_on.between(first, last), 1), else_=0)),
            func.sum(case((Alert.released_on.is_(None), 1), else_=0)),
        )
        .group_by(Alert.rule, Alert.severity)
        .order_by(Alert.rule, Alert.severity)
    )
    acted = (
        select(Alert.rule, Alert.severity, AlertAction.action, func.count())
        .join(AlertAction, AlertAction.alert_id == Alert.id)
        .where(within, AlertAction.done_on.is_not(None))
        .group_by(Alert.rule, Alert.severity, AlertAction.action)
    )
    done: dict[tuple[str, str], dict[str, int]] = {}
    for rule, severity, action, number in books.session.execute(acted):
        done.setdefault((rule, severity), {})[action] = number
    figures = [
        AlertFigures(rule, severity, int(opened), int(released), int(lasting), done.get((rule, severity), {}))
        for rule, severity, opened, released, lasting in books.session.execute(counted)
    ]
    return sorted(figures, key=lambda one: (-one.opened, -one.lasting, one.rule))
