"""The section of scoring of `make bench`, on PostgreSQL: 100,000 customers scored anew from their ledger.

    python -m bench scoring

By the same code as `python -m credit rescore`, in a process of its own whose peak memory is measured; then again, when
everybody has a score of the day already, as after a run that was stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from bench.rows import Row, Table
from bench.scoring_books import fill
from tests.ledger_proof.databases import postgresql_server
from tools.console import ROOT

CUSTOMERS, FEW = 100_000, 10_000
MOST_SECONDS, MOST_MEGABYTES, MOST_GROWTH = 60.0, 500, 1.2


def run(say: Callable[[str], None] = lambda _line: None) -> tuple[list[Row], list[str]]:
    """Measure everything, two or three minutes. Returns the rows and what missed its target."""
    table, missed = Table("scoring", say), []
    with postgresql_server() as server:
        memory = {}
        for customers in (FEW, CUSTOMERS):
            url = server.create()
            fill(url, customers)
            took = _rescore(url)
            memory[customers] = took["megabytes"]
            name = f"{customers:,} customers scored anew"
            target = MOST_SECONDS * customers / CUSTOMERS
            table.note(name, took["seconds"], "s", target, took["seconds"] / target)
            table.note(f"{name}, thin files among them", took["thin"], "customers")
            table.note(
                f"{name}, peak memory", took["megabytes"], "MB", MOST_MEGABYTES, took["megabytes"] / MOST_MEGABYTES
            )
            if took["seconds"] > target:
                missed.append(f"scoring {customers:,} customers anew took {took['seconds']:.0f} s")
            if took["megabytes"] > MOST_MEGABYTES:
                missed.append(f"scoring {customers:,} customers anew took {took['megabytes']:.0f} MB")
        again = _rescore(url)
        table.note(f"{CUSTOMERS:,} customers, all of them scored before", again["seconds"], "s")
    growth = memory[CUSTOMERS] / memory[FEW]
    table.note("peak memory, 100,000 over 10,000 customers", growth, "times", MOST_GROWTH, growth / MOST_GROWTH)
    if growth > MOST_GROWTH:
        missed.append(f"memory of scoring grew {growth:.2f} times from 10,000 to 100,000 customers")
    return table.rows, missed


def _rescore(url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.scoring_run", url], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
