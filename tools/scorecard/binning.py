"""Optimal bins by optbinning, with borders that a person can read."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np  # type: ignore[import-not-found, unused-ignore]
from optbinning import OptimalBinning  # type: ignore[import-not-found, unused-ignore]

from tools.scorecard.plan import Plan, Risk, Step

DIGITS = 3
SMALLEST_BIN = 0.01
TRENDS = {Risk.RISES: "ascending", Risk.FALLS: "descending", Risk.FREE: "auto"}

Edges = tuple[float, ...]


def step_edges(step: Step, values: np.ndarray, outcome: np.ndarray) -> Edges:
    """The inner borders of a feature's bins; a value on a border belongs to the bin above."""
    return _edges(step.feature, step.risk, step.bins, values, outcome)


def pair_edges(plan: Plan, features: dict[str, np.ndarray], outcome: np.ndarray) -> list[tuple[Edges, Edges]]:
    """The borders of rows and columns of every grid."""
    found = []
    for pair in plan.pairs:
        rows = _edges(pair.rows, Risk.RISES, pair.row_bins, features[pair.rows], outcome)
        trend = Risk.RISES if pair.both else Risk.FREE
        found.append((rows, _edges(pair.columns, trend, pair.column_bins, features[pair.columns], outcome)))
    return found


def _edges(name: str, risk: Risk, bins: int, values: np.ndarray, outcome: np.ndarray) -> Edges:
    fitted = OptimalBinning(
        name=name,
        dtype="numerical",
        monotonic_trend=TRENDS[risk],
        max_n_prebins=20,
        min_prebin_size=0.02,
        min_bin_size=SMALLEST_BIN,
        max_n_bins=bins,
        time_limit=20,
    ).fit(values, outcome)
    return readable(fitted.splits, whole=bool(np.all(values == np.floor(values))))


def readable(splits: Iterable[float], *, whole: bool) -> Edges:
    """Borders with three digits; those of whole numbers are the whole number above, since nothing lies between."""
    edges = sorted({float(_rounded(math.ceil(split) if whole else split)) for split in splits})
    return tuple(int(edge) if edge == int(edge) else edge for edge in edges)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
