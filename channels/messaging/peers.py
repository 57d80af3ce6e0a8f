"""The people in the apps: one row for each identity on a platform, and whose customer it is, if anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from channels.messaging.port import Incoming
from channels.messaging.tables import bindings, insert_once, peers
from credit.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Peer:
    """An identity on a platform. `customer_id` is the customer of its binding; without one it is nobody's."""

    id: UUID
    channel: str
    account: str
    user: str
    last_in_at: datetime | None
    sent: int
    unreachable: bool
    with_person: bool
    greeted_at: datetime | None
    reply_context: Mapping[str, str]
    numbered: list[str] | None
    asked: str | None
    asked_at: datetime | None
    customer_id: UUID | None

    @property
    def thread(self) -> str:
        """The name of its conversation; another identity of the same customer has another."""
        return f"{self.channel}-{self.id.hex[-12:]}"


FIELDS = [peers.c[name] for name in Peer.__dataclass_fields__ if name != "customer_id"]
OPEN_BINDING = (bindings.c.peer_id == peers.c.id) & bindings.c.ended_at.is_(None)


# Statements are made once: building one costs more than running it.
ALL = select(*FIELDS, bindings.c.customer_id).select_from(peers.outerjoin(bindings, OPEN_BINDING))
BY_ID = ALL.where(peers.c.id == bindparam("wanted"))
BY_USER = select(peers.c.id).where(
    peers.c.channel == bindparam("channel"), peers.c.account == bindparam("account"), peers.c.user == bindparam("user")
)


def load(session: Session, condition: ColumnElement[bool]) -> list[Peer]:
    return [Peer(**row._mapping) for row in session.execute(ALL.where(condition))]  # noqa: SLF001  its public name


def get(session: Session, peer_id: UUID) -> Peer:
    return Peer(**session.execute(BY_ID, {"wanted": peer_id}).one()._mapping)  # noqa: SLF001


def of_customer(session: Session, customer_id: UUID) -> list[Peer]:
    """The identities bound to a customer, the one that wrote last first."""
    found = load(session, bindings.c.customer_id == customer_id)
    return sorted(found, key=lambda peer: peer.last_in_at.timestamp() if peer.last_in_at else 0.0, reverse=True)


def find_or_make(session: Session, message: Incoming, now: datetime) -> UUID:
    identity = {"channel": message.channel, "account": message.account, "user": message.user}
    found: UUID | None = session.execute(BY_USER, identity).scalar_one_or_none()
    if found is not None:
        return found
    insert_once(session, peers, {"id": new_id(), **identity, "first_at": now, "reply_context": {}})
    made: UUID = session.execute(BY_USER, identity).scalar_one()
    return made


def change(session: Session, peer_id: UUID, **values: Any) -> None:
    session.execute(update(peers).where(peers.c.id == peer_id).values(**values))
