"""The people in the apps: one row for each identity on a platform, and whose customer it is, if anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from channels.messaging.port import Incoming
from channels.messaging.tables import bindings, insert_new, peers
from credit.kernel.ids import new_id


class Identity(NamedTuple):
    """Who somebody is on a platform."""

    channel: str
    account: str
    user: str


def identity(message: Incoming) -> Identity:
    return Identity(message.channel, message.account, message.user)


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
BY_USERS = select(peers.c.id, peers.c.user).where(
    peers.c.channel == bindparam("channel"),
    peers.c.account == bindparam("account"),
    peers.c.user.in_(bindparam("users", expanding=True)),
)
PRESENT = (
    update(peers).where(peers.c.id == bindparam("wanted")).values(last_in_at=bindparam("at"), sent=0, unreachable=False)
)
PRESENT_AND_HOW = PRESENT.values(reply_context=bindparam("how"))


def load(session: Session, condition: ColumnElement[bool]) -> list[Peer]:
    return [Peer(**row._mapping) for row in session.execute(ALL.where(condition))]  # noqa: SLF001  its public name


def get(session: Session, peer_id: UUID) -> Peer:
    return Peer(**session.execute(BY_ID, {"wanted": peer_id}).one()._mapping)  # noqa: SLF001


def of_customer(session: Session, customer_id: UUID) -> list[Peer]:
    """The identities bound to a customer, the one that wrote last first."""
    found = load(session, bindings.c.customer_id == customer_id)
    return sorted(found, key=lambda peer: peer.last_in_at.timestamp() if peer.last_in_at else 0.0, reverse=True)


def find_or_make(session: Session, messages: Iterable[Incoming], now: datetime) -> dict[Identity, UUID]:
    """The row of everybody who wrote."""
    wanted = list(dict.fromkeys(identity(message) for message in messages))
    found = _ids(session, wanted)
    missing = [one for one in wanted if one not in found]
    if missing:
        rows = [{"id": new_id(), **one._asdict(), "first_at": now, "reply_context": {}} for one in missing]
        insert_new(session, peers, rows, "id")
        found |= _ids(session, missing)
    return found


def _ids(session: Session, wanted: Sequence[Identity]) -> dict[Identity, UUID]:
    users: dict[tuple[str, str], list[str]] = {}
    for channel, account, user in wanted:
        users.setdefault((channel, account), []).append(user)
    found = {}
    for (channel, account), names in users.items():
        rows = session.execute(BY_USERS, {"channel": channel, "account": account, "users": names})
        found.update({Identity(channel, account, row.user): row.id for row in rows})
    return found


def note_presence(session: Session, seen: Mapping[UUID, tuple[datetime, Mapping[str, str]]]) -> None:
    """Who wrote when, and how to answer if the platform said that. They can be reached and have a new quota."""
    bare = [{"wanted": peer_id, "at": at} for peer_id, (at, context) in seen.items() if not context]
    told = [{"wanted": peer_id, "at": at, "how": dict(how)} for peer_id, (at, how) in seen.items() if how]
    for statement, rows in ((PRESENT, bare), (PRESENT_AND_HOW, told)):
        if rows:
            session.connection().execute(statement, rows)


def change(session: Session, peer_id: UUID, **values: Any) -> None:
    session.execute(update(peers).where(peers.c.id == peer_id).values(**values))
