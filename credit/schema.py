"""Creates or updates the schema: the migrations, up to the newest."""

from __future__ import annotations

from sqlalchemy import Engine

from credit.migrations import runner


def create_schema(engine: Engine) -> bool:
    """Bring the database to the newest revision. Returns False when it was there already."""
    if runner.current(engine) == runner.newest():
        return False
    runner.upgrade(engine)
    return True
