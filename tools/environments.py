"""Make the environments: uv in .tools/uv, Python 3.12 in .venv, 3.10 in bot/.venv, 3.12 to train the scorecard.

    python3 -m tools.environments [root] [bot] [scoring]      (no name: root and bot)

Each environment remembers the lock it was made from; an unchanged lock costs nothing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.console import ROOT, StepError, fail, run
from tools.locking import only_one

TOOLS = ROOT / ".tools"
REQUIREMENTS = ROOT / "requirements"
UV = TOOLS / "uv" / "bin" / "uv"
STAMP = ".made-from"


@dataclass(frozen=True)
class Environment:
    """A folder with its own `.python-version`, its virtual environment and its lock."""

    name: str
    folder: Path
    lock: Path

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def version(self) -> str:
        return (self.folder / ".python-version").read_text(encoding="ascii").strip()


ENVIRONMENTS = {
    "root": Environment("root", ROOT, REQUIREMENTS / "root.lock"),
    "bot": Environment("bot", ROOT / "bot", REQUIREMENTS / "bot.lock"),
    "scoring": Environment("scoring", ROOT / "tools" / "scorecard", REQUIREMENTS / "scoring.lock"),
}
PROJECTS = ("root", "bot")
"""What runs; the others are made when somebody asks for what they do."""
PYTHON = ENVIRONMENTS["root"].python
BOT_PYTHON = ENVIRONMENTS["bot"].python
SCORING_PYTHON = ENVIRONMENTS["scoring"].python


def prepare(*names: str) -> None:
    """Bring uv and the named environments up to their locks. Raises StepError."""
    with only_one(TOOLS / "environments.lock", "installing"):
        for name in names:
            _prepare(ENVIRONMENTS[name])


def ensure_uv() -> Path:
    """uv of the version and hash in requirements/uv.lock, installed by this python's own pip."""
    lock = REQUIREMENTS / "uv.lock"
    home = TOOLS / "uv"
    made_from = _digest(lock)
    if _stamp(home) == made_from and UV.exists():
        return UV
    shutil.rmtree(home, ignore_errors=True)
    try:
        run("Virtual environment for uv", [sys.executable, "-m", "venv", home], log="uv-venv")
        pip = [home / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
        run("uv", [*pip, "--only-binary", ":all:", "--require-hashes", "-r", lock], log="uv-install")
    except StepError:
        shutil.rmtree(home, ignore_errors=True)
        raise
    (home / STAMP).write_text(made_from, encoding="ascii")
    return UV


def _prepare(environment: Environment) -> None:
    made_from = _digest(environment.lock, environment.folder / ".python-version")
    if _stamp(environment.venv) == made_from and _python_works(environment):
        return
    uv = ensure_uv()
    # Run from the environment's own folder, so that its `.python-version` speaks, to uv and to pyenv alike.
    where = environment.folder
    if not _python_works(environment):
        make = [uv, "venv", "--clear", "--python", environment.version, environment.venv]
        # Behind a pyenv shim this process has version and folder pinned; emptied, the folder's own file speaks again.
        unpinned = {"PYENV_VERSION": "", "PYENV_DIR": ""}
        title = f"Python {environment.version} for {environment.name}"
        run(title, make, log=f"{environment.name}-venv", cwd=where, env=unpinned)
    (environment.venv / STAMP).unlink(missing_ok=True)
    sync = [uv, "pip", "sync", "--require-hashes", "--python", environment.python, environment.lock]
    run(f"Packages of the {environment.name} environment", sync, log=f"{environment.name}-sync", cwd=where)
    (environment.venv / STAMP).write_text(made_from, encoding="ascii")


def _python_works(environment: Environment) -> bool:
    """Whether the environment has a Python of the wanted version that still starts."""
    if not environment.python.exists():
        return False
    ask = [str(environment.python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(ask, check=False, capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout.strip() == environment.version


def _stamp(home: Path) -> str | None:
    stamp = home / STAMP
    return stamp.read_text(encoding="ascii") if stamp.exists() else None


def _digest(*paths: Path) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def main(names: list[str]) -> int:
    try:
        prepare(*(names or PROJECTS))
    except StepError as failure:
        return fail(str(failure))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
