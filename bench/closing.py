"""The closing's section of `make bench`, on PostgreSQL.

    python -m bench closing

Two lenders, of 10,000 and of 100,000 accounts (lines and loans). After days that warm up, ordinary days are closed by
two workers in a process of its own, in turns with the baseline of closing_bare.py; medians. Memory is the process's
peak. A small lender tells what a morning costs on which every line gets its statement."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bench.closing_bare import accrue_bare, plain_twin
from bench.closing_books import START, fill
from bench.rows import Row, Table
from tests.ledger_proof.databases import postgresql_server
from tools.console import ROOT

SIZES = (10_000, 100_000)
WARM, MEASURED, WORKERS = 2, 3, 2
FEW, MONTH_END = 1_000, date(2026, 11, 30)
MOST_TIMES_BARE, MOST_GROWTH, MOST_MEGABYTES = 4.0, 1.2, 500


@dataclass(frozen=True)
class Lender:
    """What was measured of one lender."""

    accounts: int
    seconds: float
    bare: float
    megabytes: float


def run(say: Callable[[str], None] = lambda _line: None) -> tuple[list[Row], list[str]]:
    """Measure everything, about three minutes. Returns the rows and what missed its target."""
    table = Table("closing", say)
    with postgresql_server() as server:
        lenders = []
        for accounts in SIZES:
            url = server.create()
            lenders.append(_measure(url, accounts))
            _tell(table, lenders[-1])
            server.drop(url)
        _statements(table, server.create())
    small, large = lenders
    growth = (large.seconds / large.accounts) / (small.seconds / small.accounts)
    table.note("time an account, 100,000 over 10,000", large.seconds / large.accounts * 1e6, "µs",
               small.seconds / small.accounts * 1e6, growth)  # fmt: skip
    return table.rows, _missed(lenders, growth)


def _measure(url: str, accounts: int) -> Lender:
    fill(url, accounts)
    _close(url, START + timedelta(days=WARM))
    plain_twin(url)
    ours, bare, megabytes = [], [], []
    for nth in range(MEASURED):
        day = START + timedelta(days=WARM + nth)
        took, peak = _close(url, day + timedelta(days=1))
        ours.append(took)
        megabytes.append(peak)
        bare.append(accrue_bare(url, day)[0])
    return Lender(accounts, statistics.median(ours), statistics.median(bare), max(megabytes))


def _close(url: str, until: date) -> tuple[float, float]:
    """Seconds and peak memory in MB of closing up to a day, by a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.closing_run", url, until.isoformat(), str(WORKERS)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["megabytes"]


def _tell(table: Table, lender: Lender) -> None:
    name = f"{lender.accounts:,} accounts, an ordinary day"
    ratio = lender.seconds / lender.bare
    table.note(f"{name}, by {WORKERS} workers", lender.accounts / lender.seconds, "accounts/s",
               lender.accounts / lender.bare, ratio)  # fmt: skip
    table.note(f"{name}, peak memory", lender.megabytes, "MB", MOST_MEGABYTES, lender.megabytes / MOST_MEGABYTES)


def _statements(table: Table, url: str) -> None:
    """The last day of a month, after which all lines of the lender get their statements."""
    fill(url, FEW, MONTH_END)
    took, _ = _close(url, MONTH_END + timedelta(days=1))
    table.note(f"{FEW:,} accounts, a statement for every line", FEW / took, "accounts/s")


def _missed(lenders: list[Lender], growth: float) -> list[str]:
    found = [
        f"closing {lender.accounts:,} accounts took {lender.seconds / lender.bare:.2f} times the bare statement"
        for lender in lenders
        if lender.seconds > MOST_TIMES_BARE * lender.bare
    ]
    found += [
        f"closing {lender.accounts:,} accounts took {lender.megabytes:.0f} MB"
        for lender in lenders
        if lender.megabytes > MOST_MEGABYTES
    ]
    if growth > MOST_GROWTH:
        found.append(f"the time an account grew by {growth - 1:.0%} from 10,000 to 100,000 accounts")
    return found
