"""A process that dies in the middle of confirming, started by test_crash.py.

`python -m tests.credit.crashing` reads JSON from its input: the database's address, a data directory, and for each
death the customer, the offer and the moment: `before <nth> statements`, `between journal and rest`,
`before the commit` or `after the commit`.
It forks one child for each death; the child confirms and kills itself with SIGKILL, so nothing of it can be undone by
`finally`. The answer is a JSON list of what became of the children: `killed`, `finished` or `failed`."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event

from tests.credit.world import World
from tests.harness.pin import PIN


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Death:
    """Counts the statements of the transaction that writes a journal, and strikes at the given moment."""

    def __init__(self, engine: Any, moment: str) -> None:
        self._word, _, rest = moment.partition(" ")
        self._nth = int(rest.split()[0]) if rest.split()[0].isdigit() else None
        self._seen, self._journal = 0, False
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "commit", self._commit)

    def _before(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self._seen += 1
        if self._nth is not None and self._seen == self._nth:
            die()

    def _after(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self._journal = self._journal or statement.startswith("INSERT INTO journals")
        if self._journal and self._word == "between":
            die()

    def _commit(self, _connection: Any) -> None:
        if self._journal and self._word == "before" and self._nth is None:
            die()


def confirm(url: str, folder: str, death: dict[str, str]) -> None:
    """Confirm the offer, unless death comes first."""
    world = World(url, Path(folder))
    Death(world.app.database.engine, death["moment"])
    world.app.confirm_offer(UUID(death["customer"]), UUID(death["offer"]), PIN)
    if death["moment"].startswith("after"):
        die()
    world.close()


def main() -> None:
    task = json.load(sys.stdin)
    fates = []
    for death in task["deaths"]:
        child = os.fork()
        if child == 0:
            try:
                confirm(task["url"], task["folder"], death)
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
