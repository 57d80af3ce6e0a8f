"""The ledger's section of `make bench`.

    python -m bench ledger

Ours and the baseline in one run on one machine, in turns; medians of the rounds. Prints a table and what missed its
target; `run()` gives the rows. SQLite: WAL, synchronous FULL. PostgreSQL: as it comes, fsync on, which is checked."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.books import open_books, plain_twin
from bench.filling import fill
from bench.peer import PeerUnavailableError, peer
from bench.posting import clients
from bench.readings import read
from credit.evidence.sealer import Sealer
from credit.kernel.clock import SystemClock
from credit.kernel.database import Database, open_engine
from tests.ledger_proof.databases import PostgresqlServer, database_name, postgresql_server, raw

ROUNDS, SECONDS = 5, 2.0
MANY = 8
JOURNALS = 250_000
"""Of four postings each: a million postings."""
Row = dict[str, Any]


@dataclass
class Target:
    """What a row must reach: a least ratio, or a least value."""

    ratio: float | None = None
    value: float | None = None


TARGETS: dict[str, Target] = {}


class Table:
    """The rows, said as they come when there is someone to say them to."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.rows: list[Row] = []
        self._say = say

    def note(
        self, name: str, value: float | None, unit: str, baseline: float | None = None, ratio: float | None = None,
        *, target: Target | None = None,
    ) -> None:  # fmt: skip
        row = {"name": f"ledger: {name}", "value": _round(value), "unit": unit, "baseline": _round(baseline)}
        row["ratio"] = round(ratio, 3) if ratio is not None else None
        self.rows.append(row)
        if target is not None:
            TARGETS[row["name"]] = target
        self._say(line_of(row))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3 if abs(value) < 10 else 1)


def line_of(row: Row) -> str:
    value = "-" if row["value"] is None else f"{row['value']:,}"
    baseline = "" if row["baseline"] is None else f"baseline {row['baseline']:,}"
    ratio = "" if row["ratio"] is None else f"ratio {row['ratio']}"
    return f"{row['name']:<78}{value:>12} {row['unit']:<11} {baseline:<20} {ratio}".rstrip()


def run(say: Callable[[str], None] = lambda _line: None) -> list[Row]:
    """Measure everything; about five minutes."""
    table = Table(say)
    with tempfile.TemporaryDirectory(prefix="xz-bench-") as name, postgresql_server() as server:
        folder = Path(name)
        _check_fsync(server)
        _posting(table, "SQLite", f"sqlite:///{folder}/posting.db")
        url = server.create()
        one = _posting(table, "PostgreSQL", url)
        _beside_the_peer(table, server, url, one)
        server.drop(url)
        for engine, big in (("SQLite", f"sqlite:///{folder}/big.db"), ("PostgreSQL", server.create())):
            _a_million(table, engine, big, folder / f"keys-{engine}")
    return table.rows


def _check_fsync(server: PostgresqlServer) -> None:
    url = server.create()
    with raw(url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            found = connection.execute(f"SHOW {setting}").fetchone()[0]
            if found != "on":
                raise RuntimeError(f"PostgreSQL runs with {setting} {found}; the figures would mean nothing")
    server.drop(url)


def _posting(table: Table, engine: str, url: str) -> float:
    """Both numbers of clients. Returns our rate with one."""
    open_books(url)
    plain = plain_twin(url)
    with clients(url, plain, 1, f"{engine}-1") as alone:
        one = alone.measure(ROUNDS, SECONDS)
    name = f"{engine}, journals of 4 postings"
    table.note(f"{name}, 1 client", one.our_median, "journals/s", one.bare_median, one.ratio, target=Target(ratio=0.6))
    with clients(url, plain, MANY, f"{engine}-{MANY}") as together:
        many = together.measure(3, SECONDS)
    table.note(f"{name}, {MANY} clients", many.our_median, "journals/s", many.bare_median, many.ratio)
    # SQLite has one writer at a time, by its nature: for it this is told, not asked.
    asked = Target(ratio=2.0) if engine == "PostgreSQL" else None
    scaling = many.our_median / one.our_median
    name = f"{engine}, {MANY} clients over 1 client of ours"
    table.note(name, many.our_median, "journals/s", one.our_median, scaling, target=asked)
    without = _without_the_disk(engine, url)
    if without is not None:
        with clients(*without, 1, f"{engine}-cpu") as alone:
            cpu = alone.measure(3, 1.5)
        name = f"{engine}, journals of 4 postings, 1 client, no waiting for the disk"
        table.note(name, cpu.our_median, "journals/s", cpu.bare_median, cpu.ratio)
    return one.our_median


def _without_the_disk(engine: str, url: str) -> tuple[str, str] | None:
    """The same once more where a commit does not wait: on a fast disk, this is what the ratio comes to."""
    if engine == "PostgreSQL":
        quick = f"{url}&options=-c%20synchronous_commit%3Doff"
        return quick, quick
    memory = Path("/dev/shm")  # noqa: S108
    if not memory.is_dir():
        return None
    folder = tempfile.mkdtemp(prefix="xz-bench-", dir=memory)
    fresh = f"sqlite:///{folder}/posting.db"
    open_books(fresh)
    return fresh, plain_twin(fresh)


def _beside_the_peer(table: Table, server: PostgresqlServer, url: str, alone: float) -> None:
    name = "PostgreSQL, the same journals, baseline django-hordak 2.0.0"
    theirs = server.create()
    try:
        with peer(server.socket_dir, database_name(theirs)) as other, clients(url, url, 1, "peer") as ours:
            pairs = [(ours.measure_ours(SECONDS), other.rate(SECONDS)) for _ in range(3)]
    except (PeerUnavailableError, OSError) as error:
        table.note(f"{name}: not measured, {error}", alone, "journals/s")
        return
    finally:
        server.drop(theirs)
    mine, their = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(one / two for one, two in pairs)
    table.note(name, mine, "journals/s", their, ratio, target=Target(ratio=1.0))


def _a_million(table: Table, engine: str, url: str, folder: Path) -> None:
    """Fill, read, seal."""
    open_books(url)
    fill(url, JOURNALS)
    readings = read(url)
    for name, milliseconds in readings.milliseconds.items():
        table.note(f"{engine}, 1 million postings, {name}", milliseconds, "ms")
    indexed = readings.plans - len(readings.scans)
    name = f"{engine}, 1 million postings, plans that use an index"
    table.note(name, indexed, "plans", readings.plans, indexed / readings.plans, target=Target(ratio=1.0))
    for scan in readings.scans:
        table.note(f"{engine} reads a whole table: {scan}", None, "")
    engine_ = open_engine(url)
    began = time.perf_counter()
    sealed = Sealer(Database(engine_), folder, SystemClock()).seal()
    rate = sealed.journals / (time.perf_counter() - began)
    engine_.dispose()
    table.note(f"{engine}, sealing {sealed.journals:,} journals", rate, "journals/s", target=Target(value=20_000))


def shortfalls(rows: list[Row]) -> list[str]:
    """Each target that was missed, as a sentence."""
    found = []
    for row in rows:
        target = TARGETS.get(row["name"])
        if target and target.ratio is not None and row["ratio"] < target.ratio:
            found.append(f"{row['name']}: ratio {row['ratio']}, wanted {target.ratio}")
        if target and target.value is not None and row["value"] < target.value:
            found.append(f"{row['name']}: {row['value']} {row['unit']}, wanted {target.value}")
    return found

