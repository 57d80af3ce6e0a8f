"""Scoring customers anew from the ledger, many at a time, and remembering what came out."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from credit.books import Books
from credit.monitoring import repository
from credit.scoring.behaviour import Features
from credit.scoring.card import Scorecard, Scored
from credit.scoring.repository import features_of_many


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
        "bins": json.dumps(one.bins, ensure_ascii=False),
    }
