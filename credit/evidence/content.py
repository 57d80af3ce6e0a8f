"""The bytes a journal is sealed as: its whole row, in one spelling that is the same on both databases.

Texts are taken as they are stored (`facts` and `lines` too, unparsed), so that every byte counts. Written by hand,
since a general encoder took longer than everything else in sealing together; tests hold it to the general one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as _quoted
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, String, cast, func, literal_column, type_coerce
from sqlalchemy.types import Uuid

from credit.kernel.database import UtcInstant
from credit.ledger.models import Journal

NAMES: Final = tuple(sorted(column.name for column in Journal.__table__.columns))
"""Every column a journal has, in the order of the sealed form."""

_FORM: Final = "{" + ",".join(f'"{name}":%s' for name in NAMES) + "}"

encode: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode
"""Canonical JSON, as `canonical_json` spells it."""

Content = Mapping[str, Any]
"""A journal by column names: texts, None, or for what no honest writer stores a list of type and value."""


def content_columns(dialect: str) -> list[ColumnElement[Any]]:
    """What to select for a journal's content, as texts, in the order of NAMES."""
    return [_as_text(dialect, Journal.__table__.columns[name]) for name in NAMES]


def leaf_bytes(row: Sequence[Any]) -> bytes:
    """What is hashed for a journal: the canonical JSON of its content. `row` is in the order of NAMES."""
    try:
        return (_FORM % tuple(["null" if value is None else _quoted(value) for value in row])).encode()
    except TypeError:
        return content_bytes(journal_content(row))


def journal_content(row: Sequence[Any]) -> Content:
    """A journal by column names, for a proof."""
    return {name: _told(value) for name, value in zip(NAMES, row, strict=True)}


def content_bytes(content: Content) -> bytes:
    """The same bytes as `leaf_bytes`, from a journal's content."""
    return encode(content).encode()


def _told(value: Any) -> Any:
    # SQLite stores what it is given: a number or bytes in a text column are sealed as such.
    return value if value is None or isinstance(value, str) else [type(value).__name__, repr(value)]


def _as_text(dialect: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQLite keeps all of these as text; PostgreSQL spells them out the same way."""
    if dialect == "sqlite":
        if isinstance(column.type, UtcInstant):
            return func.replace(column, literal_column("' '"), literal_column("'T'"), type_=String) + "Z"
        return type_coerce(column, String)
    if isinstance(column.type, Uuid):
        return func.replace(cast(column, String), "-", "", type_=String)
    if isinstance(column.type, Date):
        return func.to_char(column, "YYYY-MM-DD", type_=String)
    if isinstance(column.type, String):
        return column
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', type_=String)
