"""A closing run that dies, started by test_killing.py.

`python -m tests.credit.closing.killing` reads JSON from its input: the database's address, a data directory, the day to
close to, customers a step, workers, and before which statement each of the runs dies by SIGKILL, one after the other.
The last run is left alone. The answer is a JSON list: `killed` or `finished`, and how many statements a run had."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.credit.closing.steps import in_steps
from tests.credit.world import World


def run(task: dict[str, Any], dies_before: int | None) -> int:
    """Close the days; returns how many statements that took."""
    world = in_steps(World(task["url"], Path(task["folder"])), task["customers"])
    numbers, seen = count(1), [0]

    def before(*_: object) -> None:
        seen[0] = next(numbers)
        if seen[0] == dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(world.app.database.engine, "before_cursor_execute", before)
    world.app.close_days(date.fromisoformat(task["until"]), workers=task["workers"])
    world.close()
    return seen[0]


def main() -> None:
    task = json.load(sys.stdin)
    fates = []
    for dies_before in task["deaths"]:
        child = os.fork()
        if child == 0:
            try:
                run(task, dies_before)
            except BaseException:  # noqa: BLE001  (a child must never go on into the parent's loop)
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        fates.append("killed" if killed else "finished" if status == 0 else "failed")
    print(json.dumps(fates))


if __name__ == "__main__":
    main()
