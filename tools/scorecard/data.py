"""The training table: histories through the same reader as at scoring, features through the same functions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from credit.scoring.features import FEATURES
from credit.scoring.history import MONTHS, History
from credit.scoring.score_table import opened
from credit.scoring.table import Columns

SPLIT_SEED = "xinzhang-1"
HELD_OUT = 5
"""One row in five is kept apart."""


@dataclass(frozen=True)
class Table:
    """Rows of customers: features by name, the raw columns for the challenger, the outcome, and who is kept apart."""

    features: dict[str, np.ndarray]
    raw: np.ndarray
    outcome: np.ndarray
    held_out: np.ndarray

    def __len__(self) -> int:
        return len(self.outcome)

    def histories(self) -> Iterator[History]:
        """The rows as the scorecard sees them."""
        for row in self.raw:
            months = [None if np.isnan(value) else int(value) for value in row]
            yield History(int(row[0]), *(tuple(months[start : start + MONTHS]) for start in (1, 7, 13)))

    def part(self, rows: np.ndarray) -> Table:
        """Only these rows, by mask or by numbers."""
        features = {name: values[rows] for name, values in self.features.items()}
        return Table(features, self.raw[rows], self.outcome[rows], self.held_out[rows])


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def load(path: Path) -> Table:
    """Read the UCI table. Raises CreditError for a row that cannot be, ValueError for a table without outcomes."""
    names = list(FEATURES)
    features, raw, outcome, held_out = [], [], [], []
    with opened(path) as text:
        reader = csv.DictReader(text)
        columns = Columns(reader.fieldnames or ())
        for row in reader:
            history, defaulted = columns.history(row), columns.defaulted(row)
            if defaulted is None:
                raise ValueError("the table has no column with the outcome")
            seen = (history.limit, *history.lateness, *history.bills, *history.payments)
            features.append([_or_nan(FEATURES[name](history)) for name in names])
            raw.append([_or_nan(value) for value in seen])
            outcome.append(defaulted)
            held_out.append(_kept_apart([cell for name, cell in row.items() if name != columns.id]))
    by_feature = dict(zip(names, np.array(features, dtype=float).T, strict=True))
    return Table(by_feature, np.array(raw, dtype=float), np.array(outcome, dtype=float), np.array(held_out, dtype=bool))


def _kept_apart(cells: list[str]) -> bool:
    """Decided by the row's own text less its number, so that neither order nor a second copy moves anybody across."""
    whole = "|".join((SPLIT_SEED, *cells))
    return int.from_bytes(sha256(whole.encode()).digest()) % HELD_OUT == 0


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def folds(rows: int, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """`count` times (rows to fit on, rows to look at), shuffled by the seed."""
    order = np.random.default_rng(seed).permutation(rows)
    for part in np.array_split(order, count):
        rest = np.setdiff1d(order, part)
        yield rest, np.sort(part)
