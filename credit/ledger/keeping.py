"""The one statement that reads balances, by hand for each database, as `writing` has the one that writes a journal.

Every command reads a few of them and a closing those of a whole range of customers; the ORM took ten times as long."""

from __future__ import annotations

import json
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.engine import Connection

# One text for any number of accounts, so that the drivers keep it prepared.
_SQLITE = "SELECT account_id, balance_minor FROM balances WHERE account_id IN (SELECT value FROM json_each(?))"
_POSTGRESQL = "SELECT account_id, balance_minor FROM balances WHERE account_id = ANY(%s)"


def kept_balances(connection: Connection, accounts: Collection[UUID]) -> dict[str, int]:
    """The balances that are kept, minor units by the id in hex. Accounts without one, the house's, are left out."""
    if not accounts:
        return {}
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(_SQLITE, (json.dumps([key.hex for key in accounts]),))
        return {key: minor for key, minor in found}  # noqa: C416  (rows are no pairs to a type checker)
    return {key.hex: minor for key, minor in connection.exec_driver_sql(_POSTGRESQL, (list(accounts),))}
