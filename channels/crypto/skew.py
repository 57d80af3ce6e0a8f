"""Whether a signed time is near enough to now for the request not to be an old one played again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

MOST_DIGITS = 16
"""Microseconds of our century; a longer text is no time, and Python would spend time on reading it."""
DIGITS = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_fresh(text: str, *, unit: timedelta, now: datetime, limit: timedelta) -> bool:
    """Whether `text`, a count of `unit` since 1970, is at most `limit` from `now`, before or after.

    After counts too: a time of tomorrow would keep its signature good for a whole day."""
    if not DIGITS.fullmatch(text):
        return False
    # Compared as whole microseconds: a text of many digits would overflow a datetime.
    microsecond = timedelta(microseconds=1)
    then = int(text) * (unit // microsecond)
    return abs((now - EPOCH) // microsecond - then) <= limit // microsecond
