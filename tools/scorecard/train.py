"""Train the scorecard and write its file: python -m tools.scorecard.train DATA.csv[.gz] [--out FILE.json]

What is measured on the fifth kept apart is measured on a scorecard trained on the other four; the one that is written
is the same plan trained on all rows. The same data and the same versions give the same file."""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

# One thread: sums in another order could round a point the other way. Read by numpy when it is loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from credit.kernel.errors import CreditError
from credit.scoring.card import DEFAULT, Scorecard, Scored
from credit.scoring.cardfile import parse
from tools.console import fail, say, seconds_since
from tools.scorecard import data, measure, points
from tools.scorecard.fitting import fit
from tools.scorecard.plan import FOLDS, PLAN, RIDGE, SEED

SOURCE = {
    "name": "Default of Credit Card Clients",
    "authors": "I-Cheng Yeh; C. H. Lien (2009), The comparisons of data mining techniques for the predictive accuracy "
    "of probability of default of credit card clients, Expert Systems with Applications 36(2), 2473-2480",
    "repository": "UCI Machine Learning Repository, DOI 10.24432/C55S3H",
    "licence": "CC BY 4.0",
}
LIBRARIES = ("lightgbm", "numpy", "optbinning", "ortools", "scikit-learn", "scipy")


def train(path: Path) -> dict[str, Any]:
    """The content of the scorecard's file. Raises CreditError or ValueError for a table that cannot be used."""
    started = time.monotonic()
    table = data.load(path)
    development, apart = table.part(~table.held_out), table.part(table.held_out)
    say(f"{len(table)} customers, {len(apart)} kept apart: {seconds_since(started)}")
    measured, unseen = _out_of_fold(development)
    say(f"Cross-validation on the others: AUC {measured['auc']}, KS {measured['ks']}: {seconds_since(started)}")
    trial = points.Points.of(fit(PLAN, development.features, development.outcome), development)
    trial_file = points.content(trial, development, points.calibrate(unseen, development.outcome), {})
    training: dict[str, Any] = {
        "source": SOURCE,
        "data_sha256": data.digest(path),
        "customers": len(table),
        "seeds": {"split": data.SPLIT_SEED, "folds": SEED},
        "ridge": RIDGE,
        "libraries": {name: version(name) for name in LIBRARIES},
        "note": "held_out is measured on the fifth kept apart, by a scorecard trained on the other four fifths; the "
        "tables of this file are the same plan trained on all customers",
        "cross_validation": measured,
        "held_out": _held_out(trial_file, apart),
        "challenger": _challenger(development, apart),
    }
    say(f"Held out: {_line(training['held_out'])}; LightGBM {_line(training['challenger'])}: {seconds_since(started)}")
    final = points.Points.of(fit(PLAN, table.features, table.outcome), table)
    _, everybody = _out_of_fold(table)
    whole = points.content(final, table, points.calibrate(everybody, table.outcome), training)
    _same_points(whole, final, table)
    say(f"Scorecard {whole['version']}: {seconds_since(started)}")
    return whole


def _out_of_fold(table: data.Table) -> tuple[dict[str, Any], np.ndarray]:
    """Every row's points by a model that did not see it, bins included, and how well these rank."""
    unseen = np.zeros(len(table), dtype=int)
    chance = np.zeros(len(table))
    found = []
    folds = list(data.folds(len(table), FOLDS, SEED))
    for fit_on, look_at in folds:
        seen = table.part(fit_on)
        fitted = points.Points.of(fit(PLAN, seen.features, seen.outcome), seen)
        unseen[look_at] = fitted.score(table.part(look_at))
        found.append(measure.rank(unseen[look_at], table.outcome[look_at]))
    for others, look_at in folds:
        chance[look_at] = points.chances(points.calibrate(unseen[others], table.outcome[others]), unseen[look_at])
    deciles = measure.by_decile(unseen, chance, table.outcome)
    auc, ks = (round(float(np.mean(values)), 4) for values in zip(*found, strict=True))
    measured = {
        "folds": FOLDS,
        "auc": auc,
        "ks": ks,
        "auc_by_fold": [round(one.auc, 4) for one in found],
        "worst_decile": _worst(deciles),
        "deciles": deciles,
    }
    return measured, unseen


def _worst(deciles: list[dict[str, Any]]) -> float:
    return float(max(abs(one["difference"]) for one in deciles))


def _held_out(content: dict[str, Any], apart: data.Table) -> dict[str, Any]:
    """Measured the way others will: the file's content alone, by the code that scores customers."""
    card = Scorecard.of(parse(content))
    scored = [one for one in map(card.score, apart.histories()) if isinstance(one, Scored)]
    given = np.array([one.points for one in scored])
    chance = np.array([one.default_ppm for one in scored]) / 1_000_000
    deciles = measure.by_decile(given, chance, apart.outcome)
    return {**measure.ranked(given, apart.outcome, SEED), "worst_decile": _worst(deciles), "deciles": deciles}


def _challenger(development: data.Table, apart: data.Table) -> dict[str, Any]:
    """LightGBM on the raw columns, and on the features that the scorecard uses."""
    raw = measure.challenger((development.raw, development.outcome), apart.raw, SEED)
    ours, unseen = (np.column_stack([t.features[name] for name in PLAN.needed]) for t in (development, apart))
    derived = measure.challenger((ours, development.outcome), unseen, SEED)
    return {
        "on": "the raw columns",
        **measure.ranked(-raw, apart.outcome, SEED),
        "on_our_features": measure.ranked(-derived, apart.outcome, SEED),
    }


def _same_points(whole: dict[str, Any], fitted: points.Points, table: data.Table) -> None:
    """The file, read back, must say what was fitted; anything else is a defect of this program."""
    card = Scorecard.of(parse(whole))
    read = [scored.points for scored in map(card.score, table.histories()) if isinstance(scored, Scored)]
    if read != fitted.score(table).tolist():
        raise AssertionError("the file does not give the points that were fitted")


def _line(measured: dict[str, Any]) -> str:
    (low, high), (least, most) = measured["auc_interval"], measured["ks_interval"]
    return f"AUC {measured['auc']} ({low} to {high}), KS {measured['ks']} ({least} to {most})"


def main(arguments: list[str] | None = None) -> int:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m tools.scorecard.train", description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=DEFAULT)
    asked = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", category=FutureWarning)  # optbinning's own calls of older interfaces
    try:
        text = points.written(train(asked.data))
    except (CreditError, OSError, ValueError) as failure:
        return fail(f"{asked.data.name}: {failure}")
    # Renamed into place, so that whoever loads it now reads the old file or the new one.
    fresh = asked.out.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(asked.out)
    say(f"Written: {asked.out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
