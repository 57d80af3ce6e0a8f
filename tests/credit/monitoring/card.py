"""A small scorecard of the tests' own: what the real one learns next year does not change what is tested here."""

from __future__ import annotations

from typing import Any

from credit.scoring import cardfile
from credit.scoring.card import Scorecard

LATENESS_POINTS = {0: 150, 1: 40, 2: -60, 3: -150}
"""By months late now; 3 and more alike. The base is 550."""


def content(version: str = "test-1") -> dict[str, Any]:
    """As the file has it."""
    months = list(LATENESS_POINTS)
    bins = [
        {
            "from": None if month == months[0] else month,
            "to": None if month == months[-1] else month + 1,
            "points": points,
            "customers_ppm": share,
        }
        for (month, points), share in zip(LATENESS_POINTS.items(), (700_000, 200_000, 60_000, 40_000), strict=True)
    ]
    whole: dict[str, Any] = {
        "format": cardfile.FORMAT,
        "version": version,
        "base": 550,
        "money_unit": {"minor": 100},
        "features": [{"feature": "lateness_now", "bins": bins, "missing": 40}],
        "grids": [],
        "calibration": [
            {"points": 350, "default_ppm": 800_000},
            {"points": 550, "default_ppm": 300_000},
            {"points": 700, "default_ppm": 50_000},
        ],
    }
    return {**whole, "digest": cardfile.digest(whole)}


def card(version: str = "test-1") -> Scorecard:
    return Scorecard.of(cardfile.parse(content(version)))
