"""The scorecard: a history in, points and the probability of default out, with what each feature gave and could give.

Scoring needs this package, the standard library and scorecard.json; how the file is made is tools/scorecard."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from credit.scoring import cardfile
from credit.scoring.cardfile import Axis, CardFile, Grid, Steps
from credit.scoring.features import FEATURES
from credit.scoring.history import FEWEST_KNOWN, History

DEFAULT = Path(__file__).with_name("scorecard.json")
LOWEST, HIGHEST = cardfile.LOWEST, cardfile.HIGHEST


class Part(NamedTuple):
    """What one feature gave: its code, the bin the customer is in, the points, and the most its best bin gives."""

    feature: str
    bin: str
    points: int
    best: int

    @property
    def lost(self) -> int:
        """Points that this feature kept from the score; the reasons are the features that kept most."""
        return self.best - self.points


@dataclass(frozen=True, slots=True)
class Scored:
    """Points from 350 to 950 (more is better), the probability of default within a month in ppm, and their parts."""

    points: int
    default_ppm: int
    version: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ThinFile:
    """Too few months are known for a score, so there is none; the policy says what a customer without one may have."""

    known_months: int
    needed_months: int
    version: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A loaded scorecard. `money_unit` is how many minor units (分) make one of its amounts: `History.of_minor`."""

    version: str
    money_unit: int
    features: tuple[str, ...]
    _base: int
    _tables: tuple[_Table, ...]
    _needed: tuple[str, ...]
    _calibration: tuple[tuple[int, int], ...]

    @classmethod
    def load(cls, path: Path = DEFAULT) -> Scorecard:
        """Read and check a scorecard file.

        Raises CreditError SCORECARD_DAMAGED or SCORECARD_VERSION with the facts `place` and `problem`."""
        return cls.of(cardfile.read(path))

    @classmethod
    def of(cls, file: CardFile) -> Scorecard:
        """A scorecard from the checked content of its file."""
        tables = tuple(_Table.of(table) for table in file.tables)
        needed = tuple(dict.fromkeys(name for table in tables for name in table.inputs))
        names = tuple(table.feature for table in tables)
        return cls(file.version, file.money_unit, names, file.base, tables, needed, file.calibration)

    def score(self, history: History) -> Scored | ThinFile:
        """Points, probability and parts; a ThinFile when fewer than three months are known.

        A feature whose months are missing gets the points of its missing bin: what customers get on average."""
        if history.known_months < FEWEST_KNOWN:
            return ThinFile(history.known_months, FEWEST_KNOWN, self.version)
        values = {name: FEATURES[name](history) for name in self._needed}
        parts = tuple(table.part(values) for table in self._tables)
        points = min(max(self._base + sum(part.points for part in parts), LOWEST), HIGHEST)
        return Scored(points, self.default_ppm(points), self.version, parts)

    def default_ppm(self, points: int) -> int:
        """The probability of default for these points: straight lines between the points of the calibration table."""
        table = self._calibration
        above = bisect_right(table, (points, math.inf))
        if above == 0:
            return table[0][1]
        if above == len(table):
            return table[-1][1]
        (left, high), (right, low) = table[above - 1], table[above]
        return high - (high - low) * (points - left) // (right - left)


@dataclass(frozen=True, slots=True)
class _Table:
    """Steps over one feature or over two, with the part of every bin made once, at load."""

    feature: str
    inputs: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]
    parts: tuple[tuple[Part, ...], ...]
    missing: Part

    @classmethod
    def of(cls, table: Steps | Grid) -> _Table:
        if isinstance(table, Steps):
            return cls._made(table.feature, (table.axis,), [[points] for points in table.points], table.missing)
        return cls._made(table.feature, (table.rows, table.columns), table.points, table.missing)

    @classmethod
    def _made(cls, feature: str, axes: tuple[Axis, ...], points: list[list[int]], missing: int) -> _Table:
        best = max(max(row) for row in points)
        labels = [axis.labels for axis in axes] + [[""]] * (2 - len(axes))
        parts = tuple(
            tuple(
                Part(feature, f"{row} × {column}" if column else row, points[r][c], best)
                for c, column in enumerate(labels[1])
            )
            for r, row in enumerate(labels[0])
        )
        inputs, edges = tuple(axis.of for axis in axes), tuple(axis.edges for axis in axes)
        return cls(feature, inputs, edges, parts, Part(feature, "missing", missing, best))

    def part(self, values: dict[str, float | None]) -> Part:
        places = [0, 0]
        for axis, name in enumerate(self.inputs):
            value = values[name]
            if value is None:
                return self.missing
            places[axis] = bisect_right(self.edges[axis], value)
        return self.parts[places[0]][places[1]]
