"""Fixtures for every test: databases, and the three real processes. See tests/harness."""

from __future__ import annotations

from tests.channels.messaging.matrix_table import pytest_terminal_summary
from tests.harness.databases import (
    database_url,
    module_database_url,
    postgresql_database_url,
    postgresql_server,
    sqlite_database_url,
)
from tests.harness.fixtures import customer_ids, seeded, stack
from tests.harness.order import pytest_collection_modifyitems

collect_ignore = [
    "bot",  # the bot's tests run under the bot's own Python
]

__all__ = [
    "customer_ids",
    "database_url",
    "module_database_url",
    "postgresql_database_url",
    "postgresql_server",
    "pytest_collection_modifyitems",
    "pytest_terminal_summary",
    "seeded",
    "sqlite_database_url",
    "stack",
]
