"""What came in: kept once before the platform is answered, and worked on in order until it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from channels.messaging import outbox, peers
from channels.messaging.port import Incoming
from channels.messaging.tables import DONE, NEW, inbox, insert_new
from channels.text import mask, visible

KEPT_CHARACTERS = 2_000
"""More than a message may have, so that the refusal of a long one is still the conversation's."""
KEPT_DAYS = timedelta(days=7)
"""Longer than any platform repeats a message."""
COMES_FROM_USER = frozenset({"follow", "enter", "menu"})
"""Events that show that the user is there and open the platform's window."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the inbox."""

    seq: int
    peer_id: UUID
    kind: str
    event: str | None
    text: str
    reply_context: Mapping[str, str]
    received_at: datetime
    not_before: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An incoming message, when it came, and how long the webhook's own answer waits for the reply."""

    message: Incoming
    received_at: datetime
    inline_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an incoming message: its row, and whether it is the first of its id."""

    seq: int
    peer_id: UUID
    is_new: bool
    is_done: bool


KEY = ("channel", "account", "message_id")
FIELDS = [inbox.c[name] for name in Letter.__dataclass_fields__]
OPEN = (inbox.c.peer_id == bindparam("wanted")) & (inbox.c.state == NEW)
END = (
    update(inbox).where(inbox.c.seq == bindparam("wanted")).values(state=DONE, text="").returning(inbox.c.inline_until)
)
NEXT = select(*FIELDS).where(OPEN).order_by(inbox.c.seq).limit(2)


def keep(session: Session, arrivals: Sequence[Arrival]) -> list[Kept]:
    """Store the messages that are not there. A repeat changes nothing, whatever else it says."""
    if not arrivals:
        return []
    ids = peers.find_or_make(session, (arrival.message for arrival in arrivals), arrivals[0].received_at)
    rows = [_row(arrival, ids[peers.identity(arrival.message)]) for arrival in arrivals]
    made: dict[tuple[str, ...], int] = {
        tuple(row[1:]): row.seq for row in insert_new(session, inbox, rows, "seq", *KEY)
    }
    kept: list[Kept] = []
    seen: dict[UUID, tuple[datetime, Mapping[str, str]]] = {}
    for arrival, row in zip(arrivals, rows, strict=True):
        seq = made.pop((row["channel"], row["account"], row["message_id"]), None)  # of two in one go the first is new
        if seq is None:
            kept.append(_there(session, arrival.message))
            continue
        kept.append(Kept(seq, row["peer_id"], is_new=True, is_done=False))
        if _shows_presence(arrival.message):
            before = seen.get(row["peer_id"])
            how = arrival.message.reply_context or (before[1] if before else {})
            seen[row["peer_id"]] = (arrival.received_at, how)
    if seen:
        peers.note_presence(session, seen)
        outbox.wake(session, seen, arrivals[-1].received_at)
    return kept


def _row(arrival: Arrival, peer_id: UUID) -> dict[str, Any]:
    message = arrival.message
    return {
        "channel": message.channel,
        "account": message.account,
        "message_id": message.message_id,
        "peer_id": peer_id,
        "kind": message.kind,
        "event": message.event,
        # Numbers of cards and people are starred before anything is on a disk.
        "text": mask(visible(message.text[:KEPT_CHARACTERS])),
        "reply_context": dict(message.reply_context),
        "at": message.at,
        "received_at": arrival.received_at,
        "inline_until": arrival.inline_until,
        "state": NEW,
        "not_before": arrival.received_at,
    }


def _there(session: Session, message: Incoming) -> Kept:
    found = session.execute(
        select(inbox.c.seq, inbox.c.peer_id, inbox.c.state)
        .where(inbox.c.channel == message.channel, inbox.c.account == message.account)
        .where(inbox.c.message_id == message.message_id)
    ).one()
    return Kept(found.seq, found.peer_id, is_new=False, is_done=found.state == DONE)


def _shows_presence(message: Incoming) -> bool:
    """Whoever writes can be reached, begins a new quota, and gets what has waited for it."""
    return message.kind != "event" or message.event in COMES_FROM_USER


def next_open(session: Session, peer_id: UUID, now: datetime) -> tuple[Letter, bool] | None:
    """The oldest message that is not done, and whether there is another; None when there is none that need not wait."""
    rows = session.execute(NEXT, {"wanted": peer_id}).all()
    if not rows or rows[0].not_before > now:
        return None
    return Letter(**rows[0]._mapping), len(rows) > 1  # noqa: SLF001


def end(session: Session, letter: Letter) -> datetime | None:
    """It is done. Its text is in the history or nowhere. Returns until when the webhook's answer waits for the reply,
    which may have changed while the reply was made."""
    inline_until: datetime | None = session.execute(END, {"wanted": letter.seq}).scalar_one()
    return inline_until


def let_go(session: Session, seq: int) -> None:
    """The webhook's answer has gone without the reply."""
    session.execute(update(inbox).where(inbox.c.seq == seq).values(inline_until=None))


def put_off(session: Session, letter: Letter, until: datetime, *, tries: int | None = None) -> None:
    values: dict[str, Any] = {"not_before": until, "tries": letter.tries + 1 if tries is None else tries}
    session.execute(update(inbox).where(inbox.c.seq == letter.seq).values(**values))


def due_peers(session: Session, now: datetime) -> list[UUID]:
    """Who has something that could be worked on now."""
    query = select(inbox.c.peer_id).where(inbox.c.state == NEW).group_by(inbox.c.peer_id)
    return list(session.scalars(query.having(func.min(inbox.c.not_before) <= now)))


def count_open(session: Session) -> int:
    return session.execute(select(func.count()).where(inbox.c.state == NEW)).scalar_one()


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(inbox).where(inbox.c.state == DONE, inbox.c.received_at < now - KEPT_DAYS))
