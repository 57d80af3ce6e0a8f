"""Many accruals in one statement. The same journals as `Ledger.post` writes one by one, asked the same by the database.

PostgreSQL's guards look at all of them together (credit/closing/guards), which is several times faster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from credit.kernel.clock import utc
from credit.kernel.ids import canonical_json, new_id
from credit.ledger.lines import Event, Lines
from credit.ledger.writing import refusal

ACCRUAL = "accrual"
_COLUMNS = "id, request_id, fingerprint, kind, customer_id, effective_on, recorded_at, facts, lines"
_TYPES = ("uuid", "text", "text", "text", "uuid", "date", "timestamptz", "text", "text")
_SQLITE = f"INSERT INTO journals ({_COLUMNS}) VALUES ({', '.join('?' * 9)})"  # noqa: S608
_UNNEST = ", ".join(f"%s::{name}[]" for name in _TYPES)
_POSTGRESQL = f"INSERT INTO journals ({_COLUMNS}) SELECT * FROM unnest({_UNNEST})"  # noqa: S608


def post_accruals(connection: Connection, entries: Sequence[tuple[Event, Lines]], now: datetime) -> None:
    """Write one journal an entry; each customer's account may stand in one of them only.

    Raises REQUEST_ID_REUSED when one of them was written before, and as `Ledger.post`: nothing is written then."""
    if not entries:
        return
    rows = [_row(event, lines, utc(now)) for event, lines in entries]
    try:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(_SQLITE, [_spelled(row) for row in rows])
        else:
            connection.exec_driver_sql(_POSTGRESQL, tuple(list(column) for column in zip(*rows, strict=True)))
    except DBAPIError as error:
        raise refusal(error) from error


type _Row = tuple[object, ...]


def _row(event: Event, lines: Lines, now: datetime) -> _Row:
    spelled, facts = lines.spelled(), canonical_json(event.facts)
    content = [event.kind, str(event.customer_id), event.effective_on.isoformat(), spelled, facts]
    # The canonical JSON of a list of strings, without the search for floats that `fingerprint` begins with.
    mark = hashlib.sha256(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
    return (new_id(), event.request_id, mark, event.kind, event.customer_id, event.effective_on, now, facts, spelled)


def _spelled(row: _Row) -> _Row:
    key, request_id, mark, kind, customer_id, day, now, facts, lines = row
    return (
        key.hex,  # type: ignore[attr-defined]
        request_id,
        mark,
        kind,
        None if customer_id is None else customer_id.hex,  # type: ignore[attr-defined]
        day.isoformat(),  # type: ignore[attr-defined]
        now.strftime("%Y-%m-%d %H:%M:%S.%f"),  # type: ignore[attr-defined]
        facts,
        lines,
    )
