"""Messaging as the rest of the gateway sees it: webhooks in, news out to wherever a customer is bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import httpx
import structlog
from anyio.to_thread import run_sync
from prometheus_client import CollectorRegistry
from sqlalchemy.orm import Session

from channels.confirm_links import ConfirmLinks
from channels.conversation import Conversation
from channels.logs import report
from channels.messaging import outbox, peers
from channels.messaging.alarms import Alarms
from channels.messaging.bind_links import BindLinks
from channels.messaging.binding import Bindings
from channels.messaging.config import MessagingConfig
from channels.messaging.counter import Counter
from channels.messaging.kinds import Around, module_of
from channels.messaging.occasions import unasked
from channels.messaging.peers import Peer
from channels.messaging.pieces import Piece
from channels.messaging.pipeline import Pipeline, Wait, wait_for
from channels.messaging.port import Adapter, Answer, Notice, Webhook
from channels.messaging.rendering import Rendering
from channels.messaging.sender import Sender, has_quota
from channels.messaging.turns import Turns
from channels.rates import RateLimiter
from channels.replies import Reply
from channels.replies import Sender as From
from channels.store import Store
from channels.wording import Wording
from credit.kernel.clock import Clock

CALL_SECONDS = 10.0
LATELY = timedelta(hours=48)
"""An identity that wrote within this is one where the customer can be answered."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outside:
    """What a test puts in place of the world."""

    platforms: httpx.AsyncBaseTransport | None = None
    wait: Wait = wait_for
    random: Random | None = None


class Messaging:
    """Everything about apps, wired once. Without channels it holds nothing and does nothing."""

    def __init__(
        self,
        config: MessagingConfig,
        *,
        store: Store,
        conversation: Conversation,
        wording: Wording,
        links: ConfirmLinks,
        clock: Clock,
        secret: str,
        registry: CollectorRegistry,
        customer_per_minute: int,
        wants_person: Callable[[UUID], bool],
        found_person: Callable[[UUID], object],
        outside: Outside,
    ) -> None:
        self.config = config
        self._store = store
        self._conversation = conversation
        self._clock = clock
        # Without the environment's proxies and without redirects: calls carry tokens.
        self._http = httpx.AsyncClient(
            transport=outside.platforms, timeout=CALL_SECONDS, trust_env=False, follow_redirects=False
        )
        self.adapters = self._open_adapters()
        self.alarms = Alarms(registry)
        self.rate = RateLimiter(config.webhooks_per_minute, clock)
        self._rendering = Rendering(wording, links, config.public_url)
        bind_links = BindLinks(secret, clock)
        kinds = {name: settings.kind for name, settings in config.channels.items()}
        self.bindings = Bindings(store, bind_links, wording, clock, kinds)
        counter = Counter(
            bindings=self.bindings,
            links=bind_links,
            rendering=self._rendering,
            wording=wording,
            clock=clock,
            alarms=self.alarms,
            adapters=self.adapters,
            public_url=config.public_url,
        )
        make_turns = partial(
            Turns,
            store=store,
            conversation=conversation,
            counter=counter,
            rendering=self._rendering,
            wording=wording,
            clock=clock,
            alarms=self.alarms,
            adapters=self.adapters,
            rate=RateLimiter(customer_per_minute, clock),
            wants_person=wants_person,
        )
        self.pipeline = Pipeline(
            store=store,
            clock=clock,
            alarms=self.alarms,
            adapters=self.adapters,
            make_turns=lambda done: make_turns(done=done),
            sender=Sender(
                store=store,
                clock=clock,
                alarms=self.alarms,
                adapters=self.adapters,
                found_person=found_person,
                random=outside.random,
            ),
            turns_at_once=config.turns_at_once,
            sends_at_once=config.sends_at_once,
            wait=outside.wait,
        )

    def _open_adapters(self) -> dict[str, Adapter]:
        around = Around(self._clock, self._http, self.config.public_url)
        return {
            name: module_of(settings.kind).open_adapter(name, settings, around)
            for name, settings in self.config.channels.items()
        }

    def now(self) -> datetime:
        return self._clock.now()

    async def receive(self, channel: str, webhook: Webhook) -> Answer:
        return await self.pipeline.receive(channel, webhook)

    async def remind(self, customer_id: UUID, reply: Reply, *, key: str, notice: Notice | None = None) -> None:
        """Say a reminder in every bound channel that would take it now without using up its last message; where a
        message may not come, send its template. Once a key: what is in the outbox already is not put there again."""
        for peer in await self._bound(customer_id):
            limits = self.adapters[peer.channel].limits
            if limits.unasked and not peer.unreachable and has_quota(peer, limits, self._clock.now(), keep=1):
                await self._say(peer, customer_id, reply, key=key, sender="assistant")
            elif notice is not None and notice.occasion in limits.notices:
                await self._say(peer, customer_id, reply, key=key, sender="assistant", notice=notice)

    async def tell_of_offer(self, customer_id: UUID, offer_id: UUID, reply: Reply) -> None:
        """Say what became of an offer where it was shown, if that is still the customer's."""
        shown_to = await run_sync(self._store.look, partial(outbox.peer_of_offer, offer_id=offer_id))
        for peer in await self._bound(customer_id):
            if peer.id == shown_to:
                await self._say(peer, customer_id, reply, key=f"receipt:{offer_id}", sender="assistant")

    async def answer_as_person(self, customer_id: UUID, reply: Reply, *, key: str, sender: From) -> None:
        """What staff says: where the customer wrote last, if that was an app and lately."""
        for peer in (await self._bound(customer_id))[:1]:
            if peer.last_in_at is not None and self._clock.now() - peer.last_in_at < LATELY:
                await self._say(peer, customer_id, reply, key=key, sender=sender)

    async def _bound(self, customer_id: UUID) -> Sequence[Peer]:
        """Of channels that are configured, the one that wrote last first."""
        found = await run_sync(self._store.look, partial(peers.of_customer, customer_id=customer_id))
        return [peer for peer in found if peer.channel in self.adapters]

    async def _say(
        self, peer: Peer, customer_id: UUID, reply: Reply, *, key: str, sender: From, notice: Notice | None = None
    ) -> None:
        def also(session: Session, replies: list[Reply]) -> None:
            present = peers.get(session, peer.id)
            if present.customer_id == customer_id:
                pieces = self._rendering.render(replies, self.adapters[peer.channel].limits, customer_id)
                if notice is not None:
                    pieces = [Piece(reply.text, notice=notice)]
                outbox.add(session, present, pieces, unasked(self._clock.now(), customer_id, key))

        await self._conversation.post(customer_id, reply, sender=sender, key=key, thread=peer.thread, also=also)
        self.pipeline.send_to(peer.id)

    async def run(self) -> None:
        """Until cancelled."""
        log.info("messaging", channels=sorted(self.adapters))
        await self.pipeline.run()

    async def close(self) -> None:
        await self.pipeline.close()
        for name, adapter in self.adapters.items():
            try:
                await adapter.aclose()
            except Exception as error:  # noqa: BLE001  the others must be closed too
                report("channel_not_closed", error, channel=name)
        await self._http.aclose()
