"""Server-sent events: what was missed, then what comes, and a heartbeat in between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from channels.conversation import Conversation
from channels.hub import Event, Hub, Subscription, message_event
from channels.identity import Session
from channels.limits import Limits
from channels.logs import report
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy that buffers would hold replies back
RETRY_MILLISECONDS = 2000
CATCH_UP_PAGE = 100
CURSOR_DIGITS = 18
"""More do not fit the database's number."""


def frame(event: Event) -> str:
    """One event on the wire. JSON has no raw line ends, so one data line always holds it."""
    cursor = "" if event.id is None else f"id: {event.id}\n"
    return f"{cursor}event: {event.name}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n"


def cursor_of(last_event_id: str | None) -> int | None:
    """The number to resume after; anything that is not one of ours means "from now on"."""
    text = (last_event_id or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= CURSOR_DIGITS else None


class Streams:
    """Writes one customer's stream. Ends when the token does: a stream must not outlive the right to read it."""

    def __init__(self, conversation: Conversation, hub: Hub, clock: Clock, limits: Limits) -> None:
        self._conversation = conversation
        self._hub = hub
        self._clock = clock
        self._limits = limits

    async def events(self, session: Session, last_seen: int | None) -> AsyncIterator[str]:
        """Frames until the token expires, the reader is too slow, or the process stops."""
        # Listening starts before the catch-up, so that nothing falls between the two.
        with self._hub.subscribe(session.customer_id) as subscription:
            yield f"retry: {RETRY_MILLISECONDS}\n\n"
            seen = last_seen or 0
            try:
                if last_seen is not None:
                    async for event in self._missed(session, last_seen):
                        seen = event.id or seen
                        yield frame(event)
            except CreditError as refusal:  # the reader comes back by itself
                report("stream_broken_off", refusal)
                return
            async for text in self._live(subscription, session, seen):
                yield text

    async def _missed(self, session: Session, seen: int) -> AsyncIterator[Event]:
        while found := await self._conversation.replies_after(session.customer_id, seen, CATCH_UP_PAGE):
            for message in found:
                yield message_event(message)
            seen = found[-1].seq

    async def _live(self, subscription: Subscription, session: Session, seen: int) -> AsyncIterator[str]:
        while self._clock.now() < session.expires_at:
            event = await subscription.next(self._limits.heartbeat_seconds)
            if (event is None and subscription.closed) or self._clock.now() >= session.expires_at:
                return
            if event is None:
                yield ": still here\n\n"
            elif event.id is None or event.id > seen:
                yield frame(event)
