"""Random operations against the model for as long as asked.

    python -m tests.ledger_proof.soak --minutes 10 [--seed 1] [--database sqlite]

Each round takes a seed of its own and says it, so that a failing round can be played again alone."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
import warnings

from tests.ledger_proof.databases import BOTH, Maker, maker
from tests.ledger_proof.play import play

STEPS_A_ROUND = 500
MOST_MINUTES = 24 * 60


def soak(makers: list[Maker], minutes: float, first_seed: int) -> int:
    """Rounds on each database in turn until the time is over; at least one each. Returns the exit status."""
    end, taken, with_seed = time.monotonic() + 60 * minutes, 0, first_seed
    while True:
        for made in makers:
            try:
                steps = play(made, STEPS_A_ROUND, with_seed).total()
            except Exception:  # noqa: BLE001  (whatever it is, it is a finding)
                traceback.print_exc()
                sys.stdout.write(f"{made.engine}: failed; replay with --seed {with_seed} --database {made.engine}\n")
                return 1
            taken += steps
            sys.stdout.write(f"{made.engine}: seed {with_seed}, {steps} steps right, {taken} in all\n")
            sys.stdout.flush()
        if time.monotonic() >= end:
            return 0
        with_seed += 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.ledger_proof.soak", description="Soak the ledger.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--database", choices=BOTH)
    given = parser.parse_args(arguments)
    if not 0 <= given.minutes <= MOST_MINUTES:
        parser.error(f"--minutes lies between 0 and {MOST_MINUTES}")
    warnings.simplefilter("error")
    engines = [given.database] if given.database else list(BOTH)
    if len(engines) == 1:
        with maker(engines[0]) as one:
            return soak([one], given.minutes, given.seed)
    with maker(engines[0]) as one, maker(engines[1]) as other:
        return soak([one, other], given.minutes, given.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
