"""The conversation's tables and their SQL, in the same database as the ledger but with nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from channels.language import Language
from channels.replies import Choice, Payload, Reply, Sender, StoredMessage
from channels.writer import GroupWriter
from credit.kernel.database import NAMING, Database, UtcInstant, seen_as_unreachable
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import fingerprint

metadata = MetaData(naming_convention=NAMING)

WEB = "web"
"""The thread of the web chat. A customer's other threads are those of messaging apps, one for each bound identity."""

turns = Table(
    "chat_turns",
    metadata,
    Column("customer_id", Uuid(), primary_key=True),
    Column("client_id", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("message_seq", BigInteger, nullable=False),
    Column("replies", JSON(none_as_null=True)),  # empty until the assistant has answered
)
messages = Table(
    "chat_messages",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("customer_id", Uuid(), nullable=False),
    Column("client_id", String(64)),  # the turn it belongs to; none for a receipt or a reminder
    Column("at", UtcInstant(), nullable=False),
    Column("sender", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("card", JSON(none_as_null=True)),
    Column("choices", JSON, nullable=False),
    Column("thread", String(64), nullable=False, server_default=WEB),
    Index("ix_chat_messages_customer_seq", "customer_id", "seq"),
    sqlite_autoincrement=True,  # a cursor must never meet a number twice
)
languages = Table(
    "chat_languages",
    metadata,
    Column("customer_id", Uuid(), primary_key=True),
    Column("language", String(8), nullable=False),
)
used_links = Table(
    "chat_used_links",
    metadata,
    Column("number", Uuid(), primary_key=True),
    Column("customer_id", Uuid(), nullable=False),
    Column("expires_at", UtcInstant(), nullable=False),
)


# Statements of every turn are made once: building one costs more than running it.
TURN = select(turns).where(turns.c.customer_id == bindparam("customer"), turns.c.client_id == bindparam("client"))
LANGUAGE = select(languages.c.language).where(languages.c.customer_id == bindparam("customer"))
NEW_TURN = insert(turns)
TURN_END = (
    update(turns)
    .where(turns.c.customer_id == bindparam("customer"), turns.c.client_id == bindparam("client"))
    .values(replies=bindparam("said"))
)
NEW_MESSAGE = insert(messages).returning(messages.c.seq)
SAID_BEFORE = (
    select(messages.c.client_id, messages.c.choices)
    .where(messages.c.customer_id == bindparam("customer"), messages.c.thread == bindparam("in_thread"))
    .where(messages.c.seq < bindparam("before"), messages.c.sender == "assistant")
    .order_by(messages.c.seq.desc())
    .limit(50)
)

Also = Callable[[Session, list[Reply]], None]


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that is in the history: answered already, or still to be asked."""

    replies: list[Reply] | None
    payload: Payload | None
    """What the text means, when it is the label of a choice that was on offer."""
    language: Language | None = None
    """What the customer wrote in before, as far as a script showed."""


class Store:
    """Blocking; call it from a thread. Every method raises CreditError ACCOUNT_SERVICE_UNREACHABLE."""

    def __init__(self, database: Database) -> None:
        database.engine.hide_parameters = True  # an error's text must not quote a message
        self._database = database
        self._writer = GroupWriter(database)
        self._prepared = False

    def prepare(self) -> None:
        """Create the tables where they are missing."""
        if not self._prepared:
            with seen_as_unreachable():
                metadata.create_all(self._database.engine)
                self._add_thread()
            self._prepared = True

    def _add_thread(self) -> None:
        """A database from before there were threads: everything in it was said in the web chat."""
        if any(column["name"] == "thread" for column in inspect(self._database.engine).get_columns(messages.name)):
            return
        with suppress(OperationalError, ProgrammingError), self._database.engine.begin() as connection:
            # Fails only when another process was faster.
            connection.exec_driver_sql(
                f"ALTER TABLE {messages.name} ADD COLUMN thread VARCHAR(64) DEFAULT '{WEB}' NOT NULL"
            )

    def begin_turn(self, customer_id: UUID, client_id: str, text: str, at: datetime, *, thread: str = WEB) -> Turn:
        """Keep the customer's message before anyone is asked, so that no crash can lose it.

        A repeat finds the first one. Raises MESSAGE_ID_REUSED when the same id came with another text."""

        def work(session: Session) -> Turn:
            mark = fingerprint({"text": text})
            language = session.execute(LANGUAGE, {"customer": customer_id}).scalar_one_or_none()
            row = session.execute(TURN, {"customer": customer_id, "client": client_id}).one_or_none()
            if row is None:
                seq = _add(session, customer_id, client_id, "customer", Reply(text=text), at, thread).seq
                new = {"customer_id": customer_id, "client_id": client_id, "fingerprint": mark, "message_seq": seq}
                session.execute(NEW_TURN, new)
                return Turn(None, _payload_of(session, customer_id, thread, seq, text), language)
            if row.fingerprint != mark:
                raise CreditError(ErrorCode.MESSAGE_ID_REUSED)
            if row.replies is None:
                return Turn(None, _payload_of(session, customer_id, thread, row.message_seq, text), language)
            return Turn([Reply.model_validate(reply) for reply in row.replies], None)

        return self.write(work)

    def finish_turn(
        self,
        customer_id: UUID,
        client_id: str,
        replies: list[Reply],
        at: datetime,
        *,
        thread: str = WEB,
        language: Language | None = None,
        also: Also | None = None,
    ) -> list[StoredMessage]:
        """Keep the answer twice in one transaction: as the turn's, for repeats, and in the history.

        `language` is what the customer writes in from now on. `also` writes in the same transaction what goes with the
        answer; it may run twice."""

        def work(session: Session) -> list[StoredMessage]:
            if language is not None:
                _keep_language(session, customer_id, language)
            answered = {"said": [reply.model_dump(mode="json") for reply in replies]}
            session.execute(TURN_END, {"customer": customer_id, "client": client_id, **answered})
            if also is not None:
                also(session, replies)
            return [_add(session, customer_id, client_id, "assistant", reply, at, thread) for reply in replies]

        return self.write(work)

    def append(
        self,
        customer_id: UUID,
        reply: Reply,
        at: datetime,
        *,
        sender: Sender = "assistant",
        key: str | None = None,
        thread: str = WEB,
        also: Also | None = None,
    ) -> StoredMessage | None:
        """A message that no message asked for: a receipt, a reminder, a person's answer.

        With a key it is kept once a thread; a repeat gives None. `also` as in `finish_turn`."""

        def work(session: Session) -> StoredMessage | None:
            if key is not None:
                mine = (messages.c.customer_id == customer_id) & (messages.c.client_id == key)
                mine &= messages.c.thread == thread
                if session.execute(select(messages.c.seq).where(mine).limit(1)).first() is not None:
                    return None
            if also is not None:
                also(session, [reply])
            return _add(session, customer_id, key, sender, reply, at, thread)

        return self.write(work)

    def page_after(self, customer_id: UUID, seq: int, limit: int) -> list[StoredMessage]:
        """Messages of all senders newer than `seq`, oldest first. These readings are of the web chat's thread."""
        query = select(messages).where(_web(customer_id), messages.c.seq > seq)
        return self._read(query.order_by(messages.c.seq).limit(limit))

    def consume(self, number: UUID, customer_id: UUID, expires_at: datetime) -> bool:
        """Whether this link is opened for the first time; of two at once, one is."""

        def work(session: Session) -> bool:
            if session.execute(select(used_links.c.number).where(used_links.c.number == number)).first():
                return False
            row = {"number": number, "customer_id": customer_id, "expires_at": expires_at}
            session.execute(insert(used_links).values(row))
            return True

        try:
            return self.write(work)
        except IntegrityError:  # the other one was faster
            return False

    def language(self, customer_id: UUID) -> Language | None:
        """What the customer wrote in last, as far as a script showed."""
        return self.look(lambda session: session.execute(LANGUAGE, {"customer": customer_id}).scalar_one_or_none())

    def page(self, customer_id: UUID, before: int | None, limit: int) -> list[StoredMessage]:
        """The newest `limit` messages older than `before`, oldest first."""
        query = select(messages).where(_web(customer_id))
        if before is not None:
            query = query.where(messages.c.seq < before)
        return self._read(query.order_by(messages.c.seq.desc()).limit(limit))[::-1]

    def replies_after(self, customer_id: UUID, seq: int, limit: int) -> list[StoredMessage]:
        """What the customer was told after `seq`, by assistant or person, oldest first."""
        query = (
            select(messages)
            .where(_web(customer_id), messages.c.seq > seq, messages.c.sender != "customer")
            .order_by(messages.c.seq)
            .limit(limit)
        )
        return self._read(query)

    def _read(self, query: Select[Any]) -> list[StoredMessage]:
        return self.look(lambda session: [_message(row) for row in session.execute(query).all()])

    def write[T](self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction that it may share with others; it may run twice."""
        return self._with_tables(lambda: self._writer.do(work))

    def look[T](self, work: Callable[[Session], T]) -> T:
        """Run `work` on one consistent view; nothing is written."""

        def run() -> T:
            with self._database.read() as session:
                return work(session)

        return self._with_tables(run)

    def _with_tables[T](self, run: Callable[[], T]) -> T:
        """Run it; once more if the tables are gone: the file may have been put back from a copy older than they are."""
        self.prepare()
        try:
            return run()
        except (CreditError, ProgrammingError):
            with seen_as_unreachable():
                if inspect(self._database.engine).has_table(turns.name):
                    raise
            self._prepared = False
            self.prepare()
            return run()


def _add(
    session: Session,
    customer_id: UUID,
    client_id: str | None,
    sender: Sender,
    reply: Reply,
    at: datetime,
    thread: str,
) -> StoredMessage:
    content = reply.model_dump(mode="json")
    row = {"customer_id": customer_id, "thread": thread, "client_id": client_id, "at": at, "sender": sender, **content}
    seq = session.execute(NEW_MESSAGE, row).scalar_one()
    said = {name: getattr(reply, name) for name in ("text", "card", "choices")}
    return StoredMessage(seq=seq, client_id=client_id, at=at, sender=sender, **said)


def _keep_language(session: Session, customer_id: UUID, language: Language) -> None:
    mine = languages.c.customer_id == customer_id
    changed = session.execute(update(languages).where(mine).values(language=language))
    if not changed.rowcount:  # type: ignore[attr-defined]  # of an update it is there
        session.execute(insert(languages).values(customer_id=customer_id, language=language))


def _message(row: object) -> StoredMessage:
    return StoredMessage.model_validate(
        {name: getattr(row, name) for name in ("seq", "client_id", "at", "sender", "text", "card", "choices")}
    )


def _web(customer_id: UUID) -> ColumnElement[bool]:
    return (messages.c.customer_id == customer_id) & (messages.c.thread == WEB)


def _payload_of(session: Session, customer_id: UUID, thread: str, seq: int, text: str) -> Payload | None:
    """What a choice with this label meant in the latest answer before `seq` that had choices."""
    rows = session.execute(SAID_BEFORE, {"customer": customer_id, "in_thread": thread, "before": seq}).all()
    latest = next((nth for nth, row in enumerate(rows) if row.choices), None)
    if latest is None:
        return None
    turn = rows[latest].client_id
    # An answer may be several bubbles; a receipt is one by itself.
    bubbles = [row for row in rows if row.client_id == turn] if turn else [rows[latest]]
    choices = [Choice.model_validate(choice) for row in bubbles for choice in row.choices]
    return next((choice.payload for choice in choices if choice.label.strip() == text), None)
