"""The whole year, as `make year` tells it.

    python -m tests.year.run [--seed 1] [--customers 500] [--days 365] [--deaths 20] [--database sqlite]

On each database the year is lived undisturbed and once more with deaths; all digests must be one."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.ledger_proof.databases import BOTH, maker
from tests.year.telling import Size, Told, moments, tell


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.year.run", description="Live a year.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--deaths", type=int, default=20)
    parser.add_argument("--database", choices=BOTH)
    given = parser.parse_args(arguments)
    if min(given.customers, given.days) < 1 or given.deaths < 0:
        parser.error("customers and days are at least 1, deaths at least 0")
    size = Size(seed=given.seed, customers=given.customers, days=given.days)
    say(f"seed {size.seed}: {size.customers} customers, {size.days} days")
    digests = set()
    with tempfile.TemporaryDirectory(prefix="xz-year-") as folder:
        for name in [given.database] if given.database else BOTH:
            undisturbed = live(name, Path(folder) / name, size, [])
            digests.add(undisturbed.digest)
            if given.deaths:
                dies_at = moments(size, given.deaths, undisturbed.statements)
                digests.add(live(name, Path(folder) / f"{name}-killed", size, dies_at).digest)
    if len(digests) > 1:
        say(f"the books differ; replay with --seed {size.seed}")
        return 1
    say("the same books every time")
    return 0


def live(name: str, folder: Path, size: Size, dies_at: list[int]) -> Told:
    """One telling, with a line about it."""
    folder.mkdir()
    with maker(name) as made:
        url = f"sqlite:///{folder / 'books.db'}" if made.engine == "sqlite" else made.empty()
        told = tell(url, folder, size, dies_at=dies_at)
    say(
        f"{name}: {told.deaths} deaths, {told.lines['journals']} journals, {told.lines['statements']} statements, "
        f"{told.lines['loans']} loans, {told.seconds:.0f} s, books {told.digest[:16]}"
    )
    if not dies_at:
        say(f"  {told.outcomes}")
    return told


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
