"""The vendors' published examples of signing and encryption: shared data, not part of the repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "data" / "channel-vectors.json"

type Vector = dict[str, str]


def load(*kinds: str) -> list[Vector]:
    """The vectors of these kinds; skips the module that asks when the shared data is not beside the repository."""
    if not VECTORS.exists():
        pytest.skip(f"the channel vectors are not there: {VECTORS}", allow_module_level=True)
    known: list[Vector] = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    return [vector for vector in known if vector["kind"] in kinds]


def id_of(vector: Vector) -> str:
    return vector["id"]
