"""Books with something in them, and a raw connection to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.credit.ledger.raw import Raw
from tests.credit.world import World
from tests.harness.databases import BOTH

CASH, INCOME = "house/cash", "house/income/interest"
TABLES = ("accounts", "balances", "journals", "postings")


@dataclass
class Books:
    """A customer with 1,000 spent of 10,000, and the accounts and journal that say so."""

    world: World
    raw: Raw
    unbilled: str
    available: str
    used: str
    granted: str
    purchase: UUID
    """The purchase's journal."""

    def balance(self, code: str) -> int:
        return self.world.balance(code)

    def rows(self) -> dict[str, list[str]]:
        """Every row of the ledger's tables as text."""
        with self.world.app.database.read() as session:
            return {table: sorted(map(str, session.execute(text(f"SELECT * FROM {table}")))) for table in TABLES}


def opened_books(world: World) -> Books:
    customer = world.join()
    line = world.open_paylater(customer)
    world.buy(customer, "1000.00")
    (journal,) = world.journals("purchase")
    return Books(
        world=world,
        raw=Raw(world.url),
        unbilled=f"paylater/{line}/unbilled",
        available=f"line/{line}/available",
        used=f"line/{line}/used",
        granted=f"line/{line}/granted",
        purchase=journal.id,
    )


@pytest.fixture
def books(world: World) -> Books:
    """Books of the test's own, to write in."""
    return opened_books(world)


class Attempts:
    """The books that attempts share as long as they stand as they were; one set for each kind of database."""

    def __init__(self) -> None:
        self._standing: dict[str, Books] = {}

    def take(self, kind: str, make: Callable[[], Books]) -> Books:
        if kind not in self._standing:
            self._standing[kind] = make()
        return self._standing[kind]

    def drop(self, kind: str) -> None:
        self._standing.pop(kind).world.close()

    def close(self) -> None:
        for kind in list(self._standing):
            self.drop(kind)


@pytest.fixture(scope="session")
def _attempts() -> Iterator[Attempts]:
    shared = Attempts()
    yield shared
    shared.close()


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database the attempts are made on."""
    return str(request.param)


@pytest.fixture
def untouched(
    kind: str, _attempts: Attempts, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Books]:
    """Books for an attempt to break a rule: afterwards not one row may be added, changed or lost."""

    def make() -> Books:
        source = "new_sqlite" if kind == "sqlite" else "postgresql_worlds"
        new = request.getfixturevalue(source)
        url = new() if kind == "sqlite" else new.take()
        return opened_books(World(url, tmp_path_factory.mktemp("attempts")))

    opened = _attempts.take(kind, make)
    before = opened.rows()
    yield opened
    problems, after = opened.world.problems(), opened.rows()
    if problems or after != before:
        _attempts.drop(kind)  # the next attempt begins with sound books again
    assert problems == []
    assert after == before
