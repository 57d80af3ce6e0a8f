"""The worlds of the credit tests."""

from __future__ import annotations

from tests.credit.conftest import new_database, new_postgresql, new_sqlite, postgresql_worlds, world

__all__ = ["new_database", "new_postgresql", "new_sqlite", "postgresql_worlds", "world"]
