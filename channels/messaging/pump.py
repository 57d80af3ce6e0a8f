"""The pipeline as an adapter that fetches or listens sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from channels.messaging.alarms import Alarms
from channels.messaging.port import Incoming, Pull

MOST_PULLS = 1_000
"""Waiting to be fetched; each says only that there is something, so that dropped ones are no loss."""

Take = Callable[[Sequence[Incoming], tuple[str, str] | None], Awaitable[None]]


class ChannelPump:
    """One channel's `Pump`."""

    def __init__(self, channel: str, *, take: Take, cursor: Callable[[str], Awaitable[str]], alarms: Alarms) -> None:
        self._channel = channel
        self._take = take
        self._cursor = cursor
        self._alarms = alarms
        self._pulls: asyncio.Queue[Pull] = asyncio.Queue(MOST_PULLS)

    async def take(self, messages: Sequence[Incoming], *, cursor: tuple[str, str] | None = None) -> None:
        await self._take(messages, cursor)

    async def cursor(self, account: str) -> str:
        return await self._cursor(account)

    def hint(self, pull: Pull) -> None:
        if self._pulls.full():
            self._pulls.get_nowait()
        self._pulls.put_nowait(pull)

    async def next_pull(self, seconds: float) -> Pull | None:
        try:
            async with asyncio.timeout(seconds):
                return await self._pulls.get()
        except TimeoutError:
            return None

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def alarm(self, code: str, **facts: str | int) -> None:
        self._alarms.alarm(self._channel, code, **facts)
