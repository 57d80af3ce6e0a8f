"""Rows of `build/bench.json`, said as they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Row = dict[str, Any]


class Table:
    """The rows of one section."""

    def __init__(self, section: str, say: Callable[[str], None]) -> None:
        self.rows: list[Row] = []
        self._section, self._say = section, say

    def note(
        self, name: str, value: float, unit: str, baseline: float | None = None, ratio: float | None = None
    ) -> None:
        row = {"name": f"{self._section}: {name}", "value": _round(value), "unit": unit, "baseline": _round(baseline)}
        row["ratio"] = round(ratio, 3) if ratio is not None else None
        self.rows.append(row)
        self._say(_line_of(row))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3 if abs(value) < 10 else 1)


def _line_of(row: Row) -> str:
    baseline = "" if row["baseline"] is None else f"baseline {row['baseline']:,}"
    ratio = "" if row["ratio"] is None else f"ratio {row['ratio']}"
    return f"{row['name']:<78}{row['value']:>12,} {row['unit']:<11} {baseline:<20} {ratio}".rstrip()
