"""Creates or updates the schema: the migrations, up to the newest."""

from __future__ import annotations

from threading import Lock

from sqlalchemy import Engine

from credit.migrations import runner

_alone = Lock()
"""Alembic keeps what it is working on in module variables; between processes the database keeps order."""


def create_schema(engine: Engine) -> bool:
    """Bring the database to the newest revision. Returns False when it was there already."""
    with _alone:
        if runner.current(engine) == runner.newest():
            return False
        runner.upgrade(engine)
        return True
