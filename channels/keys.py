"""A lender's signing keys, as a JWK set that may be changed at any time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import httpx
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWKSetError, PyJWTError

from channels.lenders import Lender
from channels.logs import report
from credit.kernel.clock import Clock

FRESH = timedelta(minutes=10)
"""After this the set is read again: a key that was withdrawn must stop counting."""
AGAIN = timedelta(seconds=30)
"""Between two readings at most, whatever strangers' tokens name."""
STALE = timedelta(hours=12)
"""How long the last good set is used when the lender's address does not answer."""
SECONDS = 3.0
ALGORITHMS = ("EdDSA", "ES256", "RS256", "PS256")
"""Public-key signatures only: with a shared secret the key set itself would sign tokens."""

Read = Callable[[Lender], Any]


def read_jwks(lender: Lender) -> Any:
    """The set as JSON values. Raises OSError, ValueError, httpx.HTTPError."""
    if lender.jwks_file is not None:
        return json.loads(lender.jwks_file.read_text("utf-8"))
    response = httpx.get(str(lender.jwks_url), timeout=SECONDS, follow_redirects=False)
    response.raise_for_status()
    return response.json()


class LenderKeys:
    """Thread-safe; blocking while it reads."""

    def __init__(self, clock: Clock, read: Read = read_jwks) -> None:
        self._clock = clock
        self._read = read
        self._sets: dict[str, tuple[datetime, dict[str, PyJWK]]] = {}
        self._tried: dict[str, datetime] = {}
        self._lock = Lock()

    def find(self, lender: Lender, key_id: object) -> PyJWK | None:
        """The key of that id, from a set that is fresh, or read again because it does not know the id."""
        if not isinstance(key_id, str):
            return None
        with self._lock:
            now = self._clock.now()
            read_at, keys = self._sets.get(lender.id, (datetime.min.replace(tzinfo=now.tzinfo), {}))
            if (now - read_at > FRESH or key_id not in keys) and self._may_read(lender, now):
                read_at, keys = self._refreshed(lender, now, read_at, keys)
            return keys.get(key_id) if now - read_at <= STALE else None

    def _may_read(self, lender: Lender, now: datetime) -> bool:
        last = self._tried.get(lender.id)
        return last is None or now - last >= AGAIN

    def _refreshed(
        self, lender: Lender, now: datetime, read_at: datetime, keys: dict[str, PyJWK]
    ) -> tuple[datetime, dict[str, PyJWK]]:
        self._tried[lender.id] = now
        try:
            found = PyJWKSet.from_dict(self._read(lender)).keys
        except (OSError, ValueError, TypeError, AttributeError, httpx.HTTPError, PyJWKSetError, PyJWTError) as error:
            report("lender_keys_not_read", error, lender=lender.id)
            return read_at, keys
        usable = {key.key_id: key for key in found if key.key_id and key.algorithm_name in ALGORITHMS}
        self._sets[lender.id] = (now, usable)
        return now, usable
