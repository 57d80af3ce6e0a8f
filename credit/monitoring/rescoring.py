"""Scoring customers anew from the ledger, many at a time, and remembering what came out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from credit.books import Books
from credit.front.desk import Desk
from credit.kernel.ids import canonical_json
from credit.monitoring import repository
from credit.scoring.behaviour import Features
from credit.scoring.card import Scorecard, Scored
from credit.scoring.repository import features_of_many

CHUNK = 2_000
"""Customers a transaction: what is read of them is in memory together."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """What one customer's ledger says today; no points for a thin file, nor without a pay-later line."""

    features: Features
    points: int | None
    default_ppm: int | None
    bins: tuple[str, ...]


def rescore(books: Books, card: Scorecard, customers: Collection[UUID]) -> dict[UUID, Rescored]:
    """Score customers on the present business day and write that down, in this transaction.

    Who has a score of today keeps it. A few thousand at a time."""
    found = {key: _score(card, known) for key, known in features_of_many(books, sorted(customers)).items()}
    repository.write_scores(books, [_row(books, card, key, one) for key, one in found.items()])
    return found


def _score(card: Scorecard, features: Features) -> Rescored:
    history = features.to_history(unit=card.money_unit)
    scored = None if history is None else card.score(history)
    if not isinstance(scored, Scored):
        return Rescored(features, None, None, ())
    return Rescored(features, scored.points, scored.default_ppm, tuple(part.bin for part in scored.parts))


def _row(books: Books, card: Scorecard, customer: UUID, one: Rescored) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "on": books.today,
        "version": card.version,
        "points": one.points,
        "default_ppm": one.default_ppm,
        "bins": canonical_json(one.bins),
    }


@dataclass(frozen=True, slots=True)
class Progress:
    """Customers looked at so far, and how many of them are thin files."""

    customers: int
    thin: int


def rescore_everybody(
    desk: Desk, card: Scorecard, *, chunk: int = CHUNK, watch: Callable[[Progress], None] = lambda _so_far: None
) -> Progress:
    """Score everybody with a line on the present business day, chunk by chunk, each its own transaction.

    May be stopped and started again: who has a score of today is passed over. Memory is that of one chunk."""
    so_far, last = Progress(0, 0), None

    def work(books: Books, after: UUID | None) -> tuple[UUID | None, int, int]:
        books.hold_the_day()
        customers = repository.not_scored_on(books, books.today, after, chunk)
        done = rescore(books, card, customers)
        thin = sum(one.points is None for one in done.values())
        return (customers[-1] if customers else None), len(customers), thin

    while True:
        last, customers, thin = desk.writing(lambda books, after=last: work(books, after))  # type: ignore[misc]
        if last is None:
            return so_far
        so_far = Progress(so_far.customers + customers, so_far.thin + thin)
        watch(so_far)
