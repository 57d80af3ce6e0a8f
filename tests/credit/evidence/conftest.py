"""Fresh books of each engine in turn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.credit.evidence.lender import Lender
from tests.ledger_proof.databases import BOTH, Maker, maker


@pytest.fixture(scope="session")
def evidence_sqlite() -> Iterator[Maker]:
    with maker("sqlite") as made:
        yield made


@pytest.fixture(scope="session")
def evidence_postgresql() -> Iterator[Maker]:
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


@pytest.fixture(params=BOTH)
def lender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lender]:
    """A lender with an empty chain."""
    made: Maker = request.getfixturevalue(f"evidence_{request.param}")
    url = made.new()
    lender = Lender(url, tmp_path / "data")
    yield lender
    lender.close()
    made.drop(url)


@pytest.fixture
def sealed(lender: Lender) -> Lender:
    """Ten journals in three blocks."""
    lender.lend(*[f"loan:{nth}" for nth in range(10)])
    lender.seal()
    return lender
