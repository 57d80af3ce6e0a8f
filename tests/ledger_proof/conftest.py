"""One PostgreSQL server for the proofs; each asks for databases of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.ledger_proof.databases import BOTH, Maker, maker


@pytest.fixture(scope="package")
def sqlite_maker() -> Iterator[Maker]:
    with maker("sqlite") as made:
        yield made


@pytest.fixture(scope="package")
def postgresql_maker() -> Iterator[Maker]:
    """Skipped where PostgreSQL from its wheel cannot start; under CI that fails."""
    context = maker("postgresql")
    try:
        made = context.__enter__()
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL from its wheel does not start here: {error}")
    yield made
    context.__exit__(None, None, None)


@pytest.fixture(scope="package", params=BOTH)
def databases(request: pytest.FixtureRequest) -> Maker:
    """A maker of each engine in turn."""
    made: Maker = request.getfixturevalue(f"{request.param}_maker")
    return made
