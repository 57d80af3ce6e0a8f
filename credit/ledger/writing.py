"""The one statement that writes a journal, and what the database's refusals mean.

Written by hand for each database: this is the hot path, and the ORM's share of it was larger than the database's."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from credit.kernel.clock import utc
from credit.kernel.errors import CreditError, ErrorCode

_COLUMNS = (
    "id, request_id, fingerprint, kind, customer_id, effective_on, recorded_at, reverses, "
    "hold_id, hold_act, hold_expires_on, facts, lines"
)
_SQLITE = f"INSERT INTO journals ({_COLUMNS}) VALUES ({', '.join('?' * 13)})"  # noqa: S608
# On a repeat PostgreSQL waits for the first, then inserts nothing, and the transaction lives on.
_POSTGRESQL = f"INSERT INTO journals ({_COLUMNS}) VALUES ({', '.join(['%s'] * 13)}) ON CONFLICT (request_id) DO NOTHING"  # noqa: S608
_GUARD = re.compile(r"xz:(\w+)")
_BY_CONSTRAINT = {
    "balances_floor": ErrorCode.BALANCE_OUT_OF_BOUNDS,
    "balances_ceiling": ErrorCode.BALANCE_OUT_OF_BOUNDS,
    "balances_exact_in_json": ErrorCode.BALANCE_OUT_OF_BOUNDS,
    "uq_journals_request_id": ErrorCode.REQUEST_ID_REUSED,
    "uq_journals_reverses": ErrorCode.JOURNAL_ALREADY_REVERSED,
    "uq_accounts_code": ErrorCode.ACCOUNT_EXISTS,
    "pk_accounts": ErrorCode.ACCOUNT_EXISTS,
    "pk_account_closures": ErrorCode.ACCOUNT_CLOSED,
}
_BY_STATE = {"22003": ErrorCode.POSTING_TOO_LARGE, "22P02": ErrorCode.JOURNAL_MALFORMED}


def insert_journal(
    connection: Connection,
    *,
    key: UUID,
    request_id: str,
    fingerprint: str,
    kind: str,
    customer_id: UUID | None,
    effective_on: date,
    recorded_at: datetime,
    reverses: UUID | None,
    hold_id: UUID | None,
    hold_act: str | None,
    hold_expires_on: date | None,
    facts: str,
    lines: str,
) -> bool:
    """Write a journal; False when its request id is taken, with the transaction still usable.

    Raises what the guards refuse, by code."""
    row: tuple[Any, ...]
    if connection.dialect.name == "sqlite":
        row = (
            key.hex,
            request_id,
            fingerprint,
            kind,
            _hex(customer_id),
            effective_on.isoformat(),
            utc(recorded_at).strftime("%Y-%m-%d %H:%M:%S.%f"),
            _hex(reverses),
            _hex(hold_id),
            hold_act,
            None if hold_expires_on is None else hold_expires_on.isoformat(),
            facts,
            lines,
        )
    else:
        row = (key, request_id, fingerprint, kind, customer_id, effective_on, utc(recorded_at), reverses)
        row += (hold_id, hold_act, hold_expires_on, facts, lines)
    try:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(_SQLITE, row)
            return True
        return connection.exec_driver_sql(_POSTGRESQL, row).rowcount == 1
    except DBAPIError as error:
        refused = refusal(error)
        if isinstance(refused, CreditError) and refused.code is ErrorCode.REQUEST_ID_REUSED:
            return False
        raise refused from error


def _hex(key: UUID | None) -> str | None:
    return None if key is None else key.hex


def refusal(error: DBAPIError) -> Exception:
    """What the database refused, as a CreditError; the error itself when it is not one of the ledger's rules."""
    text = str(error.orig)
    first = text.splitlines()[0] if text else ""
    if (found := _GUARD.search(text)) and found[1] in ErrorCode:
        return CreditError(ErrorCode(found[1]), first)
    for mark, code in _BY_CONSTRAINT.items():
        if mark in text:
            return CreditError(code, first)
    state = getattr(error.orig, "sqlstate", None)
    if state in _BY_STATE:
        return CreditError(_BY_STATE[state], first)
    return error
