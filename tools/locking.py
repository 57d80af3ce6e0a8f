"""Two runs of `make` at once wait for each other instead of writing over each other."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.console import say


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file; the kernel lets go of it when the process dies, however it dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another run that is {what} …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
