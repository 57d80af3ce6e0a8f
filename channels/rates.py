"""Token buckets: so many calls a minute, refilled evenly, counted for each customer or address."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode

SWEEP_AT = 10_000
"""Buckets held before full ones are dropped; a full bucket says no more than a missing one."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class RateLimiter:
    """One process's count. The clock is given, so that a test can move it."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._capacity = per_minute
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}

    def take(self, key: Hashable) -> None:
        """Count one call. Raises CreditError RATE_LIMITED(seconds=) with the wait until the next one is free."""
        now = self._clock.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            self._sweep(now)
            bucket = self._buckets[key] = _Bucket(self._capacity, now)
        bucket.tokens = self._refilled(bucket, now)
        bucket.at = now
        if bucket.tokens < 1:
            wait = math.ceil((1 - bucket.tokens) / self._per_second)
            raise CreditError(ErrorCode.RATE_LIMITED, seconds=max(1, wait))
        bucket.tokens -= 1

    def _refilled(self, bucket: _Bucket, now: datetime) -> float:
        # A machine's clock may be set back; that must not empty a bucket.
        passed = max(0.0, (now - bucket.at).total_seconds())
        return min(self._capacity, bucket.tokens + passed * self._per_second)

    def _sweep(self, now: datetime) -> None:
        if len(self._buckets) < SWEEP_AT:
            return
        full = [key for key, bucket in self._buckets.items() if self._refilled(bucket, now) >= self._capacity]
        for key in full:
            del self._buckets[key]
