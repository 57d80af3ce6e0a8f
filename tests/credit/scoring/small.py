"""A card small enough to be reckoned in the head, and the histories that it scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from credit.scoring import cardfile
from credit.scoring.history import History


def content() -> dict[str, Any]:
    """Two features and a grid: 500 and what their bins give."""
    whole: dict[str, Any] = {
        "format": 1,
        "version": "small-1",
        "money_unit": {"minor": 20},
        "base": 500,
        "features": [
            {
                "feature": "lateness_now",
                "bins": [
                    {"from": None, "to": 1, "points": 40},
                    {"from": 1, "to": 2, "points": -30},
                    {"from": 2, "to": None, "points": -90},
                ],
                "missing": 5,
            },
            {
                "feature": "limit",
                "bins": [{"from": None, "to": 50_000, "points": -10}, {"from": 50_000, "to": None, "points": 20}],
                "missing": 0,
            },
        ],
        "grids": [
            {
                "feature": "lateness_path",
                "rows": {"of": "lateness_now", "edges": [1]},
                "columns": {"of": "limit", "edges": [20_000, 100_000]},
                "points": [[7, 8, 9], [-3, -2, -1]],
                "missing": 2,
            }
        ],
        "calibration": [
            {"points": 350, "default_ppm": 800_000},
            {"points": 450, "default_ppm": 300_000},
            {"points": 550, "default_ppm": 100_000},
            {"points": 950, "default_ppm": 20_000},
        ],
        "training": {"source": "made up"},
    }
    return sealed(whole)


def sealed(whole: dict[str, Any]) -> dict[str, Any]:
    """The same with the digest that fits it."""
    return {**whole, "digest": cardfile.digest(whole)}


def written(folder: Path, whole: dict[str, Any]) -> Path:
    path = folder / "card.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def history(*lateness: int | None, limit: int = 50_000) -> History:
    """Bills of a tenth of the limit, paid in full; the lateness given, newest month first."""
    bill = limit // 10
    return History(limit, lateness or (0,) * 6, (bill,) * 6, (bill,) * 6)
