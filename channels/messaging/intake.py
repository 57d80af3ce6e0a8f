"""Storing what arrives. What comes while a transaction is being written shares the next one, and its statements.

A platform is acknowledged after the commit and not before. Two hundred webhooks a second, each with its own handful of
statements, leave a database in another process no time for anything else; together they are a handful for all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import update
from sqlalchemy.orm import Session

from channels.messaging import inbox
from channels.messaging.inbox import Arrival, Kept
from channels.messaging.tables import cursors, insert_once
from channels.store import Store
from channels.writer import is_away

MOST_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a channel's messages have been fetched."""

    channel: str
    account: str
    value: str


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What one webhook or one fetched page brought: stored whole or not at all."""

    arrivals: Sequence[Arrival]
    cursor: Cursor | None
    kept: asyncio.Future[list[Kept]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Intake:
    """One gateway's. Deliveries are stored in the order in which they came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Delivery] = deque()
        self._writing: asyncio.Task[None] | None = None
        # A thread of its own: those of the turns may all be waiting for the writer.
        self._thread = CapacityLimiter(1)
        self.quiet = asyncio.Event()
        """Set while nothing is being stored."""
        self.quiet.set()

    async def keep(self, arrivals: Sequence[Arrival], cursor: Cursor | None = None) -> list[Kept]:
        """What became of each, once all of them and the cursor are committed; nothing to store costs no transaction.
        Raises CreditError ACCOUNT_SERVICE_UNREACHABLE."""
        if not arrivals and cursor is None:
            return []
        delivery = _Delivery(arrivals, cursor)
        self._waiting.append(delivery)
        if self._writing is None:
            self.quiet.clear()
            self._writing = asyncio.create_task(self._write())
        return await delivery.kept

    async def close(self) -> None:
        """Let what has come be stored."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        try:
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
                await self._store_all(together)
        finally:
            self._writing = None
            self.quiet.set()
            while self._waiting:  # only when this was cancelled
                self._waiting.popleft().kept.cancel()

    async def _store_all(self, deliveries: list[_Delivery]) -> None:
        try:
            kept = await run_sync(self._store.write, partial(_keep, deliveries=deliveries), limiter=self._thread)
        except asyncio.CancelledError:
            for delivery in deliveries:
                delivery.kept.cancel()
            raise
        except BaseException as error:  # noqa: BLE001  it is handed to whoever waits
            if len(deliveries) == 1 or _is_the_same_for_all(error):
                for delivery in deliveries:
                    if not delivery.kept.done():
                        delivery.kept.set_exception(error)
                return
            for delivery in deliveries:
                await self._store_all([delivery])
            return
        for delivery, each in zip(deliveries, kept, strict=True):
            if not delivery.kept.done():  # else the platform has hung up; the message is stored all the same
                delivery.kept.set_result(each)


def _keep(session: Session, deliveries: Sequence[_Delivery]) -> list[list[Kept]]:
    """All of them in one transaction, which may be run twice."""
    found = iter(inbox.keep(session, [arrival for delivery in deliveries for arrival in delivery.arrivals]))
    for delivery in deliveries:
        if delivery.cursor is not None:
            _save(session, delivery.cursor)
    return [[next(found) for _ in delivery.arrivals] for delivery in deliveries]


def _save(session: Session, cursor: Cursor) -> None:
    row = {"channel": cursor.channel, "account": cursor.account, "value": cursor.value}
    if insert_once(session, cursors, row) is None:
        mine = (cursors.c.channel == cursor.channel) & (cursors.c.account == cursor.account)
        session.execute(update(cursors).where(mine).values(value=cursor.value))


def _is_the_same_for_all(error: BaseException) -> bool:
    """It would happen to each of them alone too, only later."""
    return is_away(error) or not isinstance(error, Exception)
