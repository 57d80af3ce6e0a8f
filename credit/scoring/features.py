"""The behaviour features by name: a history in, one number out, None where its months are missing. Pure.

Each is defined once, here, for training and for scoring alike; docs/scorecard.md says them in words."""

from __future__ import annotations

from collections.abc import Callable

from credit.scoring.history import History

Feature = Callable[[History], float | None]


def lateness_now(history: History) -> float | None:
    """Months late at the end of the newest month, 0 when not late."""
    newest = history.lateness[0]
    return None if newest is None else max(newest, 0)


def limit(history: History) -> float | None:
    """The limit itself, in the scorecard's money unit."""
    return history.limit


FEATURES: dict[str, Feature] = {feature.__name__: feature for feature in (lateness_now, limit)}
