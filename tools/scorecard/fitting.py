"""Logistic regression on bins: one coefficient for every border that a value has passed.

A feature with borders b1 < b2 < … enters as the columns [value ≥ b1], [value ≥ b2], …, so a coefficient is the rise in
log-odds from one bin to the next. Holding coefficients at or above zero makes the risk rise with the value, whatever
the other features do; the ridge then pulls neighbouring bins together. A grid enters as, for every column, what the
lowest row gives and the rises from row to row. The points table is an exact copy of the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np  # type: ignore[import-not-found, unused-ignore]
from scipy.optimize import minimize  # type: ignore[import-not-found, import-untyped, unused-ignore]

from tools.scorecard.binning import Edges, pair_edges, step_edges
from tools.scorecard.plan import RIDGE, Pair, Plan, Risk, Step

Features = dict[str, np.ndarray]


@dataclass(frozen=True)
class Borders:
    """Where the bins of a plan lie."""

    steps: tuple[Edges, ...]
    pairs: tuple[tuple[Edges, Edges], ...]


@dataclass(frozen=True)
class Model:
    """Log-odds of default: `intercept` plus what each table gives; a step's table has one row."""

    plan: Plan
    borders: Borders
    intercept: float
    tables: tuple[np.ndarray, ...]

    def log_odds(self, features: Features) -> np.ndarray:
        total = np.full(len(next(iter(features.values()))), self.intercept)
        for table, cells in zip(self.tables, cells_of(self.plan, self.borders, features), strict=True):
            total += table[cells]
        return total


def fit(plan: Plan, features: Features, outcome: np.ndarray) -> Model:
    """Bins first, then all coefficients at once."""
    steps = tuple(step_edges(step, features[step.feature], outcome) for step in plan.steps)
    borders = Borders(steps, tuple(pair_edges(plan, features, outcome)))
    blocks = [
        *(_step_block(step, edges) for step, edges in zip(plan.steps, borders.steps, strict=True)),
        *(_pair_block(pair, rows, columns) for pair, (rows, columns) in zip(plan.pairs, borders.pairs, strict=True)),
    ]
    cells = cells_of(plan, borders, features)
    design = np.concatenate([block.codes[at] for block, at in zip(blocks, cells, strict=True)], axis=1)
    lowest = np.concatenate([block.lowest for block in blocks])
    highest = np.concatenate([block.highest for block in blocks])
    intercept, coefficients = regress(design, outcome, (lowest, highest), pull=RIDGE)
    ends = np.cumsum([len(block.lowest) for block in blocks])[:-1]
    tables = [block.codes @ part for block, part in zip(blocks, np.split(coefficients, ends), strict=True)]
    return Model(plan, borders, intercept, tuple(tables))


def cells_of(plan: Plan, borders: Borders, features: Features) -> list[np.ndarray]:
    """For every table, which of its cells each row is in; the cells of a grid are counted row by row."""
    cells = [_bin(features[s.feature], e) for s, e in zip(plan.steps, borders.steps, strict=True)]
    for pair, (rows, columns) in zip(plan.pairs, borders.pairs, strict=True):
        row, column = _bin(features[pair.rows], rows), _bin(features[pair.columns], columns)
        cells.append(row * (len(columns) + 1) + column)
    return cells


def _bin(values: np.ndarray, edges: Edges) -> np.ndarray:
    return np.searchsorted(np.asarray(edges, dtype=float), values, side="right")


@dataclass(frozen=True)
class _Block:
    """How the cells of one table are coded, and the bounds of the coefficients."""

    codes: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


def _step_block(step: Step, edges: Edges) -> _Block:
    passed = _thermometer(len(edges) + 1)[:, 1:]
    count = passed.shape[1]
    lowest = np.full(count, 0.0 if step.risk is Risk.RISES else -np.inf)
    highest = np.full(count, 0.0 if step.risk is Risk.FALLS else np.inf)
    return _Block(passed, lowest, highest)


def _pair_block(pair: Pair, rows: Edges, columns: Edges) -> _Block:
    """Rises from row to row never fall below zero; along the columns they may do anything unless `both`."""
    down = _thermometer(len(rows) + 1)
    across = _thermometer(len(columns) + 1) if pair.both else np.eye(len(columns) + 1)
    codes = np.einsum("ri,cj->rcij", down, across).reshape(len(down) * len(across), -1)
    free = np.zeros((len(down), len(across)), dtype=bool)
    free[0] = not pair.both
    lowest = np.where(free.reshape(-1), -np.inf, 0.0)
    return _Block(codes, lowest, np.full(len(lowest), np.inf))


def _thermometer(bins: int) -> np.ndarray:
    """Row i has ones up to column i: which borders bin i has passed."""
    return np.tri(bins)


def regress(
    design: np.ndarray,
    outcome: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray],
    *,
    pull: float,
    towards: np.ndarray | float = 0.0,
) -> tuple[float, np.ndarray]:
    """Logistic regression within bounds, coefficients pulled `towards` a value; the intercept is free of both."""
    rows = len(outcome)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = weights[0] + design @ weights[1:]
        miss = 1 / (1 + np.exp(-log_odds)) - outcome
        away = weights[1:] - towards
        likelihood = np.sum(np.logaddexp(0, log_odds) - outcome * log_odds)
        gradient = np.concatenate(([miss.sum()], design.T @ miss + pull * away))
        return (likelihood + pull / 2 * np.sum(away**2)) / rows, gradient / rows

    start = np.concatenate(([0.0], np.clip(np.zeros(design.shape[1]) + towards, *bounds)))
    limits = [(None, None), *zip(*bounds, strict=True)]
    options = {"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-7}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options=options)
    return float(found.x[0]), found.x[1:]
