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
    """One spelling for one content: sorted keys, no blanks, no floats."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str)


def fingerprint(content: Any) -> str:
    """SHA-256 (hex) over the canonical JSON of `content`."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
