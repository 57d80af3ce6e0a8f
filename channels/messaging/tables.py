"""The pipeline's tables, beside those of the conversation in the same database.

`inbox` is the dedupe: what is not in it was not acknowledged, what is in it is worked on until it is done, whatever
dies in between. `outbox` rows are written with the turn that made them. Nothing here refers to the ledger's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from channels.store import metadata
from credit.kernel.database import UtcInstant

NEW, DONE = "new", "done"
PENDING, WAITING, SENT, INLINE, FAILED, WITHDRAWN = "pending", "waiting", "sent", "inline", "failed", "withdrawn"
"""Of an outbox row. `waiting`: until the user writes again. `inline`: given in the answer to the webhook itself."""

Number = BigInteger().with_variant(Integer, "sqlite")

peers = Table(
    "messaging_peers",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("account", String(64), nullable=False),
    Column("user", String(128), nullable=False),
    Column("first_at", UtcInstant(), nullable=False),
    Column("last_in_at", UtcInstant()),  # empty until they write; a follow or a tap is not writing
    Column("sent", Integer, nullable=False, server_default="0"),  # of ours since then, for the quota
    Column("unreachable", Boolean, nullable=False, server_default=text("false")),
    Column("with_person", Boolean, nullable=False, server_default=text("false")),  # of the platform's own desk
    Column("greeted_at", UtcInstant()),
    Column("reply_context", JSON, nullable=False),
    Column("numbered", JSON(none_as_null=True)),  # labels of the list that was shown last, if it had numbers
    Column("asked", String(16)),  # what the pipeline itself asked last
    Column("asked_at", UtcInstant()),
    UniqueConstraint("channel", "account", "user"),
)
inbox = Table(
    "messaging_inbox",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("channel", String(40), nullable=False),
    Column("account", String(64), nullable=False),
    Column("message_id", String(128), nullable=False),
    Column("peer_id", Uuid(), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("event", String(20)),
    Column("text", Text, nullable=False),  # emptied when it is done: the history has it
    Column("reply_context", JSON, nullable=False),
    Column("at", UtcInstant(), nullable=False),
    Column("received_at", UtcInstant(), nullable=False),
    Column("inline_until", UtcInstant()),  # how long the webhook's own answer may carry the reply
    Column("state", String(8), nullable=False),
    Column("not_before", UtcInstant(), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    UniqueConstraint("channel", "account", "message_id"),
    Index(
        "ix_messaging_inbox_open",
        "peer_id",
        "seq",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
    sqlite_autoincrement=True,
)
outbox = Table(
    "messaging_outbox",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=True),
    Column("key", Uuid(), nullable=False, unique=True),
    Column("once", String(128), unique=True),  # for what nobody asked: the same is put in once
    Column("peer_id", Uuid(), nullable=False),
    Column("customer_id", Uuid()),  # whose account it tells of; withdrawn when the binding ends
    Column("inbox_seq", BigInteger),
    Column("offer_id", Uuid()),
    Column("content", JSON, nullable=False),
    Column("reply_context", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("not_before", UtcInstant(), nullable=False),
    Column("expires_at", UtcInstant()),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("problem", String(40)),
    Column("created_at", UtcInstant(), nullable=False),
    Column("sent_at", UtcInstant()),
    Index(
        "ix_messaging_outbox_open",
        "peer_id",
        "seq",
        sqlite_where=text("state in ('pending', 'waiting')"),
        postgresql_where=text("state in ('pending', 'waiting')"),
    ),
    Index("ix_messaging_outbox_answer", "inbox_seq"),
    Index("ix_messaging_outbox_offer", "offer_id"),
    sqlite_autoincrement=True,
)
bindings = Table(
    "messaging_bindings",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("peer_id", Uuid(), nullable=False),
    Column("customer_id", Uuid(), nullable=False, index=True),
    Column("consent_version", String(16), nullable=False),
    Column("consent_text", Text, nullable=False),
    Column("bound_at", UtcInstant(), nullable=False),
    Column("ended_at", UtcInstant()),
    Column("ended_by", String(16)),
    # One identity is one customer's, however many pages are open at once.
    Index(
        "uq_messaging_bindings_open_peer",
        "peer_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
binding_codes = Table(
    "messaging_binding_codes",
    metadata,
    Column("peer_id", Uuid(), primary_key=True),
    Column("customer_id", Uuid(), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("consent_version", String(16), nullable=False),
    Column("consent_text", Text, nullable=False),
    Column("expires_at", UtcInstant(), nullable=False),
    Column("tries_left", Integer, nullable=False),
)
cursors = Table(
    "messaging_cursors",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)


def insert_once(session: Session, table: Table, values: Mapping[str, Any]) -> Any:
    """Insert, or leave what is there. The first column of the new row's key; None when there was one."""
    key = next(iter(table.primary_key.columns)).name
    return session.execute(
        _insert_new(table, session.get_bind().dialect.name, (key,)), dict(values)
    ).scalar_one_or_none()


def insert_new(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], *returning: str
) -> Sequence[Row[Any]]:
    """Insert those that are not there, in their order; the named columns of the new rows, in no order."""
    statement = _insert_new(table, session.get_bind().dialect.name, returning)
    return session.execute(statement, [dict(row) for row in rows]).all() if rows else ()


@cache
def _insert_new(table: Table, dialect_name: str, returning: tuple[str, ...]) -> Any:
    """Made once: building a statement costs more than running it."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing().returning(*(table.c[name] for name in returning))
