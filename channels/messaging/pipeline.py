"""From a webhook to the answer in the app: stored once, acknowledged in time, taken in turn, sent until it arrives.

Nothing is held in memory that the tables do not say: after any crash the next look at them goes on where they stand.
Lanes and waiters are this process's own, as the conversation's locks are: one gateway process serves a database."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from anyio.to_thread import run_sync
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.logs import report
from channels.messaging import inbox, outbox
from channels.messaging.alarms import Alarms
from channels.messaging.inbox import Arrival, Kept, Letter
from channels.messaging.intake import Cursor, Intake
from channels.messaging.lanes import Lanes
from channels.messaging.peers import Peer
from channels.messaging.port import Adapter, Answer, ChannelRefused, Incoming, InlineReply, Webhook
from channels.messaging.pump import ChannelPump
from channels.messaging.sender import Sender
from channels.messaging.tables import PENDING, WAITING, cursors
from channels.messaging.turns import Turns
from channels.store import Store
from credit.kernel.clock import Clock

GRACE = timedelta(seconds=1)
"""After the time for an inline reply, before the sender may take it: the answer may be on its way."""
LOOK_SECONDS = 1.0
MOST_GIVEN_WAY = 5.0
"""Seconds that a step stands back for webhooks that are being stored. While more come than the machine can answer,
platforms are acknowledged in time, and answers are given in the moments between and afterwards."""
RESTART_SECONDS = 5.0
LOOKS_BETWEEN_CLEANING = 3_600

Wait = Callable[[asyncio.Event, float], Awaitable[bool]]


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Whether it came in time."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    return True


class Pipeline:
    """One gateway's. `turns` and `sender` do the steps, this says when."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        alarms: Alarms,
        adapters: Mapping[str, Adapter],
        make_turns: Callable[[Callable[[Letter, Peer], None]], Turns],
        sender: Sender,
        turns_at_once: int,
        sends_at_once: int,
        wait: Wait = wait_for,
    ) -> None:
        self._store = store
        self._clock = clock
        self._alarms = alarms
        self._adapters = adapters
        self._wait = wait
        self._waiting: dict[int, asyncio.Event] = {}
        self._intake = Intake(store)
        turn = make_turns(self._finished).step
        self._inbound = Lanes("turn", turn, most_at_once=turns_at_once, give_way=self._give_way)
        self._outbound = Lanes("send", sender.step, most_at_once=sends_at_once, give_way=self._give_way)
        self.pumps = {
            name: ChannelPump(name, take=partial(self._take, name), cursor=partial(self._cursor, name), alarms=alarms)
            for name in adapters
        }

    # ── in ──────────────────────────────────────────────────────────────────────────────────────────────

    async def receive(self, channel: str, webhook: Webhook) -> Answer:
        """Verify, store, answer. Raises CreditError ACCOUNT_SERVICE_UNREACHABLE: the platform shall ask again."""
        try:
            received = self._adapters[channel].receive(webhook)
        except ChannelRefused as refusal:
            self._alarms.refused(channel, refusal.code)
            return refusal.answer
        inline = received.inline if len(received.messages) == 1 else None
        until = webhook.received_at + timedelta(seconds=inline.within) + GRACE if inline else None
        kept = await self._keep(received.messages, inline_until=until)
        if received.pull is not None:
            self.pumps[channel].hint(received.pull)
        answer = None
        if inline is not None:
            answer = await self._inline(channel, kept[0], webhook, inline)
        else:
            self._poke(kept)
        return answer or received.answer

    async def _inline(self, channel: str, kept: Kept, webhook: Webhook, inline: InlineReply) -> Answer | None:
        """The reply inside the answer, when the turn is done in time; else the sender brings it."""
        if kept.is_new:
            done = self._waiting[kept.seq] = asyncio.Event()
            try:
                self._poke([kept])
                passed = (self._clock.now() - webhook.received_at).total_seconds()
                in_time = await self._wait(done, inline.within - passed)
            finally:
                del self._waiting[kept.seq]
            if not in_time:
                await run_sync(self._store.write, partial(self._give_up_inline, kept.seq))
        elif not kept.is_done:
            return None  # asked again while the first is being worked on
        claim = partial(outbox.claim_inline, inbox_seq=kept.seq, now=self._clock.now())
        parcel = await run_sync(self._store.write, claim)
        self._outbound.poke(kept.peer_id)
        if parcel is None or parcel.inline is None:
            return None
        self._alarms.sent(channel, "inline")
        return inline.write(parcel.inline)

    def _give_up_inline(self, seq: int, session: Session) -> None:
        inbox.let_go(session, seq)
        outbox.release(session, seq, self._clock.now())

    async def _take(self, channel: str, messages: Sequence[Incoming], cursor: tuple[str, str] | None) -> None:
        self._poke(await self._keep(messages, cursor=Cursor(channel, *cursor) if cursor else None))

    async def _keep(
        self,
        messages: Sequence[Incoming],
        *,
        inline_until: datetime | None = None,
        cursor: Cursor | None = None,
    ) -> list[Kept]:
        now = self._clock.now()
        kept = await self._intake.keep([Arrival(message, now, inline_until) for message in messages], cursor)
        for message, each in zip(messages, kept, strict=True):
            self._alarms.taken(message.channel, message.kind, is_new=each.is_new)
        return kept

    async def _give_way(self) -> None:
        """Platforms wait seconds for an acknowledgement, customers some more for an answer. Not for ever, though."""
        if not self._intake.quiet.is_set():
            await wait_for(self._intake.quiet, MOST_GIVEN_WAY)

    async def _cursor(self, channel: str, account: str) -> str:
        query = select(cursors.c.value).where(cursors.c.channel == channel, cursors.c.account == account)
        found = await run_sync(self._store.look, lambda session: session.execute(query).scalar_one_or_none())
        return found or ""

    def _poke(self, kept: Sequence[Kept]) -> None:
        for each in kept:
            self._inbound.poke(each.peer_id)

    def _finished(self, letter: Letter, peer: Peer) -> None:
        """A message is done. Whoever waits with the webhook's answer sees to the rest."""
        waiting = self._waiting.get(letter.seq)
        if waiting is not None:
            waiting.set()
        self._outbound.poke(peer.id)

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────

    def send_to(self, peer_id: UUID) -> None:
        """Something was put into the outbox for this identity."""
        self._outbound.poke(peer_id)

    async def look(self) -> None:
        """Take up whatever is due: after a start, a pause, a lost poke."""
        now = self._clock.now()
        letters, parcels, waiting = await run_sync(self._store.look, lambda session: _due(session, now))
        for peer_id in letters:
            self._inbound.poke(peer_id)
        for peer_id in parcels:
            self._outbound.poke(peer_id)
        self._alarms.queues(**waiting)

    async def settle(self) -> None:
        """Do all that can be done at this instant. For tests and for a process that is about to stop."""
        await self.look()
        await self._inbound.idle()
        await self._outbound.idle()

    async def run(self) -> None:
        """Until cancelled: look at the tables, and keep the adapters' own tasks alive."""
        tasks = [asyncio.create_task(self._keep_running(name, adapter)) for name, adapter in self._adapters.items()]
        try:
            for nth in itertools.count():
                try:
                    await self.look()
                    if nth % LOOKS_BETWEEN_CLEANING == 0:
                        await run_sync(self._store.write, self._forget_old)
                except Exception as error:  # noqa: BLE001  the database may come back
                    report("messaging_look_failed", error)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        await self._intake.close()
        await self._inbound.close()
        await self._outbound.close()

    async def _keep_running(self, name: str, adapter: Adapter) -> None:
        while True:
            try:
                await adapter.run(self.pumps[name])
            except Exception as error:  # noqa: BLE001
                report("channel_stopped", error, channel=name)
                self._alarms.alarm(name, "stopped")
            else:
                return
            await asyncio.sleep(RESTART_SECONDS)

    def _forget_old(self, session: Session) -> None:
        inbox.forget_old(session, self._clock.now())
        outbox.forget_old(session, self._clock.now())


def _due(session: Session, now: datetime) -> tuple[list[UUID], list[UUID], dict[str, int]]:
    out = outbox.count(session)
    counts = {"inbox": inbox.count_open(session), "pending": out.get(PENDING, 0), "waiting": out.get(WAITING, 0)}
    return inbox.due_peers(session, now), outbox.due_peers(session, now), counts
