"""What a life has decided and done, on disk: a process that is killed reads here where it was.

A line is written and handed to the system before the thing itself is done, as a client keeps the request id that it is
about to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.year.people import Intent


class Diary:
    """Plans by day, and what has been done of them."""

    def __init__(self, file: Path) -> None:
        self._plans: dict[str, list[Intent]] = {}
        self._done: dict[str, int] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                self._remember(line)
        self._file = file.open("a", encoding="utf-8")

    def close(self) -> None:
        self._file.close()

    def plan(self, day: str) -> list[Intent] | None:
        """What was decided for a day; None when nothing was yet."""
        return self._plans.get(day)

    def done(self, day: str) -> int:
        """How many of the day's intents are done for sure; the next one may be done too."""
        return self._done.get(day, 0)

    def decide(self, day: str, plan: list[Intent]) -> None:
        self._write({"day": day, "plan": plan})

    def tick(self, day: str, outcome: str) -> None:
        self._write({"day": day, "done": outcome})

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry)
        self._file.write(line + "\n")
        self._file.flush()  # to the system: a killed process cannot take it back
        self._remember(line)

    def _remember(self, line: str) -> None:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            return  # the process died in the middle of this line
        if "plan" in entry:
            self._plans[entry["day"]] = entry["plan"]
        else:
            self._done[entry["day"]] = self._done.get(entry["day"], 0) + 1
