"""Identifiers: UUIDv7, so that new rows land at the end of an index."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def canonical_json(content: Any) -> str:
    """One spelling for one content: sorted keys, no blanks. Raises TypeError for a float: its spelling is not exact."""
    _refuse_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str)


def _refuse_floats(content: Any) -> None:
    if isinstance(content, float):
        raise TypeError(f"a float has no exact spelling: {content!r}")
    if isinstance(content, dict):
        content = content.values()
    elif not isinstance(content, (list, tuple)):
        return
    for part in content:
        _refuse_floats(part)


def fingerprint(content: Any) -> str:
    """SHA-256 (hex) over the canonical JSON of `content`."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
