"""Telling a life from outside: its processes, their deaths, and what they leave."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


class Children:
    """The processes of tellings that go on side by side: when one fails, all of them are ended."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._changing = threading.Lock()
        self._stopped = False

    def run(self, task: dict[str, Any]) -> tuple[int, str, str]:
        """One process of `tests.year.living` to its end: how it ended, and what it wrote. Raises RuntimeError once they
        are stopped."""
        with self._changing:
            if self._stopped:
                raise RuntimeError("stopped, since another telling failed")
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.year.living"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            self._running.add(child)
        try:
            written, complaints = child.communicate(json.dumps(task))
        finally:
            with self._changing:
                self._running.discard(child)
        return child.returncode, written, complaints

    def stop(self) -> None:
        with self._changing:
            self._stopped = True
            for child in self._running:
                child.terminate()  # SIGKILL is how a death looks that was wanted


def tell(
    url: str, folder: Path, size: Size, *, dies_at: list[int] | None = None, children: Children | None = None
) -> Told:
    """Live on this empty database, dying before each of these statements, counted over all processes together.

    Raises RuntimeError when a process ends in another way than by its death or the end of the year."""
    children = children or Children()
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    deaths, reached = 0, 0
    for moment in [*sorted(dies_at or []), None]:
        dies_before = None if moment is None else max(1, moment - reached)
        end = _process(children, url, folder, size, founds=not deaths, dies_before=dies_before)
        if end is not None:
            seconds = time.monotonic() - started
            statements = reached + end["statements"]
            return Told(end["digest"], statements, end["outcomes"], end["lines"], deaths, seconds)
        deaths, reached = deaths + 1, reached + (dies_before or 0)
    raise RuntimeError("the last process has no death to die")


def _process(
    children: Children, url: str, folder: Path, size: Size, *, founds: bool, dies_before: int | None
) -> dict[str, Any] | None:
    """One process; None when it was killed."""
    task = {
        "url": url,
        "folder": str(folder),
        "seed": size.seed,
        "customers": size.customers,
        "days": size.days,
        "founds": founds,
        "dies_before": dies_before,
    }
    ended, written, complaints = children.run(task)
    if ended == -signal.SIGKILL and dies_before is not None:
        return None
    if ended:
        raise RuntimeError(f"seed {size.seed}, {url}, ended by {ended}:\n{written[-2000:]}\n{complaints[-6000:]}")
    told: dict[str, Any] = json.loads(written.splitlines()[-1])
    return told


def moments(size: Size, deaths: int, statements: int) -> list[int]:
    """Random statements of a life at which it will be cut, the same for the same seed.

    Looking back after a restart takes statements too, so the last tenth is left alone: every death will come."""
    return sorted(random.Random(f"{size.seed}/deaths").sample(range(2, statements * 9 // 10), deaths))
