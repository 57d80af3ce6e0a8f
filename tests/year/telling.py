"""Telling a life from outside: its processes, their deaths, and what they leave."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.year.living import Life
from tools.console import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much life: everything else follows from the seed."""

    seed: int
    customers: int
    days: int


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a life."""

    digest: str
    statements: int
    outcomes: dict[str, int]
    lines: dict[str, int]
    deaths: int
    seconds: float


def tell(url: str, folder: Path, size: Size, *, dies_at: list[int] | None = None) -> Told:
    """Live on this empty database, dying before each of these statements, counted over all processes together.

    Raises RuntimeError when a process ends in another way than by its death or the end of the year."""
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    life = Life(url, folder, seed=size.seed, customers=size.customers)
    life.found()
    life.close()
    deaths, reached = 0, 0
    for moment in [*sorted(dies_at or []), None]:
        dies_before = None if moment is None else max(1, moment - reached)
        end = _process(url, folder, size, dies_before)
        if end is not None:
            seconds = time.monotonic() - started
            statements = reached + end["statements"]
            return Told(end["digest"], statements, end["outcomes"], end["lines"], deaths, seconds)
        deaths, reached = deaths + 1, reached + (dies_before or 0)
    raise RuntimeError("the last process has no death to die")


def _process(url: str, folder: Path, size: Size, dies_before: int | None) -> dict[str, Any] | None:
    """One process; None when it was killed."""
    task = {
        "url": url,
        "folder": str(folder),
        "seed": size.seed,
        "customers": size.customers,
        "days": size.days,
        "dies_before": dies_before,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.year.living"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode == -signal.SIGKILL:
        return None
    if done.returncode:
        raise RuntimeError(f"seed {size.seed}, {url}:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def moments(size: Size, deaths: int, statements: int) -> list[int]:
    """Random statements of a life at which it will be cut, the same for the same seed.

    Looking back after a restart takes statements too, so the last tenth is left alone: every death will come."""
    return sorted(random.Random(f"{size.seed}/deaths").sample(range(2, statements * 9 // 10), deaths))
