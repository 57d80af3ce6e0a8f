"""Whoever waits for a person, in a channel whose platform has a desk of its own, is given to that desk.

Only once the assistant's last word has gone out: from then on the platform refuses messages of ours. Our own desk keeps
what is urgent, since the account is seen there, and whatever the platform's desk did not take."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session

from channels.logs import report
from channels.messaging import outbox, peers
from channels.messaging.peers import Peer
from channels.messaging.port import Adapter
from channels.store import Store
from credit.people.service import WAITING, TicketView

log = structlog.get_logger()


class Tickets(Protocol):
    """What is asked of the account service. Blocking."""

    def ticket_of(self, customer_id: UUID) -> TicketView | None: ...

    def withdraw_ticket(self, customer_id: UUID) -> TicketView | None: ...


class PlatformDesks:
    """The way to the desks of the channels that have one."""

    def __init__(self, tickets: Tickets, store: Store, adapters: Mapping[str, Adapter]) -> None:
        self._tickets = tickets
        self._store = store
        self._adapters = adapters

    async def follow(self, peer: Peer) -> None:
        """After a message of ours went out. Nothing is lost when it fails: the ticket waits at our own desk."""
        if not self._adapters[peer.channel].limits.desk or peer.with_person or peer.customer_id is None:
            return
        try:
            await self._give(peer, peer.customer_id)
        except Exception as error:  # noqa: BLE001  the message that went out is sent all the same
            report("hand_over_failed", error, channel=peer.channel)

    async def _give(self, peer: Peer, customer_id: UUID) -> None:
        ticket = await run_sync(self._tickets.ticket_of, customer_id)
        if ticket is None or ticket.state != WAITING or ticket.urgent:
            return
        if await run_sync(self._store.look, partial(_has_more, peer.id)):
            return  # the answer is not all out yet
        if not await self._adapters[peer.channel].hand_over(peer.account, peer.user):
            log.info("desk_took_nobody", channel=peer.channel)
            return
        await run_sync(self._store.write, lambda session: peers.change(session, peer.id, with_person=True))
        await run_sync(self._tickets.withdraw_ticket, customer_id)  # or two people would answer
        log.info("handed_over", channel=peer.channel, ticket=str(ticket.id))


def _has_more(peer_id: UUID, session: Session) -> bool:
    return outbox.head(session, peer_id) is not None
