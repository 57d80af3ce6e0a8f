"""How well a score tells payers from defaulters: AUC and KS, with ties counted as ties. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple


class Ranking(NamedTuple):
    """`auc`: the chance that a defaulter has fewer points than a payer, a tie counting half.
    `ks`: the largest distance between the two groups' cumulative shares. Both from 0 to 1."""

    auc: float
    ks: float


def ranking(outcomes: Iterable[tuple[int, bool]]) -> Ranking | None:
    """The ranking of (points, defaulted) pairs; None when one of the two groups is empty."""
    steps = list(_by_points(outcomes))
    payers, defaulters = sum(step[0] for step in steps), sum(step[1] for step in steps)
    if not payers or not defaulters:
        return None
    paid = failed = 0
    below, widest = 0, 0.0
    for here_paid, here_failed in steps:
        # In halves: defaulters of fewer points count whole, those of the same points half.
        below += here_paid * (2 * failed + here_failed)
        paid, failed = paid + here_paid, failed + here_failed
        widest = max(widest, abs(failed / defaulters - paid / payers))
    return Ranking(below / (2 * payers * defaulters), widest)


def _by_points(outcomes: Iterable[tuple[int, bool]]) -> Iterator[tuple[int, int]]:
    """Payers and defaulters of every number of points, from the fewest points up."""
    for _, same in groupby(sorted(outcomes), key=lambda one: one[0]):
        defaulted = [outcome for _, outcome in same]
        yield len(defaulted) - sum(defaulted), sum(defaulted)
