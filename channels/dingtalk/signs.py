"""The body of a robot's call over HTTP is not signed: a header is good for the bodies that came with it at first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.crypto.dingtalk import SKEW

MOST = 100_000
TOGETHER = timedelta(seconds=2)
"""Messages of one millisecond share a header, and arrive together. On a busy day that is every tenth one."""


@dataclass(slots=True)
class _Seen:
    first_at: datetime
    bodies: set[bytes] = field(default_factory=set)


class FirstBodies:
    """Remembers which bodies came with a sign, for as long as the sign is good.

    One of them again is the platform's second try and passes. Another one, later, is somebody who saw the header."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def fits(self, sign: str, body: bytes, now: datetime) -> bool:
        # Twice the skew: a sign may be an hour ahead when it is first seen.
        while self._seen and (len(self._seen) >= MOST or next(iter(self._seen.values())).first_at + 2 * SKEW < now):
            self._seen.popitem(last=False)
        seen = self._seen.setdefault(sign, _Seen(now))
        digest = hashlib.sha256(body).digest()
        if now <= seen.first_at + TOGETHER:
            seen.bodies.add(digest)
        return digest in seen.bodies
