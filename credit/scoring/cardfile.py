"""The scorecard's file: read, checked piece by piece, and refused with the place of the first thing that is wrong."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from credit.kernel.errors import CreditError, ErrorCode
from credit.scoring.features import FEATURES

FORMAT = 1
LOWEST, HIGHEST = 350, 950
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Axis:
    """The bins of one feature by their inner borders: a value on a border belongs to the bin that begins there."""

    of: str
    edges: tuple[float, ...]

    @property
    def labels(self) -> list[str]:
        """One label a bin: `< 1`, `1 … 2`, `≥ 2`."""
        if not self.edges:
            return ["any"]
        between = [f"{low:g} … {high:g}" for low, high in pairwise(self.edges)]
        return [f"< {self.edges[0]:g}", *between, f"≥ {self.edges[-1]:g}"]


@dataclass(frozen=True, slots=True)
class Steps:
    """Points by the bins of one feature."""

    feature: str
    axis: Axis
    points: list[int]
    missing: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Points by the bins of two features together; `points[row][column]`."""

    feature: str
    rows: Axis
    columns: Axis
    points: list[list[int]]
    missing: int


@dataclass(frozen=True, slots=True)
class CardFile:
    """The checked content of a scorecard file; what only people read (`training`, shares of bins) is left out."""

    version: str
    money_unit: int
    base: int
    steps: tuple[Steps, ...]
    grids: tuple[Grid, ...]
    calibration: tuple[tuple[int, int], ...]

    @property
    def tables(self) -> tuple[Steps | Grid, ...]:
        return (*self.steps, *self.grids)


def read(path: Path) -> CardFile:
    """Raises CreditError SCORECARD_DAMAGED or SCORECARD_VERSION with the facts `place` and `problem`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except OSError as failure:
        raise _damaged(path.name, f"cannot be read: {failure.strerror}") from failure
    except json.JSONDecodeError as failure:
        raise _damaged(f"line {failure.lineno}", f"is not JSON: {failure.msg}") from failure
    except ValueError as failure:
        raise _damaged(path.name, str(failure)) from failure
    return parse(content)


def parse(content: object) -> CardFile:
    """The same from the parsed JSON: format first, then the digest, then every table."""
    whole = _mapping(content, "the file")
    if whole.get("format") != FORMAT:
        problem = f"is {whole.get('format')!r}, this program reads {FORMAT}"
        raise CreditError(ErrorCode.SCORECARD_VERSION, f"format {problem}", place="format", problem=problem)
    if whole.get("digest") != digest(whole):
        raise _damaged("digest", "does not fit the content: the file was cut short or changed by hand")
    steps = tuple(_steps(one, f"features[{i}]") for i, one in enumerate(_list(whole, "features", "")))
    grids = tuple(_grid(one, f"grids[{i}]") for i, one in enumerate(_list(whole, "grids", "", fewest=0)))
    names = [one.feature for one in steps] + [one.feature for one in grids]
    if twice := {name for name in names if names.count(name) > 1}:
        raise _damaged("features", f"names {', '.join(sorted(twice))} twice")
    unit = _whole(_mapping(whole.get("money_unit"), "money_unit"), "minor", "money_unit.")
    if unit < 1:
        raise _damaged("money_unit.minor", "is not positive")
    version = _text(whole, "version", "")
    return CardFile(version, unit, _whole(whole, "base", ""), steps, grids, _calibration(whole))


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the content without its own digest, as JSON with sorted keys and no spaces."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _steps(content: object, place: str) -> Steps:
    table = _mapping(content, place)
    name = _feature(table, "feature", f"{place}.")
    bins = [_mapping(one, f"{place}.bins[{i}]") for i, one in enumerate(_list(table, "bins", f"{place}."))]
    points = [_whole(one, "points", f"{place}.bins[{i}].") for i, one in enumerate(bins)]
    missing = _whole(table, "missing", f"{place}.")
    _may_not_exceed(missing, max(points), place)
    return Steps(name, Axis(name, _borders(bins, place)), points, missing)


def _borders(bins: list[Mapping[str, Any]], place: str) -> tuple[float, ...]:
    """The inner borders of bins that must follow each other without a hole, from no lower end to no upper end."""
    edges: list[float] = []
    for index, one in enumerate(bins):
        here, first, last = f"{place}.bins[{index}]", index == 0, index == len(bins) - 1
        for side in ("from", "to"):
            if side not in one:
                raise _damaged(f"{here}.{side}", "is missing")
        if one["from"] != (None if first else edges[-1]):
            wanted = "null, for the lowest bin" if first else f"{edges[-1]}, where the bin before ends"
            raise _damaged(f"{here}.from", f"is {one['from']}, not {wanted}: a hole or an overlap")
        if last:
            if one["to"] is not None:
                raise _damaged(f"{here}.to", f"is {one['to']}, not null: the highest bin is missing")
        else:
            edges.append(_number(one["to"], f"{here}.to"))
    return _rising(edges, f"{place}.bins")


def _grid(content: object, place: str) -> Grid:
    table = _mapping(content, place)
    name = _text(table, "feature", f"{place}.")
    rows, columns = (_axis(table.get(side), f"{place}.{side}") for side in ("rows", "columns"))
    points = [
        [_is_whole(value, f"{place}.points[{r}][{c}]") for c, value in enumerate(_row(row, f"{place}.points[{r}]"))]
        for r, row in enumerate(_list(table, "points", f"{place}."))
    ]
    if len(points) != len(rows.edges) + 1:
        raise _damaged(f"{place}.points", f"has {len(points)} rows for {len(rows.edges) + 1} bins")
    for r, row in enumerate(points):
        if len(row) != len(columns.edges) + 1:
            raise _damaged(f"{place}.points[{r}]", f"has {len(row)} columns for {len(columns.edges) + 1} bins")
    missing = _whole(table, "missing", f"{place}.")
    _may_not_exceed(missing, max(map(max, points)), place)
    return Grid(name, rows, columns, points, missing)


def _axis(content: object, place: str) -> Axis:
    axis = _mapping(content, place)
    edges = [_number(edge, f"{place}.edges[{i}]") for i, edge in enumerate(_list(axis, "edges", f"{place}."))]
    return Axis(_feature(axis, "of", f"{place}."), _rising(edges, f"{place}.edges"))


def _calibration(whole: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    table: list[tuple[int, int]] = []
    for index, one in enumerate(_list(whole, "calibration", "", fewest=2)):
        place = f"calibration[{index}]"
        row = _mapping(one, place)
        points, ppm = _whole(row, "points", f"{place}."), _whole(row, "default_ppm", f"{place}.")
        if not 0 <= ppm <= PPM:
            raise _damaged(f"{place}.default_ppm", f"is {ppm}, not a share in ppm")
        if table and not (points > table[-1][0] and ppm <= table[-1][1]):
            raise _damaged(place, "does not go on: points must rise and the probability must not")
        table.append((points, ppm))
    return tuple(table)


# ── small checks ────────────────────────────────────────────────────────────────────────────────────────────


def _mapping(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _damaged(place, "is missing or not an object")
    return value


def _list(table: Mapping[str, Any], key: str, inside: str, fewest: int = 1) -> list[Any]:
    value = _row(table.get(key), inside + key)
    if len(value) < fewest:
        raise _damaged(inside + key, f"has {len(value)} entries, fewer than {fewest}")
    return value


def _row(value: object, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _damaged(place, "is missing or not a list")
    return value


def _text(table: Mapping[str, Any], key: str, inside: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise _damaged(inside + key, "is missing or not a text")
    return value


def _feature(table: Mapping[str, Any], key: str, inside: str) -> str:
    name = _text(table, key, inside)
    if name not in FEATURES:
        raise _damaged(inside + key, f"is {name!r}, which this program does not know")
    return name


def _whole(table: Mapping[str, Any], key: str, inside: str) -> int:
    return _is_whole(table.get(key), inside + key)


def _is_whole(value: object, place: str) -> int:
    if type(value) is not int:
        raise _damaged(place, "is missing or not a whole number")
    return value


def _number(value: object, place: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise _damaged(place, "is missing or not a number")
    return value  # type: ignore[return-value]


def _rising(edges: list[float], place: str) -> tuple[float, ...]:
    if any(low >= high for low, high in pairwise(edges)):
        raise _damaged(place, "does not rise from border to border")
    return tuple(edges)


def _may_not_exceed(missing: int, best: int, place: str) -> None:
    if missing > best:
        raise _damaged(f"{place}.missing", "gives more than the best bin: hiding a month would pay")


def _no_constant(name: str) -> float:
    raise ValueError(f"holds {name}, which is not a number")


def _damaged(place: str, problem: str) -> CreditError:
    return CreditError(ErrorCode.SCORECARD_DAMAGED, f"{place} {problem}", place=place, problem=problem)
