"""Whose customer an app identity is: bound after login, consent and a code sent back; ended at any time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from channels.messaging import outbox, peers
from channels.messaging.bind_links import BindLink, BindLinks
from channels.messaging.peers import Peer
from channels.messaging.tables import binding_codes, bindings, insert_once
from channels.messaging.tables import peers as peer_rows
from channels.store import Store, used_links
from channels.wording import Wording
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id

CODE = re.compile(r"[0-9]{6}")
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5
EndedBy = Literal["chat", "page", "unfollow", "lender"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Consent:
    """What is agreed to. The version is made of the words, so that no change of them goes unnoticed."""

    text: str
    version: str

    @classmethod
    def of(cls, text: str) -> Consent:
        return cls(text, hashlib.sha256(text.encode()).hexdigest()[:12])


@dataclass(frozen=True, slots=True)
class Bound:
    """One binding that has not ended."""

    id: UUID
    peer_id: UUID
    channel: str
    bound_at: datetime


class CodeWrongError(Exception):
    """Not the code that the page shows; `left` more tries, none left ends it."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class Bindings:
    """Blocking. `kinds` names the kind of each configured channel, for its word."""

    def __init__(
        self, store: Store, links: BindLinks, wording: Wording, clock: Clock, kinds: Mapping[str, str]
    ) -> None:
        self._store = store
        self._links = links
        self._wording = wording
        self._clock = clock
        self._kinds = kinds

    def channel_name(self, channel: str) -> str:
        """As the customer calls it. A channel that was taken out of the configuration is named by its own name."""
        kind = self._kinds.get(channel)
        return self._wording.say(f"utter_messaging_channel_{kind}") if kind else channel

    def consent(self, channel: str) -> Consent:
        return Consent.of(self._wording.say("utter_messaging_consent", channel=self.channel_name(channel)))

    def look_at(self, signed: str) -> tuple[Peer, Consent]:
        """What a link would bind; consumes nothing. Raises BIND_LINK_INVALID, BIND_LINK_EXPIRED, BIND_LINK_USED."""
        link = self._links.read(signed)

        def look(session: Session) -> Peer:
            if session.execute(select(used_links.c.number).where(used_links.c.number == link.number)).first():
                raise CreditError(ErrorCode.BIND_LINK_USED)
            return _peer(session, link)

        peer = self._store.look(look)
        return peer, self.consent(peer.channel)

    def begin(self, signed: str, customer_id: UUID, consent_version: str) -> tuple[Peer, str, datetime]:
        """Consume a link for a code that its identity must send back, and when the code ends.

        Raises as `look_at`, and BIND_CONSENT_OUTDATED when other words were agreed to, APP_BOUND_ALREADY."""
        link = self._links.read(signed)
        code = f"{secrets.randbelow(10**6):06d}"
        now = self._clock.now()

        def work(session: Session) -> Peer:
            used = {"number": link.number, "customer_id": customer_id, "expires_at": link.expires_at}
            if insert_once(session, used_links, used) is None:
                raise CreditError(ErrorCode.BIND_LINK_USED)
            peer = _peer(session, link)
            consent = self.consent(peer.channel)
            if not hmac.compare_digest(consent.version.encode(), consent_version.encode()):
                raise CreditError(ErrorCode.BIND_CONSENT_OUTDATED)
            if peer.customer_id is not None:
                raise CreditError(ErrorCode.APP_BOUND_ALREADY)
            session.execute(delete(binding_codes).where(binding_codes.c.peer_id == peer.id))
            row = {
                "peer_id": peer.id,
                "customer_id": customer_id,
                "digest": self._links.digest(peer.id, code),
                "consent_version": consent.version,
                "consent_text": consent.text,
                "expires_at": now + CODE_LIFETIME,
                "tries_left": CODE_TRIES,
            }
            session.execute(binding_codes.insert().values(row))
            return peer

        peer = self._store.write(work)
        log.info("binding_begun", customer=str(customer_id), channel=peer.channel, peer=str(peer.id))
        return peer, code, now + CODE_LIFETIME

    def is_code(self, text: str) -> bool:
        return CODE.fullmatch(text) is not None

    def awaits_code(self, session: Session, peer: Peer) -> bool:
        found = select(binding_codes.c.expires_at).where(binding_codes.c.peer_id == peer.id)
        expires_at = session.execute(found).scalar_one_or_none()
        return expires_at is not None and expires_at > self._clock.now()

    def finish(self, session: Session, peer: Peer, code: str) -> UUID:
        """Bind the identity that sent the code. Raises CodeWrongError; the try it cost is written all the same when
        the caller commits."""
        row = session.execute(select(binding_codes).where(binding_codes.c.peer_id == peer.id)).one()
        mine = binding_codes.c.peer_id == peer.id
        if not hmac.compare_digest(row.digest, self._links.digest(peer.id, code)):
            left = row.tries_left - 1
            if left > 0:
                session.execute(update(binding_codes).where(mine).values(tries_left=left))
            else:
                session.execute(delete(binding_codes).where(mine))
            raise CodeWrongError(left)
        session.execute(delete(binding_codes).where(mine))
        values = {
            "id": new_id(),
            "peer_id": peer.id,
            "customer_id": row.customer_id,
            "consent_version": row.consent_version,
            "consent_text": row.consent_text,
            "bound_at": self._clock.now(),
        }
        session.execute(bindings.insert().values(values))
        log.info("bound", customer=str(row.customer_id), channel=peer.channel, peer=str(peer.id))
        customer_id: UUID = row.customer_id
        return customer_id

    def end(self, session: Session, peer_id: UUID, by: EndedBy) -> bool:
        """The identity is nobody's again, and what was still to be sent of the account is taken back."""
        mine = (bindings.c.peer_id == peer_id) & bindings.c.ended_at.is_(None)
        ended = session.execute(
            update(bindings).where(mine).values(ended_at=self._clock.now(), ended_by=by).returning(bindings.c.id)
        ).first()
        session.execute(delete(binding_codes).where(binding_codes.c.peer_id == peer_id))
        outbox.withdraw_personal(session, peer_id)
        peers.change(session, peer_id, numbered=None, asked=None)
        if ended is not None:
            log.info("unbound", peer=str(peer_id), by=by)
        return ended is not None

    def end_one(self, customer_id: UUID, binding_id: UUID) -> None:
        """End one of the customer's own. Raises BINDING_NOT_FOUND for missing, ended and foreign ones alike."""

        def work(session: Session) -> None:
            found = [bound for bound in self.of_customer(session, customer_id) if bound.id == binding_id]
            if not found:
                raise CreditError(ErrorCode.BINDING_NOT_FOUND)
            self.end(session, found[0].peer_id, "page")

        self._store.write(work)

    def of_customer(self, session: Session, customer_id: UUID) -> list[Bound]:
        """What is bound now, the oldest first."""
        query = (
            select(bindings.c.id, bindings.c.peer_id, peer_rows.c.channel, bindings.c.bound_at)
            .join(peer_rows, peer_rows.c.id == bindings.c.peer_id)
            .where(bindings.c.customer_id == customer_id, bindings.c.ended_at.is_(None))
            .order_by(bindings.c.bound_at)
        )
        return [Bound(*row) for row in session.execute(query)]

    def listed(self, customer_id: UUID) -> list[Bound]:
        return self._store.look(lambda session: self.of_customer(session, customer_id))


def count_open(session: Session) -> int:
    return session.execute(select(func.count()).where(bindings.c.ended_at.is_(None))).scalar_one()


def _peer(session: Session, link: BindLink) -> Peer:
    found = peers.load(session, peer_rows.c.id == link.peer_id)
    if not found:
        raise CreditError(ErrorCode.BIND_LINK_INVALID, "nobody")
    return found[0]
