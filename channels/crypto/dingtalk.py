"""DingTalk's robot calls over HTTP: an HMAC over the time alone, sent in a header.

The body is not covered. Whoever sees one call can send another body with its header for an hour, so a value is good
for the bodies that came with it at first: `channels.dingtalk` remembers them. Stream mode has no such hole and is the
default."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from channels.crypto.skew import is_fresh

SKEW = timedelta(hours=1)
"""The platform's own limit: it sends with the time at which the message was first tried."""


def sign(app_secret: str, timestamp: str) -> str:
    """Header `sign`: base64 HMAC-SHA256 with the secret over time, line end and the secret again."""
    content = f"{timestamp}\n{app_secret}".encode()
    return base64.b64encode(hmac.digest(app_secret.encode(), content, hashlib.sha256)).decode()


def is_signed(app_secrets: Iterable[str], timestamp: str, given: str, *, now: datetime) -> bool:
    """Whether one of the secrets (the current, the previous) signed a time within the last hour."""
    fresh = is_recent(timestamp, now)
    signed = [hmac.compare_digest(sign(secret, timestamp).encode(), given.encode()) for secret in app_secrets]
    return fresh and any(signed)


def is_recent(timestamp: str, now: datetime) -> bool:
    """Whether header `timestamp`, in milliseconds, is of the last hour."""
    return is_fresh(timestamp, unit=timedelta(milliseconds=1), now=now, limit=SKEW)
