"""The body of a robot's call over HTTP is not signed: one header, one body."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from datetime import datetime

from channels.crypto.dingtalk import SKEW

MOST = 100_000


class OneBodyEach:
    """Remembers which body came with a sign, for as long as the sign is good.

    The same body again is the platform's second try and passes; another body is somebody who saw the header. Two real
    messages of one millisecond share a sign too: the second is refused then, which Stream mode does not know."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, tuple[datetime, bytes]] = OrderedDict()

    def fits(self, sign: str, body: bytes, now: datetime) -> bool:
        # Twice the skew: a sign may be an hour ahead when it is first seen.
        while self._bodies and (len(self._bodies) >= MOST or next(iter(self._bodies.values()))[0] + 2 * SKEW < now):
            self._bodies.popitem(last=False)
        digest = hashlib.sha256(body).digest()
        _, known = self._bodies.setdefault(sign, (now, digest))
        return hmac.compare_digest(known, digest)
