"""One gateway with three apps a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.messaging.apps import Apps


@pytest.fixture
async def apps(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Apps]:
    apps = Apps(tmp_path)
    yield apps
    await apps.close()


@pytest.fixture
async def apps_on_both(database_url: str, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Apps]:
    """Over SQLite and PostgreSQL in turn."""
    apps = Apps(tmp_path, database_url=database_url)
    yield apps
    await apps.close()
