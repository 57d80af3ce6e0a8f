"""Working on one message of the inbox: who is it, what is answered, and both ends written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session

from channels.conversation import Conversation
from channels.logs import report
from channels.messaging import inbox, outbox, peers
from channels.messaging.alarms import Alarms
from channels.messaging.counter import Counter
from channels.messaging.inbox import Letter
from channels.messaging.numbers import Numbers
from channels.messaging.occasions import answering
from channels.messaging.peers import Peer
from channels.messaging.port import Adapter
from channels.messaging.rendering import Rendering
from channels.rates import RateLimiter
from channels.replies import Reply
from channels.store import Store
from channels.wording import Wording
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode

TRIES = 3
PAUSE = timedelta(seconds=2)
"""Before a turn that failed is tried again; doubled each time."""
MAY_PASS = frozenset({ErrorCode.ASSISTANT_UNREACHABLE, ErrorCode.ACCOUNT_SERVICE_UNREACHABLE})

log = structlog.get_logger()


class Turns:
    """The steps of the inbound lanes: everything of one identity comes here in order, one at a time."""

    def __init__(
        self,
        *,
        store: Store,
        conversation: Conversation,
        counter: Counter,
        rendering: Rendering,
        wording: Wording,
        clock: Clock,
        alarms: Alarms,
        adapters: Mapping[str, Adapter],
        rate: RateLimiter,
        wants_person: Callable[[UUID], bool],
        done: Callable[[Letter, Peer], None],
    ) -> None:
        """`wants_person` says whether the customer waits for a person or has one; it may block. `done` is told of every
        message that is finished, after the commit."""
        self._store = store
        self._conversation = conversation
        self._counter = counter
        self._rendering = rendering
        self._wording = wording
        self._clock = clock
        self._alarms = alarms
        self._adapters = adapters
        self._rate = rate
        self._wants_person = wants_person
        self._done = done
        self._numbers = Numbers(wording)

    async def step(self, peer_id: UUID) -> bool:
        """Work on the oldest open message of an identity; whether it is done now and there is another."""
        found = await run_sync(self._store.look, partial(self._next, peer_id))
        if found is None:
            return False
        letter, peer, more = found
        if peer.channel not in self._adapters:  # taken out of the configuration; kept until it is back
            return False
        try:
            await self._answer(letter, peer)
        except Exception as error:  # noqa: BLE001  whatever it is, the message is not lost and the lane goes on
            if not await self._failed(letter, peer, error):
                return False
        self._alarms.answered(peer.channel, (self._clock.now() - letter.received_at).total_seconds())
        self._done(letter, peer)
        return more

    def _next(self, peer_id: UUID, session: Session) -> tuple[Letter, Peer, bool] | None:
        found = inbox.next_open(session, peer_id, self._clock.now())
        return (found[0], peers.get(session, peer_id), found[1]) if found else None

    async def _answer(self, letter: Letter, peer: Peer) -> None:
        said = self._text_of(letter, peer)
        is_words = letter.kind in {"text", "choice"} or letter.event == "menu"
        if self._counter.may_serve(peer, letter, said):
            own = partial(self._counter.serve, peer=peer, letter=letter, text=said)
            if await run_sync(self._store.write, own):
                return
        if peer.customer_id is None or not is_words:  # the counter has served everything else
            raise AssertionError(f"nobody answers {letter.kind} {letter.event}")
        if not self._may(letter, peer):
            raise CreditError(ErrorCode.RATE_LIMITED, seconds=1)
        await self._converse(letter, peer, peer.customer_id, said)

    def _text_of(self, letter: Letter, peer: Peer) -> str:
        """What was meant: a number of the list that was shown last is its label."""
        if letter.kind != "text":
            return letter.text.strip()
        return self._numbers.chosen(letter.text, peer.numbered) or letter.text.strip()

    def _may(self, letter: Letter, peer: Peer) -> bool:
        try:
            self._rate.take(peer.id)
        except CreditError as limited:
            log.info("messages_slowed", channel=peer.channel, seconds=limited.facts["seconds"])
            return False
        return True

    async def _converse(self, letter: Letter, peer: Peer, customer_id: UUID, said: str) -> None:
        """The assistant's turn. Its answer, the outbox and the end of the message are one transaction."""
        finished = partial(self._finish, letter=letter, peer=peer, customer_id=customer_id)
        wrote = False

        def also(session: Session, replies: list[Reply]) -> None:
            nonlocal wrote
            finished(session, replies)
            wrote = True

        client_id = f"in-{letter.seq}"
        try:
            replies = await self._conversation.take(customer_id, client_id, said, thread=peer.thread, also=also)
        except CreditError as refusal:
            if refusal.code in MAY_PASS and letter.tries + 1 < TRIES:
                raise
            await self._say_refusal(letter, peer, refusal)
            return
        if not wrote:  # the turn was answered before, and nothing says that its answer went out
            await run_sync(self._store.write, lambda session: finished(session, replies))

    def _finish(
        self, session: Session, replies: Sequence[Reply], *, letter: Letter, peer: Peer, customer_id: UUID | None
    ) -> None:
        now = self._clock.now()
        limits = self._adapters[peer.channel].limits
        until = inbox.end(session, letter)
        # Read again: while the assistant thought, the binding may have ended.
        present = peers.get(session, peer.id)
        if customer_id is None or present.customer_id == customer_id:
            pieces = self._rendering.render(replies, limits, customer_id)
            if pieces and limits.desk and customer_id is not None and self._wants_person(customer_id):
                pieces[-1] = replace(pieces[-1], hands_over=True)
            outbox.add(session, present, pieces, answering(letter, now, customer_id, until))

    async def _say_refusal(self, letter: Letter, peer: Peer, refusal: CreditError) -> None:
        reply = Reply(text=self._wording.refusal(refusal)["message"])
        finish = partial(self._finish, replies=[reply], letter=letter, peer=peer, customer_id=None)
        await run_sync(self._store.write, finish)

    async def _failed(self, letter: Letter, peer: Peer, error: Exception) -> bool:
        """Put the message off, or after several tries say that it did not work. Whether it is done now."""
        now = self._clock.now()
        if isinstance(error, CreditError) and error.code is ErrorCode.RATE_LIMITED:
            wait = now + timedelta(seconds=1)
            await run_sync(self._store.write, lambda session: inbox.put_off(session, letter, wait, tries=letter.tries))
            return False
        report("turn_failed", error, channel=peer.channel, tries=letter.tries + 1)
        if letter.tries + 1 < TRIES:
            wait = now + PAUSE * 2**letter.tries
            await run_sync(self._store.write, lambda session: inbox.put_off(session, letter, wait))
            return False
        reply = Reply(text=self._wording.internal_error()["message"])
        await run_sync(
            self._store.write, partial(self._finish, replies=[reply], letter=letter, peer=peer, customer_id=None)
        )
        return True
