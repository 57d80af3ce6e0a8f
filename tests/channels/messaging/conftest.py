"""One gateway with three apps a test."""

from __future__ import annotations

import asyncio
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


@pytest.fixture
async def slow(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Apps]:
    """Every wait for an inline answer is one of seven seconds, by the clock."""

    async def wait(_event: asyncio.Event, seconds: float) -> bool:
        assert 0 < seconds <= 4.0
        apps.clock.advance(seconds=seconds)
        return False

    apps = Apps(tmp_path, wait=wait)
    yield apps
    await apps.close()
