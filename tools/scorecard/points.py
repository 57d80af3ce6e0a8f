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
from tools.scorecard.fitting import Model, cells_of, regress

DOUBLING = 60
"""So many points more, and the odds of paying are twice as good."""
ANCHOR, ANCHOR_ODDS = 720, 8
"""At 720 points eight pay for one that does not."""
FACTOR = DOUBLING / math.log(2)
CALIBRATION_STEP = 10
CALIBRATION_LINES = 6
FLATTEST = 0.1
"""The least that log-odds fall on the scale on which the model itself says 1."""
LINE = 140
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
    """The probability by points from points that the model gave to rows it was not fitted on, every ten points.

    Log-odds are a chain of straight lines that bends at the sextiles of the points and always falls: one line alone
    cannot follow a risk that levels off among the worst customers."""
    knots = np.unique(np.quantile(points, np.arange(1, CALIBRATION_LINES) / CALIBRATION_LINES))
    design = _passed(points, knots)
    steepest = np.full(design.shape[1], -np.inf)
    flattest = np.full(design.shape[1], -FLATTEST)
    start = np.full(design.shape[1], -1.0)
    intercept, slopes = regress(design, outcome, (steepest, flattest), pull=1.0, towards=start)
    every = np.arange(LOWEST, HIGHEST + 1, CALIBRATION_STEP)
    chances = 1 / (1 + np.exp(-(intercept + _passed(every, knots) @ slopes)))
    return [
        {"points": int(at), "default_ppm": round(float(chance) * PPM)}
        for at, chance in zip(every, chances, strict=True)
    ]


def chances(calibration: list[dict[str, int]], points: np.ndarray) -> np.ndarray:
    """The probability of default for points, as the scorecard reads its table."""
    table = [(row["points"], row["default_ppm"]) for row in calibration]
    return np.interp(points, *zip(*table, strict=True)) / PPM


def _passed(points: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """How far the points go into each stretch between two knots, in units of the log-odds scale."""
    low, high = np.append(-np.inf, knots), np.append(knots, np.inf)
    start = np.where(np.isinf(low), LOWEST, low)
    return (np.clip(points[:, None], start, high) - start) / FACTOR


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
