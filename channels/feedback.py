"""A thumb for an answer and why: one for each message, changeable, kept apart from the conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, String, Table, Uuid, delete, func, insert, select, update
from sqlalchemy.orm import Session

from channels.replies import StoredMessage, Thumb
from channels.store import Store, messages, metadata
from credit.kernel.clock import Clock
from credit.kernel.database import UtcInstant
from credit.kernel.errors import CreditError, ErrorCode

LONGEST_REASON = 200
REASONS_SHOWN = 10

feedback = Table(
    "chat_feedback",
    metadata,
    Column("seq", BigInteger(), primary_key=True, autoincrement=False),
    Column("customer_id", Uuid(), nullable=False),
    Column("thumb", String(4), nullable=False),
    Column("reason", String(LONGEST_REASON)),
    Column("at", UtcInstant(), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What all customers together think, and the newest reasons for a thumb down."""

    up: int
    down: int
    reasons: tuple[str, ...]


class Feedback:
    """Blocking; call it from a thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def give(self, customer_id: UUID, seq: int, thumb: Thumb | None, reason: str | None) -> None:
        """Keep it in place of an earlier one; None takes it back. Raises NOT_FOUND for what was not said to them."""

        def work(session: Session) -> None:
            said = select(messages.c.seq).where(
                messages.c.seq == seq, messages.c.customer_id == customer_id, messages.c.sender != "customer"
            )
            if session.execute(said).first() is None:
                raise CreditError(ErrorCode.NOT_FOUND)
            mine = feedback.c.seq == seq
            if thumb is None:
                session.execute(delete(feedback).where(mine))
                return
            row = {"thumb": thumb, "reason": reason, "at": self._clock.now()}
            if session.execute(select(feedback.c.seq).where(mine)).first() is not None:
                session.execute(update(feedback).where(mine).values(row))
            else:
                session.execute(insert(feedback).values(seq=seq, customer_id=customer_id, **row))

        self._store.write(work)

    def shown(self, found: list[StoredMessage]) -> list[dict[str, Any]]:
        """Messages as the page sees them, each answer with the thumb that it was given."""
        answers = [message.seq for message in found if message.is_answer]
        if not answers:
            return [message.public() for message in found]
        query = select(feedback.c.seq, feedback.c.thumb).where(feedback.c.seq.in_(answers))
        thumbs = self._store.look(lambda session: {row.seq: row.thumb for row in session.execute(query)})
        return [message.public(thumbs.get(message.seq)) for message in found]

    def counts(self) -> Counts:
        def look(session: Session) -> Counts:
            query = select(feedback.c.thumb, func.count()).group_by(feedback.c.thumb)
            found: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
            told = select(feedback.c.reason).where(feedback.c.thumb == "down", feedback.c.reason.is_not(None))
            reasons = session.execute(told.order_by(feedback.c.at.desc()).limit(REASONS_SHOWN)).scalars().all()
            return Counts(found.get("up", 0), found.get("down", 0), tuple(str(reason) for reason in reasons))

        return self._store.look(look)
