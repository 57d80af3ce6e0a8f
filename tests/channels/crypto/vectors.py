"""The platforms' published samples: shared data, not part of the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "data" / "channel-vectors.json"


def vector(name: str) -> dict[str, Any]:
    """The vector of that id; skips the test that asks when the shared data is not beside the repository."""
    if not VECTORS.exists():
        pytest.skip(f"the channels' vectors are not there: {VECTORS}")
    known: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    return next(each for each in known if each["id"] == name)
