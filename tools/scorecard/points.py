"""A fitted model as the scorecard's file: whole points, bins with their shares, the probability by points."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from credit.scoring.cardfile import FORMAT, HIGHEST, LOWEST, PPM, digest
from tools.scorecard.binning import Edges
from tools.scorecard.data import Table
from tools.scorecard.fitting import Model, cells_of

DOUBLING = 60
"""So many points more, and the odds of paying are twice as good."""
ANCHOR, ANCHOR_ODDS = 720, 8
"""At 720 points eight pay for one that does not."""
FACTOR = DOUBLING / math.log(2)
CALIBRATION_STEP = 10
LINE = 110
MONEY_UNIT = {
    "minor": 20,
    "meaning": "one New Taiwan dollar of 2005 is taken for 20 分 of today, by the average wages of then and now; an "
    "assumption of the lender, and the figure to change when the scorecard is moved to another currency",
}


@dataclass(frozen=True)
class Points:
    """A model in whole points: what the base and each cell of each table give. An average customer gets 0 of each."""

    model: Model
    base: int
    tables: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, model: Model, table: Table) -> Points:
        cells = cells_of(model.plan, model.borders, table.features)
        averages = [float(np.mean(given[at])) for given, at in zip(model.tables, cells, strict=True)]
        base = ANCHOR - FACTOR * (model.intercept + sum(averages) + math.log(ANCHOR_ODDS))
        tables = tuple(
            np.rint(-FACTOR * (given - average)).astype(int)
            for given, average in zip(model.tables, averages, strict=True)
        )
        return cls(model, round(base), tables)

    def score(self, table: Table) -> np.ndarray:
        total = np.full(len(table), self.base)
        for given, at in zip(self.tables, cells_of(self.model.plan, self.model.borders, table.features), strict=True):
            total += given[at]
        return np.clip(total, LOWEST, HIGHEST)


def content(
    points: Points, table: Table, calibration: list[dict[str, int]], training: dict[str, Any]
) -> dict[str, Any]:
    """The file's content with version and digest; `table` gives the shares and default rates that people read."""
    plan, borders = points.model.plan, points.model.borders
    cells = cells_of(plan, borders, table.features)
    count = len(plan.steps)
    features = [
        {"feature": step.code, "bins": _bins(edges, given, at, table.outcome), "missing": 0}
        for step, edges, given, at in zip(plan.steps, borders.steps, points.tables[:count], cells[:count], strict=True)
    ]
    grids = [
        {
            "feature": pair.code,
            "rows": {"of": pair.rows, "edges": list(rows)},
            "columns": {"of": pair.columns, "edges": list(columns)},
            "points": given.reshape(len(rows) + 1, len(columns) + 1).tolist(),
            "missing": 0,
        }
        for pair, (rows, columns), given in zip(plan.pairs, borders.pairs, points.tables[count:], strict=True)
    ]
    tables = {"base": points.base, "features": features, "grids": grids, "calibration": calibration}
    whole = {"format": FORMAT, "version": _version(tables), "money_unit": MONEY_UNIT, **tables, "training": training}
    return {"digest": digest(whole), **whole}


def _bins(edges: Edges, given: np.ndarray, cells: np.ndarray, outcome: np.ndarray) -> list[dict[str, Any]]:
    found = []
    for index, (low, high) in enumerate(zip((None, *edges), (*edges, None), strict=True)):
        inside = outcome[cells == index]
        found.append(
            {
                "from": low,
                "to": high,
                "points": int(given[index]),
                "customers_ppm": round(len(inside) * PPM / len(outcome)),
                "default_ppm": round(float(inside.mean()) * PPM) if len(inside) else None,
            }
        )
    return found


def _version(tables: Mapping[str, Any]) -> str:
    """Named by what scores are made of, so that two files of one version always give the same points."""
    return "uci-" + sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()[:8]


def calibrate(points: np.ndarray, outcome: np.ndarray) -> list[dict[str, int]]:
    """The probability by points from points that the model gave to rows it was not fitted on.

    Log-odds as a straight line of the points, found by Newton's method, written down every ten points."""
    centre = (points - ANCHOR) / FACTOR
    design = np.column_stack([np.ones(len(points)), centre])
    line = np.array([-math.log(ANCHOR_ODDS), -1.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ line))
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curvature, design.T @ (outcome - chance))
        line += step
        if np.max(np.abs(step)) < 1e-12:
            break
    if line[1] >= 0:
        raise ValueError("more points would mean more defaults: the model has learnt nothing")
    table = []
    for at in range(LOWEST, HIGHEST + 1, CALIBRATION_STEP):
        log_odds = line[0] + line[1] * (at - ANCHOR) / FACTOR
        table.append({"points": at, "default_ppm": round(PPM / (1 + math.exp(-log_odds)))})
    return table


def written(whole: Mapping[str, Any]) -> str:
    """JSON for people: what fits on a line stands on one, so that a bin or a row of a grid is a line."""
    return _laid_out(whole, 0) + "\n"


def _laid_out(value: Any, depth: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) + depth <= LINE:
        return flat
    inside, outside = " " * (depth + 1), " " * depth
    if isinstance(value, list):
        lines = [f"{inside}{_laid_out(one, depth + 1)}" for one in value]
        return "[\n" + ",\n".join(lines) + f"\n{outside}]"
    lines = [f"{inside}{json.dumps(key)}: {_laid_out(one, depth + 1)}" for key, one in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{outside}}}"
