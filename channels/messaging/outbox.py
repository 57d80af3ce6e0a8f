"""What goes out: written with the turn that made it, sent in order, kept until the platform has taken it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from channels.messaging import peers
from channels.messaging.peers import Peer
from channels.messaging.pieces import Piece
from channels.messaging.port import CardSummary, Link, Notice, Outgoing
from channels.messaging.tables import FAILED, INLINE, PENDING, SENT, WAITING, WITHDRAWN, insert_once, outbox
from channels.messaging.tables import peers as peer_rows
from credit.kernel.database import among
from credit.kernel.ids import new_id

KEPT_DAYS = timedelta(days=7)
OPEN = (PENDING, WAITING)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One row of the outbox."""

    seq: int
    key: UUID
    peer_id: UUID
    customer_id: UUID | None
    inbox_seq: int | None
    content: Mapping[str, Any]
    reply_context: Mapping[str, str]
    state: str
    not_before: datetime
    expires_at: datetime | None
    tries: int
    created_at: datetime

    @property
    def inline(self) -> str | None:
        """Its text where it may be given in the webhook's own answer."""
        text: str | None = self.content["inline"]
        return text

    @property
    def notice(self) -> Notice | None:
        """None for what was put in before there were any, too."""
        found = self.content.get("notice")
        return Notice(found["occasion"], found["facts"]) if found else None

    @property
    def hands_over(self) -> bool:
        return bool(self.content.get("hands_over"))

    def outgoing(self, peer: Peer) -> Outgoing:
        card = self.content["card"]
        return Outgoing(
            key=self.key.hex,
            channel=peer.channel,
            account=peer.account,
            user=peer.user,
            text=self.content["text"],
            choices=tuple(self.content["choices"]),
            links=tuple(Link(*each) for each in self.content["links"]),
            card=CardSummary(card["title"], tuple((name, value) for name, value in card["rows"])) if card else None,
            notice=self.notice,
            reply_context=self.reply_context,
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something is sent."""

    now: datetime
    customer_id: UUID | None = None
    """Whose account it tells of."""
    inbox_seq: int | None = None
    reply_context: Mapping[str, str] | None = None
    """Of the message that is answered; None takes the user's newest."""
    hold_until: datetime | None = None
    """Left to the webhook's own answer until then."""
    once: str | None = None
    expires_at: datetime | None = None


FIELDS = [outbox.c[name] for name in Parcel.__dataclass_fields__]
MINE = (outbox.c.peer_id == bindparam("wanted")) & (outbox.c.state == PENDING)
HEAD = select(*FIELDS).where(MINE).order_by(outbox.c.seq).limit(2)


def add(session: Session, peer: Peer, pieces: Sequence[Piece], why: Occasion) -> None:
    """Put messages in, in their order. With `once` a repeat puts in nothing."""
    for nth, piece in enumerate(pieces):
        held = why.hold_until is not None and piece.inline is not None and len(pieces) == 1
        row = {
            "key": new_id(),
            "once": f"{why.once}:{peer.id.hex}:{nth}" if why.once else None,
            "peer_id": peer.id,
            "customer_id": why.customer_id,
            "inbox_seq": why.inbox_seq,
            "offer_id": piece.offer_id,
            "content": {**piece.content(), "inline": piece.inline if held else None},
            "reply_context": dict(peer.reply_context if why.reply_context is None else why.reply_context),
            "state": PENDING,
            "not_before": why.hold_until if held else why.now,
            "expires_at": why.expires_at,
            "created_at": why.now,
        }
        insert_once(session, outbox, row)
    shown = [piece for piece in pieces if piece.labels]
    if shown or why.inbox_seq is not None:
        # An answer without a list ends the meaning of the numbers of the list before: 「1」 may be an amount now.
        labels = list(shown[-1].labels) if shown and shown[-1].numbered else None
        peers.change(session, peer.id, numbered=labels)


def head(session: Session, peer_id: UUID) -> tuple[Parcel, bool] | None:
    """The oldest message that is to be sent, due or not, for a later one must not overtake it; and whether there is
    another."""
    rows = session.execute(HEAD, {"wanted": peer_id}).all()
    return (Parcel(**rows[0]._mapping), len(rows) > 1) if rows else None  # noqa: SLF001


def answers_to(session: Session, inbox_seq: int) -> list[Parcel]:
    query = select(*FIELDS).where(outbox.c.inbox_seq == inbox_seq).order_by(outbox.c.seq)
    return [Parcel(**row._mapping) for row in session.execute(query)]  # noqa: SLF001


def claim_inline(session: Session, inbox_seq: int, now: datetime) -> Parcel | None:
    """The answer to a message if the webhook's own answer may carry it: from now on nobody else sends it.

    Claimed already, it is given again: the platform asks again only when it did not get the first."""
    found = [parcel for parcel in answers_to(session, inbox_seq) if parcel.inline is not None]
    if len(found) != 1:
        return None
    if found[0].state == PENDING and found[0].not_before > now:  # no longer held, it may be on the sender's way
        _move(session, found[0], state=INLINE, sent_at=now)
        return found[0]
    return found[0] if found[0].state == INLINE else None


def release(session: Session, inbox_seq: int, now: datetime) -> None:
    """The webhook's answer went without it: the sender may take it at once."""
    held = (outbox.c.inbox_seq == inbox_seq) & (outbox.c.state == PENDING) & (outbox.c.not_before > now)
    session.execute(update(outbox).where(held, outbox.c.tries == 0).values(not_before=now))


def sent(session: Session, parcel: Parcel, now: datetime, *, to_person: bool = False) -> None:
    """The platform has it; counted against the quota in the same transaction, unless it is a notice. `to_person`: and
    its desk the rest."""
    _move(session, parcel, state=SENT, sent_at=now, problem=None)
    changed: dict[str, Any] = {"with_person": True} if to_person else {}
    if parcel.notice is None:
        changed["sent"] = peer_rows.c.sent + 1
    if changed:
        session.execute(update(peer_rows).where(peer_rows.c.id == parcel.peer_id).values(**changed))


def later(session: Session, parcel: Parcel, until: datetime, problem: str, *, tried: bool = True) -> None:
    _move(session, parcel, not_before=until, tries=parcel.tries + tried, problem=problem[:40])


def fail(session: Session, parcel: Parcel, problem: str) -> None:
    _move(session, parcel, state=FAILED, tries=parcel.tries + 1, problem=problem[:40])


def withdraw(session: Session, parcel: Parcel, problem: str) -> None:
    _move(session, parcel, state=WITHDRAWN, problem=problem[:40])


def hold_all(session: Session, peer_id: UUID, problem: str) -> int:
    """Everything for this user waits until they write again; returns how much."""
    mine = (outbox.c.peer_id == peer_id) & (outbox.c.state == PENDING)
    moved = session.execute(
        update(outbox).where(mine).values(state=WAITING, problem=problem[:40]).returning(outbox.c.seq)
    )
    return len(moved.all())


def wake(session: Session, peer_ids: Iterable[UUID], now: datetime) -> None:
    """These users are there again: what has waited for them may go."""
    mine = among(session, outbox.c.peer_id, peer_ids) & (outbox.c.state == WAITING)
    session.execute(update(outbox).where(mine).values(state=PENDING, not_before=now))


def withdraw_personal(session: Session, peer_id: UUID) -> None:
    """What tells of an account must not arrive once the identity is nobody's."""
    mine = (outbox.c.peer_id == peer_id) & outbox.c.state.in_(OPEN) & outbox.c.customer_id.is_not(None)
    session.execute(update(outbox).where(mine).values(state=WITHDRAWN, problem="unbound"))


def peer_of_offer(session: Session, offer_id: UUID) -> UUID | None:
    """Where an offer was shown last."""
    query = select(outbox.c.peer_id).where(outbox.c.offer_id == offer_id).order_by(outbox.c.seq.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def due_peers(session: Session, now: datetime) -> list[UUID]:
    query = select(outbox.c.peer_id).where(outbox.c.state == PENDING).group_by(outbox.c.peer_id)
    return list(session.scalars(query.having(func.min(outbox.c.not_before) <= now)))


def count(session: Session) -> dict[str, int]:
    """How much is pending and waiting."""
    query = select(outbox.c.state, func.count()).where(outbox.c.state.in_(OPEN)).group_by(outbox.c.state)
    return {row[0]: row[1] for row in session.execute(query)}


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(outbox).where(outbox.c.state.not_in(OPEN), outbox.c.created_at < now - KEPT_DAYS))


def _move(session: Session, parcel: Parcel, **values: Any) -> None:
    session.execute(update(outbox).where(outbox.c.seq == parcel.seq).values(**values))
