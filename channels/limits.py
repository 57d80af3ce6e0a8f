"""How much the gateway takes before it says no, and how long it waits. One place, so that no route hides a number."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, bytes and seconds."""

    message_characters: int = 500
    body_bytes: int = 16 * 1024
    hook_body_bytes: int = 1024 * 1024
    """Of a platform's webhook; an event of a compatible mode comes plain and encrypted at once."""
    customer_per_minute: int = 30
    address_per_minute: int = 600
    """Higher than a customer's: many customers may sit behind one address, and a page makes many small calls."""
    streams_per_customer: int = 8
    stream_backlog: int = 256
    """Events kept for a slow reader; past it the stream ends and the reader resumes from the history."""
    assistant_seconds: float = 10.0
    health_seconds: float = 3.0
    heartbeat_seconds: float = 15.0
    notice_seconds: float = 5.0
    """How often the outbox is looked at; 0 leaves it alone."""
    news_seconds: float = 20.0
    """How long a question for news is held open; shorter than what proxies allow."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Limits:
        """Raises ValueError that names the variable when a rate is not a positive number."""
        env = os.environ if environment is None else environment
        limits = cls()
        return replace(
            limits,
            customer_per_minute=_count(env, "RATE_PER_CUSTOMER", limits.customer_per_minute),
            address_per_minute=_count(env, "RATE_PER_ADDRESS", limits.address_per_minute),
            notice_seconds=_seconds(env, "NOTICE_SECONDS", limits.notice_seconds),
        )


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    if not text.replace(".", "", 1).isdigit():
        raise ValueError(f"{name} must be a number of seconds, got {text!r}")
    return float(text)


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise ValueError(f"{name} must be a positive number a minute, got {text!r}")
    return int(text)
