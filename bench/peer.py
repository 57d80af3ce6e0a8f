"""A peer measured beside us: django-hordak, in an environment of its own under build/, never in ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "peer-venv"
PACKAGES = ("django-hordak==2.0.0", "django==6.1.3", "psycopg[binary]==3.3.9")
CUSTOMERS = 200
"""Fewer than ours: opening 30,000 accounts through its tree of accounts takes longer than the bench. In its favour."""


class PeerUnavailableError(Exception):
    """The peer could not be installed or started; the message says why."""


def install() -> Path:
    """The peer's Python. Raises PeerUnavailableError."""
    python, mark = HOME / "bin" / "python", HOME / "complete"
    if mark.exists() and mark.read_text("utf-8") == "\n".join(PACKAGES):
        return python
    for command in ([sys.executable, "-m", "venv", "--clear", HOME], [python, "-m", "pip", "install", "-q", *PACKAGES]):
        done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, timeout=180)
        if done.returncode:
            raise PeerUnavailableError((done.stderr.strip() or done.stdout.strip())[-200:])
    mark.write_text("\n".join(PACKAGES), "utf-8")
    return python


class Peer:
    """Its process, which posts for as long as it is told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def rate(self, seconds: float) -> float:
        """Journals a second."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        count, took = self._process.stdout.readline().split()
        return int(count) / float(took)


@contextmanager
def peer(socket_dir: str, database: str) -> Iterator[Peer]:
    """Started on an empty database. Raises PeerUnavailableError."""
    script = Path(__file__).with_name("peer_hordak.py")
    command = [str(install()), str(script), socket_dir, database, str(CUSTOMERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise PeerUnavailableError("it did not start; its error stands above")
            yield Peer(process)
        finally:
            process.kill()
