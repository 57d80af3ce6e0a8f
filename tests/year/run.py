"""The whole year, as `make year` tells it.

    python -m tests.year.run [--seed 1] [--customers 500] [--days 365] [--deaths 20] [--database sqlite]

On each database the year is lived undisturbed and once more with deaths; all digests must be one. SQLite and PostgreSQL
live side by side, each telling in processes of its own: the undisturbed ones first, since the moments of death are drawn
from how many statements they took, then both with deaths. `--at-once 1` tells one after the other, as does a machine
with one core. A telling that fails ends the others."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.ledger_proof.databases import BOTH, maker
from tests.year.telling import Children, Size, Told, moments, tell


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.year.run", description="Live a year.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--deaths", type=int, default=20)
    parser.add_argument("--database", choices=BOTH)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    if min(given.customers, given.days, given.at_once) < 1 or given.deaths < 0:
        parser.error("customers, days and tellings at once are at least 1, deaths at least 0")
    size = Size(seed=given.seed, customers=given.customers, days=given.days)
    say(f"seed {size.seed}: {size.customers} customers, {size.days} days")
    names = [given.database] if given.database else list(BOTH)
    with tempfile.TemporaryDirectory(prefix="xz-year-") as folder:
        told = live_all({name: [] for name in names}, Path(folder) / "undisturbed", size, given.at_once)
        digests = {life.digest for life in told.values()}
        if given.deaths and len(digests) == 1:
            dies_at = {name: moments(size, given.deaths, life.statements) for name, life in told.items()}
            again = live_all(dies_at, Path(folder) / "killed", size, given.at_once)
            digests |= {life.digest for life in again.values()}
    if len(digests) > 1:
        say(f"the books differ; replay with --seed {size.seed}")
        return 1
    say("the same books every time")
    return 0


def live_all(dies_at: Mapping[str, list[int]], folder: Path, size: Size, at_once: int) -> dict[str, Told]:
    """Tellings side by side, each by its database and with its deaths; a line about each as it ends.

    Raises what the first one that fails raises; the processes of the others are ended then."""
    children, told = Children(), {}
    # Threads only wait here: every telling works in processes of its own.
    with ThreadPoolExecutor(min(at_once, len(dies_at)), thread_name_prefix="telling") as pool:
        try:
            lives = {
                pool.submit(live, name, folder / name, size, dies, children): name for name, dies in dies_at.items()
            }
            for life in as_completed(lives):
                told[lives[life]] = life.result()
                report(lives[life], told[lives[life]])
        except BaseException:
            children.stop()
            raise
    return told


def live(name: str, folder: Path, size: Size, dies_at: list[int], children: Children) -> Told:
    """One telling on a database of its own."""
    folder.mkdir(parents=True)
    with maker(name) as made:
        url = f"sqlite:///{folder / 'books.db'}" if made.engine == "sqlite" else made.empty()
        return tell(url, folder, size, dies_at=dies_at, children=children)


def report(name: str, told: Told) -> None:
    say(
        f"{name}: {told.deaths} deaths, {told.lines['journals']} journals, {told.lines['statements']} statements, "
        f"{told.lines['loans']} loans, {told.seconds:.0f} s, books {told.digest[:16]}"
    )
    if not told.deaths:
        say(f"  {told.outcomes}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
