"""A world for every test, on both databases, copied from one that was opened once in the run."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from tests.credit.world import World
from tests.harness.databases import BOTH, PostgresqlServer, database_name, sqlite_url

NewDatabase = Callable[[], str]

# No deadline: the machine may be busy. No example database: a run writes nothing into the repository.
settings.register_profile("books", deadline=None, database=None)
settings.load_profile("books")


@pytest.fixture(scope="session")
def new_sqlite(tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Makes SQLite files that hold an opened house, by address."""
    folder, numbers = tmp_path_factory.mktemp("worlds"), itertools.count(1)
    template = folder / "template.db"
    World(sqlite_url(template), folder).open_house().close()
    return lambda: sqlite_url(Path(shutil.copy(template, folder / f"world-{next(numbers)}.db")))


class PostgresqlWorlds:
    """Databases that hold an opened house. One given back is emptied and used again: that is faster than a new one."""

    def __init__(self, server: PostgresqlServer, folder: Path) -> None:
        self.server, self._folder = server, folder
        template = server.create()
        World(template, folder).open_house().close()
        self._template = database_name(template)
        self._free: list[str] = []

    def take(self) -> str:
        if self._free:
            return self._free.pop()
        url = self.server.create(template=self._template)
        with self._connect(url) as connection:
            # Nobody pulls the plug on the server itself, so its disk need not be waited for.
            connection.execute(f'ALTER DATABASE "{database_name(url)}" SET synchronous_commit = off'.encode())
        return url

    def give_back(self, url: str) -> None:
        """Empty it. The guards forbid that to everybody; only the owner of the server can set them aside."""
        with self._connect(url) as connection:
            # What says that the tables are there stays.
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            found = connection.execute(query).fetchall()
            connection.execute("SET session_replication_role = replica")
            connection.execute("; ".join(f'DELETE FROM "{name}"' for (name,) in found).encode())
        World(url, self._folder).open_house().close()
        self._free.append(url)

    @staticmethod
    def _connect(url: str) -> psycopg.Connection:
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="session")
def postgresql_worlds(
    postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> PostgresqlWorlds:
    return PostgresqlWorlds(postgresql_server, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture
def new_postgresql(postgresql_worlds: PostgresqlWorlds) -> Iterator[NewDatabase]:
    """Makes PostgreSQL databases that hold an opened house, by address."""
    taken: list[str] = []

    def new() -> str:
        taken.append(postgresql_worlds.take())
        return taken[-1]

    yield new
    for url in taken:
        postgresql_worlds.give_back(url)


@pytest.fixture(params=BOTH)
def new_database(request: pytest.FixtureRequest) -> NewDatabase:
    """Makes databases of each kind in turn."""
    made: NewDatabase = request.getfixturevalue(f"new_{request.param}")
    return made


@pytest.fixture
def world(new_database: NewDatabase, tmp_path: Path) -> Iterator[World]:
    """A fresh lender on 2026-10-28. After the test its books must be right."""
    opened = World(new_database(), tmp_path)
    yield opened
    problems = opened.problems()
    opened.close()
    assert problems == []
