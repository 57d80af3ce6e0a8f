"""Who is listening now. Events are only news: a lost one is read again from the history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.replies import StoredMessage


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; only messages have an id to resume from."""

    name: str
    data: Any
    id: int | None = None


def message_event(message: StoredMessage) -> Event:
    return Event("message", message.public(), message.seq)


class Subscription:
    """One open stream."""

    def __init__(self, customer_id: UUID, backlog: int) -> None:
        self.customer_id = customer_id
        self.closed = False
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(backlog)

    def put(self, event: Event) -> None:
        """A reader too slow for the backlog is cut off: it comes back with Last-Event-ID and misses nothing."""
        if self.closed:
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        self.closed = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)  # wakes the reader

    async def next(self, seconds: float) -> Event | None:
        """The next event; None when none came in time, or the stream is closed."""
        try:
            async with asyncio.timeout(seconds):
                return await self._queue.get()
        except TimeoutError:
            return None


class Hub:
    """All open streams of this process, oldest first."""

    def __init__(self, *, streams_per_customer: int, backlog: int) -> None:
        self._most = streams_per_customer
        self._backlog = backlog
        self._open: dict[UUID, list[Subscription]] = {}
        self._closed = False

    @contextmanager
    def subscribe(self, customer_id: UUID) -> Iterator[Subscription]:
        """A new stream; the customer's oldest ends when there are too many."""
        subscription = Subscription(customer_id, self._backlog)
        mine = self._open.setdefault(customer_id, [])
        mine.append(subscription)
        for extra in mine[: -self._most]:
            extra.close()
        if self._closed:
            subscription.close()
        try:
            yield subscription
        finally:
            mine.remove(subscription)
            if not mine:
                self._open.pop(customer_id, None)

    def publish(self, customer_id: UUID, event: Event) -> None:
        for subscription in list(self._open.get(customer_id, ())):
            subscription.put(event)

    def broadcast(self, event: Event) -> None:
        for customer_id in list(self._open):
            self.publish(customer_id, event)

    def listening(self, customer_id: UUID) -> int:
        return len(self._open.get(customer_id, ()))

    def count(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._open.values()))

    def close(self) -> None:
        """End every stream, and every one that is opened from now on: the process is going down."""
        self._closed = True
        for mine in list(self._open.values()):
            for subscription in list(mine):
                subscription.close()
