"""Published figures that our calculators are held to: shared data, not part of the repository."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "data" / "oracle-vectors.json"

type Vector = dict[str, Any]
type TestFunction = Callable[[Vector], None]


def load() -> list[Vector]:
    """All vectors; skips the module that asks when the shared data is not beside the repository."""
    if not VECTORS.exists():
        pytest.skip(f"the oracle vectors are not there: {VECTORS}", allow_module_level=True)
    known: list[Vector] = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    return known


def of_family(family: str, not_applicable: dict[str, str]) -> Callable[[TestFunction], TestFunction]:
    """One test case a vector of the family; those another convention rules out are skipped with the reason."""
    cases = [
        pytest.param(
            vector,
            id=vector["id"],
            marks=[pytest.mark.skip(reason=not_applicable[vector["id"]])] if vector["id"] in not_applicable else [],
        )
        for vector in load()
        if vector["family"] == family
    ]
    return pytest.mark.parametrize("vector", cases)


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


def days(texts: list[str]) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def unit_of(text: str) -> Decimal:
    """The last decimal a published figure shows."""
    return Decimal(1).scaleb(int(Decimal(text).as_tuple().exponent))
