"""Reading long tables row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session


@contextmanager
def streamed(session: Session, query: Select[*tuple[Any, ...]], *, chunk: int) -> Iterator[Iterator[Any]]:
    """The rows of a query, fetched `chunk` at a time; the database's cursor is closed with the block."""
    with session.connection().execute(query, execution_options={"yield_per": chunk}) as result:
        yield iter(result)
