"""Work by key: one step at a time for each key, many keys at once, a bound on all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from channels.logs import report

GRACE_SECONDS = 5.0
Step = Callable[[UUID], Awaitable[bool]]
"""One piece of work for the key; whether there may be more of it now."""
GiveWay = Callable[[], Awaitable[None]]


class Lanes:
    """What must be done is in the database, so a lane holds nothing: a lost poke is made good by the next look."""

    def __init__(self, name: str, step: Step, *, most_at_once: int, give_way: GiveWay) -> None:
        """`give_way` is awaited before each step: what must be answered at once goes first."""
        self._name = name
        self._give_way = give_way
        self._step = step
        self._room = asyncio.Semaphore(most_at_once)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()
        self._closed = False

    def poke(self, key: UUID) -> None:
        """There is, or may be, something to do."""
        if self._closed:
            return
        if key in self._running:
            self._again.add(key)
        else:
            self._running[key] = asyncio.create_task(self._run(key))

    async def idle(self) -> None:
        """Until nothing is being worked on."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def close(self) -> None:
        """Let the steps that are under way end, and begin no other."""
        self._closed = True
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: UUID) -> None:
        try:
            while True:
                self._again.discard(key)
                while not self._closed and await self._one(key):
                    pass
                if self._closed or key not in self._again:
                    return
        finally:
            del self._running[key]
            self._again.discard(key)

    async def _one(self, key: UUID) -> bool:
        async with self._room:
            try:
                await self._give_way()
                return await self._step(key)
            except Exception as error:  # noqa: BLE001  the row is still there; the next look takes it up
                report(f"{self._name}_failed", error)
                return False
