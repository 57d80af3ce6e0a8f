"""Bringing the outbox to the platforms: in order for each user, again when it may help, never past a quota."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import httpx
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session

from channels.logs import report
from channels.messaging import outbox, peers
from channels.messaging.alarms import Alarms
from channels.messaging.outbox import Parcel
from channels.messaging.peers import Peer
from channels.messaging.port import (
    Adapter,
    ChannelLimits,
    NotWanted,
    QuotaSpent,
    SendFailed,
    SendLater,
    TokenRefused,
    Unreachable,
)
from channels.rates import RateLimiter
from channels.store import Store
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
JITTER = 0.5
"""A pause is this much longer at most: those who failed together must not come back together."""
TOKEN_PAUSE = timedelta(minutes=1)
KEEP_TRYING = timedelta(hours=24)
ALARM_AT = 5
"""Tries of one message after which a person should look."""

Write = Callable[[Session], object]


class Sender:
    """The steps of the outbound lanes."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        alarms: Alarms,
        adapters: Mapping[str, Adapter],
        found_person: Callable[[UUID], object],
        random: Random | None = None,
    ) -> None:
        """`found_person` is told of a customer who talks to a person on the platform; it may block."""
        self._store = store
        self._clock = clock
        self._alarms = alarms
        self._adapters = adapters
        self._found_person = found_person
        self._random = random or Random()
        self._rates = {
            name: RateLimiter(adapter.limits.user_per_minute, clock)
            for name, adapter in adapters.items()
            if adapter.limits.user_per_minute
        }

    async def step(self, peer_id: UUID) -> bool:
        """Bring one message on its way; whether the next may be looked at now."""
        found = await run_sync(self._store.look, partial(_head, peer_id))
        if found is None:
            return False
        parcel, peer, more = found
        now = self._clock.now()
        adapter = self._adapters.get(peer.channel)
        if adapter is None or parcel.not_before > now:
            return False
        held = self._held_back(parcel, peer, adapter.limits, now)
        if held is not None:
            write, goes_on = held
            await run_sync(self._store.write, write)
            return goes_on and more
        return await self._send(adapter, parcel, peer) and more

    def _held_back(self, parcel: Parcel, peer: Peer, limits: ChannelLimits, now: datetime) -> tuple[Write, bool] | None:
        """What is written instead of sending, and whether the next message may go; None when this one may."""
        if parcel.expires_at is not None and now >= parcel.expires_at:
            return (lambda session: outbox.withdraw(session, parcel, "stale")), True
        if parcel.customer_id is not None and parcel.customer_id != peer.customer_id:
            return (lambda session: outbox.withdraw(session, parcel, "unbound")), True
        if now - parcel.created_at > KEEP_TRYING and parcel.tries:
            self._alarms.alarm(peer.channel, "given_up", key=parcel.key.hex, tries=parcel.tries)
            return (lambda session: outbox.fail(session, parcel, "too_late")), True
        if parcel.notice is None and (peer.unreachable or not has_quota(peer, limits, now)):
            problem = "unreachable" if peer.unreachable else "quota"
            self._alarms.problem(peer.channel, problem, peer=str(peer.id), foreseen=True)
            return (lambda session: outbox.hold_all(session, peer.id, problem)), False
        seconds = self._too_fast(peer)
        if seconds:
            until = now + timedelta(seconds=seconds)
            return (lambda session: outbox.later(session, parcel, until, "rate", tried=False)), False
        return None

    def _too_fast(self, peer: Peer) -> int:
        rate = self._rates.get(peer.channel)
        try:
            if rate is not None:
                rate.take(peer.id)
        except CreditError as limited:
            return int(str(limited.facts["seconds"]))
        return 0

    async def _send(self, adapter: Adapter, parcel: Parcel, peer: Peer) -> bool:
        try:
            await adapter.send(parcel.outgoing(peer))
        except Exception as error:  # noqa: BLE001  each kind of failure is dealt with, the unknown one too
            write, goes_on = self._after(error, parcel, peer)
            await run_sync(self._store.write, write)
            return goes_on
        # A crash here sends it once more, under the same key: lost would be worse, and most platforms see the double.
        handed = parcel.hands_over and await self._handed_over(adapter, peer)
        note = partial(outbox.sent, parcel=parcel, now=self._clock.now(), to_person=handed)
        await run_sync(self._store.write, note)
        self._alarms.sent(peer.channel, "sent")
        if handed and peer.customer_id is not None:
            await self._leave_our_queue(peer, peer.customer_id)
        return True

    async def _handed_over(self, adapter: Adapter, peer: Peer) -> bool:
        """Whether the platform's desk took the conversation. Only now: a platform takes nothing of ours after that."""
        try:
            taken = await adapter.hand_over(peer.account, peer.user)
        except Exception as error:  # noqa: BLE001  the lender's own desk has the customer's ticket all the same
            report("not_handed_over", error, channel=peer.channel)
            return False
        if not taken:
            self._alarms.alarm(peer.channel, "nobody_at_desk", peer=str(peer.id))
        return taken

    async def _leave_our_queue(self, peer: Peer, customer_id: UUID) -> None:
        """Or two people would answer, and after the desk's goodbye the customer would be given to it again."""
        try:
            await run_sync(self._found_person, customer_id)
        except Exception as error:  # noqa: BLE001  the message is sent all the same
            report("ticket_not_withdrawn", error, channel=peer.channel)

    def _after(self, error: Exception, parcel: Parcel, peer: Peer) -> tuple[Write, bool]:
        code = str(getattr(error, "code", "")) or type(error).__name__
        if isinstance(error, NotWanted):
            return (lambda session: outbox.withdraw(session, parcel, code)), True
        self._alarms.problem(peer.channel, code, key=parcel.key.hex, tries=parcel.tries + 1)
        match error:
            case QuotaSpent():
                self._alarms.alarm(peer.channel, "quota_spent", peer=str(peer.id))
                return (lambda session: outbox.hold_all(session, peer.id, code)), False
            case Unreachable():
                return (lambda session: _lost(session, peer, code)), False
            case SendFailed():
                self._alarms.alarm(peer.channel, "send_failed", reason=code, key=parcel.key.hex)
                return (lambda session: outbox.fail(session, parcel, code)), True
            case TokenRefused():
                self._alarms.alarm(peer.channel, "token_refused", reason=code)
                pause = TOKEN_PAUSE
            case SendLater() | httpx.HTTPError():
                pause = self._pause(parcel.tries, getattr(error, "retry_after", None))
            case _:
                report("send_broke", error, channel=peer.channel)
                pause = self._pause(parcel.tries, None)
        if parcel.tries + 1 == ALARM_AT:
            self._alarms.alarm(peer.channel, "send_keeps_failing", reason=code, key=parcel.key.hex)
        until = self._clock.now() + pause
        return (lambda session: outbox.later(session, parcel, until, code)), False

    def _pause(self, tries: int, asked_for: float | None) -> timedelta:
        """What the platform asked for, else doubling; and a little more by chance."""
        pause = timedelta(seconds=asked_for) if asked_for is not None else FIRST_PAUSE * 2 ** min(tries, 20)
        return min(pause, LONGEST_PAUSE) * (1 + JITTER * self._random.random())


def has_quota(peer: Peer, limits: ChannelLimits, now: datetime, *, keep: int = 0) -> bool:
    """Whether the platform would take one more, with `keep` left over for later."""
    if limits.quota is None:
        return True
    if peer.last_in_at is None or now - peer.last_in_at >= limits.quota.window:
        return False
    return peer.sent + keep < limits.quota.count


def _head(peer_id: UUID, session: Session) -> tuple[Parcel, Peer, bool] | None:
    found = outbox.head(session, peer_id)
    return (found[0], peers.get(session, peer_id), found[1]) if found else None


def _lost(session: Session, peer: Peer, code: str) -> None:
    peers.change(session, peer.id, unreachable=True)
    outbox.hold_all(session, peer.id, code)
