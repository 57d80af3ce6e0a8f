"""Signatures and nonces that were used already, for platforms where the body is not signed."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from credit.kernel.clock import Clock


class SeenOnce:
    """This process's own and bounded; the real dedupe is the inbox table, by message id."""

    def __init__(self, clock: Clock, keep: timedelta, most: int = 100_000) -> None:
        self._clock = clock
        self._keep = keep
        self._most = most
        self._seen: OrderedDict[str, datetime] = OrderedDict()

    def first(self, value: str) -> bool:
        """Whether `value` has not been seen for so long; it has been now."""
        now = self._clock.now()
        while self._seen and (len(self._seen) >= self._most or next(iter(self._seen.values())) + self._keep <= now):
            self._seen.popitem(last=False)
        if value in self._seen:
            return False
        self._seen[value] = now
        return True
