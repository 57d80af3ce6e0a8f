"""Why a message goes out, for the two that have a reason of their own: an answer, and something nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from channels.messaging.inbox import Letter
from channels.messaging.outbox import Occasion
from credit.kernel.money import Money

STALE = timedelta(hours=20)
"""A reminder that could not be sent so long is worth nothing: its figures are of another day."""


def answering(letter: Letter, now: datetime, customer_id: UUID | None, until: datetime | None) -> Occasion:
    """The answer to a message; left to the webhook's own answer while that still waits, `until` then."""
    return Occasion(
        now,
        customer_id,
        inbox_seq=letter.seq,
        reply_context=letter.reply_context,
        hold_until=until if until is not None and until > now else None,
    )


def unasked(now: datetime, customer_id: UUID, once: str) -> Occasion:
    return Occasion(now, customer_id, once=once, expires_at=now + STALE)


def written_out(facts: Mapping[str, object]) -> dict[str, str]:
    """Facts as a platform's template takes them: amounts without separators, days as ISO writes them."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: object) -> str:
    if isinstance(value, Money):
        return value.yuan().replace(",", "")
    return value.isoformat() if isinstance(value, date) else str(value)
