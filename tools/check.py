"""`make test`: every check, each with its seconds; pytest over the rest comes last and has the last word.

    python3 -m tools.check

Two lanes of steps run side by side before it: what needs the model waits for the training, most of which is one core's
work, and what does not need it takes the other core. A failed step does not stop the others. Its name is handed to the
last pytest run, which repeats it in its summary and fails with it, so that the closing line never looks green over a
red step."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.browser import NONE_FOUND, ensure_browser
from tools.console import ROOT, StepError, fail, run, say, seconds_since, stream
from tools.environments import BOT_PYTHON, PYTHON, prepare
from tools.node import node
from tools.train import MODEL, QUIET, train
from tools.widget import tests as widget_tests

FAILED_STEPS = "XINZHANG_FAILED_STEPS"
MOST_WORKERS = 4


def main() -> int:
    started = time.monotonic()
    failed: list[str] = []
    try:
        prepare("root", "bot")
    except StepError as failure:
        return fail(str(failure))
    with ThreadPoolExecutor(len(LANES), thread_name_prefix="lane") as lanes:
        for missed in lanes.map(lambda steps: _lane(steps, started), LANES):
            failed += missed
    say(f"\n── pytest ({seconds_since(started)} since the start)")
    env = {**os.environ, FAILED_STEPS: "\n".join(failed)}
    return subprocess.run(
        [str(PYTHON), "-m", "pytest", "tests", *_side_by_side()], check=False, cwd=ROOT, env=env
    ).returncode


def _lane(steps: dict[str, Callable[[], None]], started: float) -> list[str]:
    """Take the steps one after the other; the names of those that failed."""
    failed = []
    for title, step in steps.items():
        say(f"\n── {title} ({seconds_since(started)} since the start)")
        try:
            step()
        except StepError as failure:
            say(str(failure))
            failed.append(title)
    return failed


def _side_by_side() -> list[str]:
    """Test files side by side, each file in one process: its module's fixtures and the running stack are made once."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    if workers == 1:
        return []
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]  # the order is tests/harness/order.py's


def _lint() -> None:
    stream("lint", [PYTHON, "-m", "tools.lint"])


def _browser() -> None:
    found = ensure_browser()
    say(f"browser: {found}" if found else NONE_FOUND)


def _bot_tests() -> None:
    """Tests of what runs under Python 3.10, apart from the root's conftest, which needs the other environment."""
    if not _any("tests/bot", "test_*.py"):
        say("no tests in tests/bot")
        return
    apart = ["-c", "bot/pyproject.toml", "--rootdir", ".", "--confcutdir", "tests/bot", "-p", "no:cacheprovider"]
    stream("bot tests", [BOT_PYTHON, "-m", "pytest", "-q", *apart, "tests/bot"], env=QUIET)


def _page_tests() -> None:
    found = _any("tests/web", "*.test.mjs") + _any("tests/web", "*.test.js")
    if not found:
        say("no tests in tests/web")
        return
    stream("page tests", [node(), "--test", *found])


def _widget() -> None:
    widget_tests()


def _train() -> None:
    train()
    say(f"model: {MODEL.relative_to(ROOT)}")


def _validate() -> None:
    files = ["--config", "bot/config.yml", "--domain", "bot/domain", "--data", "data", "--fail-on-warnings"]
    run("rasa data validate", [BOT_PYTHON, "-m", "rasa", "data", "validate", *files], log="rasa-validate", env=QUIET)


def _stories() -> None:
    if not _any("tests/stories", "*.yml"):
        say("no stories in tests/stories")
        return
    files = ["--model", MODEL, "--stories", "tests/stories", "--out", "build/rasa-test", "--no-plot"]
    command = [BOT_PYTHON, "-m", "rasa", "test", "core", *files, "--fail-on-prediction-errors"]
    run("rasa test core", command, log="rasa-test", env=QUIET)


def _any(folder: str, pattern: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(pattern))


LANES: list[dict[str, Callable[[], None]]] = [
    {"training": _train, "rasa data validate": _validate, "rasa stories": _stories},
    {"lint": _lint, "browser": _browser, "bot tests": _bot_tests, "page tests": _page_tests, "widget": _widget},
]


if __name__ == "__main__":
    sys.exit(main())
