"""How good: ranking with bootstrap intervals, calibration by decile, and the challenger."""

from __future__ import annotations

from typing import Any

import lightgbm  # type: ignore[import-not-found, unused-ignore]
import numpy as np  # type: ignore[import-not-found, unused-ignore]

from credit.scoring.ranking import Ranking, ranking

RESAMPLES = 2000
INTERVAL = (2.5, 97.5)
DECILES = 10
CHALLENGER = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 8,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 20.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
CHALLENGER_ROUNDS = 200


def ranked(scores: np.ndarray, outcome: np.ndarray, seed: int) -> dict[str, Any]:
    """AUC and KS of scores (more is better), each with its 95 % interval from resampled customers."""
    found, points = _ranking(scores, outcome)
    random = np.random.default_rng(seed)
    drawn = [_resampled(points, outcome, random.integers(0, len(points), len(points))) for _ in range(RESAMPLES)]
    auc, ks = np.percentile(np.array(drawn), INTERVAL, axis=0).T
    return {
        "customers": len(points),
        "defaults": int(outcome.sum()),
        "auc": round(found.auc, 4),
        "auc_interval": [round(float(end), 4) for end in auc],
        "ks": round(found.ks, 4),
        "ks_interval": [round(float(end), 4) for end in ks],
    }


def rank(scores: np.ndarray, outcome: np.ndarray) -> Ranking:
    """AUC and KS of scores, more is better. Raises ValueError when all paid or none."""
    return _ranking(scores, outcome)[0]


def _ranking(scores: np.ndarray, outcome: np.ndarray) -> tuple[Ranking, np.ndarray]:
    points = np.unique(scores, return_inverse=True)[1]
    found = ranking(zip(points.tolist(), (outcome == 1).tolist(), strict=True))
    if found is None:
        raise ValueError("AUC needs customers who paid and customers who did not")
    return found, points


def _resampled(points: np.ndarray, outcome: np.ndarray, rows: np.ndarray) -> tuple[float, float]:
    """AUC and KS by counting customers at every number of points."""
    levels = int(points.max()) + 1
    at, failed = points[rows], outcome[rows] == 1
    bad = np.bincount(at[failed], minlength=levels).astype(float)
    good = np.bincount(at[~failed], minlength=levels).astype(float)
    bad, good = bad / bad.sum(), good / good.sum()
    bad_so_far = np.cumsum(bad)
    return float(good @ (bad_so_far - bad / 2)), float(np.max(np.abs(bad_so_far - np.cumsum(good))))


def by_decile(points: np.ndarray, chance: np.ndarray, outcome: np.ndarray) -> list[dict[str, Any]]:
    """Predicted and observed defaults of ten equal groups, the best customers first. `noise`: one standard error."""
    order = np.argsort(-points, kind="stable")
    found = []
    for group in np.array_split(order, DECILES):
        predicted, observed = float(chance[group].mean()), float(outcome[group].mean())
        found.append(
            {
                "points_from": int(points[group].min()),
                "points_to": int(points[group].max()),
                "predicted": round(predicted, 4),
                "observed": round(observed, 4),
                "difference": round(predicted - observed, 4),
                "noise": round((predicted * (1 - predicted) / len(group)) ** 0.5, 4),
            }
        )
    return found


def challenger(fit_on: tuple[np.ndarray, np.ndarray], look_at: np.ndarray, seed: int) -> np.ndarray:
    """The chances of default that a gradient-boosted model gives to `look_at`."""
    data = lightgbm.Dataset(fit_on[0], fit_on[1], params={"verbosity": -1})
    model = lightgbm.train({**CHALLENGER, "seed": seed}, data, CHALLENGER_ROUNDS)
    return np.asarray(model.predict(look_at))
