"""One clear line a step, with the seconds it took, and a sign of life while it is long."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "logs"
HEARTBEAT_SECONDS = 15.0
TAIL_LINES = 40


class StepError(Exception):
    """A step that did not work; the text is for the person at the terminal."""


def say(text: str) -> None:
    """Print at once, also into a pipe: a step that seems to hang is worse than a chatty one."""
    print(text, flush=True)


def seconds_since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def run(
    title: str,
    command: Iterable[object],
    *,
    log: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    show: Callable[[str], str | None] | None = None,
) -> Path:
    """Run a command with its output in build/logs/<log>.log and say how long it took.

    `show` turns a line of output into a line worth printing, or None. Raises StepError with the end of the output."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    started = time.monotonic()
    with path.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )

        def copy() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                output.write(line)
                output.flush()
                if show is not None and (worth := show(line.rstrip())):
                    say(f"  {seconds_since(started):>8}  {worth}")

        reader = threading.Thread(target=copy, daemon=True)
        reader.start()
        status = _wait(process, title, started)
        reader.join(timeout=5)
    if status != 0:
        how = f"failed after {seconds_since(started)} (exit {status})"
        raise StepError(f"{title}: {how}. The end of {path}:\n{tail(path)}")
    say(f"{title}: {seconds_since(started)}")
    return path


def stream(title: str, command: Iterable[object], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a command with its output on the terminal as it comes. Raises StepError."""
    started = time.monotonic()
    whole = {**os.environ, **(env or {})}
    status = subprocess.run([str(part) for part in command], check=False, cwd=cwd, env=whole).returncode
    if status != 0:
        raise StepError(f"{title}: failed after {seconds_since(started)} (exit {status})")
    say(f"{title}: {seconds_since(started)}")


def fail(text: str) -> int:
    print(text, file=sys.stderr, flush=True)
    return 1


def _wait(process: subprocess.Popen[str], title: str, started: float) -> int:
    try:
        while True:
            try:
                return process.wait(timeout=HEARTBEAT_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"  {seconds_since(started):>8}  … {title}")
    except BaseException:
        process.terminate()
        process.wait()
        raise
