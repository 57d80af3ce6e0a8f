"""Alembic's entry. The connection is handed in by credit.migrations.runner: no ini file, no second address."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

import credit.tables  # noqa: F401  (every table must be known before the schema is compared)
from credit.kernel.database import Base, UtcInstant


def _spell(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Our own column types by name, so that a step does not depend on what the models become later."""
    if kind == "type" and isinstance(item, UtcInstant):
        autogen.imports.add("from credit.kernel.database import UtcInstant")
        return "UtcInstant()"
    return False


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        compare_type=True,
        render_item=_spell,
        transactional_ddl=True,
    )
    context.run_migrations()


_run()
