"""Train the Rasa model when one of its inputs changed.

python3 -m tools.train [--force]"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.processor import blas_kernels
from tools.console import ROOT, StepError, fail, run, say, tail
from tools.environments import BOT_PYTHON, TOOLS, prepare
from tools.locking import only_one

MODEL = ROOT / "bot" / "models" / "model.tar.gz"
MADE_FROM = MODEL.with_name("model.inputs-hash")
CACHES = ROOT / "bot" / ".rasa"
INPUTS = ("bot/config.yml", "bot/domain", "bot/components", "bot/lexicon", "data", "requirements/bot.lock")
CODE = ("bot/components", "bot/lexicon", "requirements/bot.lock")

OLD_WAYS = ("Deprecation", "PendingDeprecation", "Future", "Import")
# Rasa's own lines about old interfaces of its pinned libraries; ours are seen by `rasa data validate` and the tests.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": ",".join(f"ignore::{kind}Warning" for kind in OLD_WAYS),
    "PYTHONPATH": str(ROOT),
    "PYTHONUNBUFFERED": "1",
    # Idle workers of one library that spin take the cores from the next one: parsing took twice as long.
    "OMP_WAIT_POLICY": "passive",
    **blas_kernels(),
}


def train(*, force: bool = False) -> Path:
    """Leave a model that fits its inputs at bot/models/model.tar.gz. Raises StepError."""
    prepare("bot")
    with only_one(TOOLS / "train.lock", "training"):
        wanted = digest(INPUTS)
        if not force and MODEL.exists() and MADE_FROM.exists() and MADE_FROM.read_text(encoding="ascii") == wanted:
            return MODEL
        say("Training the model: one of its inputs is new.")
        built = _train()
        MODEL.parent.mkdir(parents=True, exist_ok=True)
        MADE_FROM.unlink(missing_ok=True)
        # Renamed into place, so that a Rasa that starts now reads the old model or the new one, never a half.
        built.replace(MODEL)
        MADE_FROM.write_text(wanted, encoding="ascii")
    return MODEL


def _train() -> Path:
    out = ROOT / "build" / "training"
    shutil.rmtree(out, ignore_errors=True)
    arguments = ["--config", "bot/config.yml", "--domain", "bot/domain", "--data", "data", "--out", out]
    command = [BOT_PYTHON, "-m", "rasa", "train", *arguments, "--fixed-model-name", "model"]
    log = run("Training", command, log="train", env={**QUIET, "RASA_CACHE_DIRECTORY": str(_cache())}, show=_worth)
    if "Misaligned entity annotation" in log.read_text(encoding="utf-8", errors="replace"):
        raise StepError(f"Rasa dropped an entity that does not end on a token border; see {log}:\n{tail(log)}")
    return out / "model.tar.gz"


def _cache() -> Path:
    """Rasa's cache, one for each state of our components: Rasa would not notice a change in a module they import."""
    cache = CACHES / f"cache-{digest(CODE)[:12]}"
    for old in CACHES.glob("cache*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _worth(line: str) -> str | None:
    """The lines of Rasa's output that tell how far it is."""
    for start in ("Starting to train component", "Finished training component", "Restored component"):
        if start in line:
            return line[line.index(start) :].rstrip(".")
    return None


def digest(names: tuple[str, ...]) -> str:
    """One hash over the names and contents of files and folders below the repository's root."""
    whole = hashlib.sha256()
    for name in names:
        for path in _files(ROOT / name):
            content = path.read_bytes()
            whole.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (
            below
            for below in sorted(path.rglob("*"))
            if below.is_file() and "__pycache__" not in below.parts and not below.name.startswith(".")
        )


def main(arguments: list[str]) -> int:
    try:
        train(force="--force" in arguments)
    except StepError as failure:
        return fail(str(failure))
    say("The model is up to date: bot/models/model.tar.gz")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
