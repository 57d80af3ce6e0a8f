"""Whether those who are scored are still like those the scorecard was made for: the score and every feature."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from credit.books import Books
from credit.monitoring.models import CustomerScore
from credit.monitoring.policy import Stability
from credit.monitoring.statistics import psi
from credit.scoring.card import DEFAULT, HIGHEST, LOWEST, Scorecard
from credit.scoring.cardfile import Axis

BAND = 50
"""Points a band of the score distribution that people look at."""
MISSING = "missing"
"""The bin of a feature whose months are missing. Training knew all months, so it is told apart and not compared."""


@dataclass(slots=True)
class Population:
    """Who was scored in a month, each customer once: by points, and by bin of every feature."""

    month: date
    scores: Counter[int] = field(default_factory=Counter)
    bins: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    thin: int = 0

    @property
    def scored(self) -> int:
        return sum(self.scores.values())

    @property
    def bands(self) -> dict[int, int]:
        """By band of the score: its first points, all bands from 350 on, the last one with 950."""
        found = dict.fromkeys(BANDS, 0)
        for points, number in self.scores.items():
            found[band_of(points)] += number
        return found


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a distribution is from the one in training, and from the month before; None where there are too few."""

    name: str
    to_training: float | None
    to_last_month: float | None
    verdict: str
    """`stable`, `watch` or `alarm` by the larger one; `too_few` when there is none."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The distribution in training, as far as the scorecard's file tells: the score in tenths of the customers, and
    the shares by bin of every feature that is no grid."""

    tenths: Mapping[int, int]
    """By its least points, rising: how many tenths begin there. Empty when the file does not say."""
    bins: Mapping[str, Mapping[str, float]]

    @classmethod
    def read(cls, path: Path = DEFAULT) -> Reference:
        """From a file that `Scorecard.load` found to be right; what only people read may be missing in it."""
        return cls.of(json.loads(path.read_text("utf-8")))

    @classmethod
    def of(cls, whole: Mapping[str, Any]) -> Reference:
        deciles = whole.get("training", {}).get("held_out", {}).get("deciles", [])
        bins = {table["feature"]: _shares(table) for table in whole["features"]}
        return cls(dict(sorted(Counter(one["points_from"] for one in deciles).items())), bins)

    def by_tenth(self, scores: Mapping[int, int]) -> Counter[int]:
        """Customers by tenth, or by the bands of 50 points when training's tenths are not known."""
        edges, found = list(self.tenths) or list(BANDS), Counter[int]()
        for points, number in scores.items():
            found[edges[max(0, bisect_right(edges, points) - 1)]] += number
        return found


def _shares(table: Mapping[str, Any]) -> dict[str, float]:
    edges = tuple(one["from"] for one in table["bins"][1:])
    labels = Axis(table["feature"], edges).labels
    return {
        label: one["customers_ppm"]
        for label, one in zip(labels, table["bins"], strict=True)
        if one.get("customers_ppm") is not None
    }


def band_of(points: int) -> int:
    """The first points of the band: 350, 400, … 900; 950 is in the last one."""
    return min(points, HIGHEST - 1) // BAND * BAND


BANDS = tuple(range(band_of(LOWEST), HIGHEST, BAND))


def populations(books: Books, card: Scorecard, months: Iterable[date]) -> list[Population]:
    """Everybody scored by this card in some months (their first days), by the last score of the month."""
    return [_population(books, card, month) for month in months]


def _population(books: Books, card: Scorecard, month: date) -> Population:
    last_day = _next(month)
    newest = (
        select(CustomerScore.customer_id, func.max(CustomerScore.on).label("on"))
        .where(CustomerScore.on >= month, CustomerScore.on < last_day, CustomerScore.version == card.version)
        .group_by(CustomerScore.customer_id)
        .subquery()
    )
    alike = (
        select(CustomerScore.points, CustomerScore.bins, func.count())
        .join(newest, (newest.c.customer_id == CustomerScore.customer_id) & (newest.c.on == CustomerScore.on))
        .where(CustomerScore.version == card.version)
        .group_by(CustomerScore.points, CustomerScore.bins)
    )
    found = Population(month)
    for points, bins, number in books.session.execute(alike):
        if points is None:
            found.thin += number
            continue
        found.scores[points] += number
        for feature, label in zip(card.features, json.loads(bins), strict=True):
            found.bins[feature][label] += number
    return found


def shifts(present: Population, before: Population | None, reference: Reference, rule: Stability) -> list[Shift]:
    """The score first, then the features, the furthest first."""
    was = reference.by_tenth(before.scores) if before else None
    score = _shift("score", reference.by_tenth(present.scores), was, reference.tenths, rule)
    features = [
        _shift(name, _known(counted), _known(before.bins[name]) if before else None, reference.bins.get(name, {}), rule)
        for name, counted in present.bins.items()
    ]
    return [score, *sorted(features, key=lambda one: -(one.to_training or one.to_last_month or 0.0))]


def _known(bins: Mapping[str, int]) -> dict[str, int]:
    return {label: number for label, number in bins.items() if label != MISSING}


def _shift(name: str, now: Mapping[Any, float], was: Any, trained: Mapping[Any, float], rule: Stability) -> Shift:
    few = sum(now.values()) < rule.least_customers
    to_training = psi(trained, now) if trained and not few else None
    enough_before = was is not None and sum(was.values()) >= rule.least_customers
    to_last = psi(was, now) if enough_before and not few else None
    known = [index for index in (to_training, to_last) if index is not None]
    return Shift(name, to_training, to_last, _verdict(max(known), rule) if known else "too_few")


def _verdict(index: float, rule: Stability) -> str:
    ppm = index * 1_000_000
    return "alarm" if ppm >= rule.alarm_ppm else "watch" if ppm >= rule.watch_ppm else "stable"


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
