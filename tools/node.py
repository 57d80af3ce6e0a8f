"""Find Node 20 or newer; where the machine has none, bring it from a pinned package. Prints its path.

python3 -m tools.node"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.console import StepError, fail, run
from tools.environments import REQUIREMENTS, TOOLS, ensure_uv
from tools.locking import only_one

OLDEST = 20


def node() -> Path:
    """The path of a usable node. Raises StepError."""
    for candidate in (shutil.which("node"), str(_packaged())):
        if candidate and (_major(candidate) or 0) >= OLDEST:
            return Path(candidate)
    with only_one(TOOLS / "environments.lock", "installing"):
        uv = ensure_uv()
        home = TOOLS / "node"
        run("Environment for Node", [uv, "venv", "--clear", home], log="node-venv")
        sync = [uv, "pip", "sync", "--require-hashes", "--python", home / "bin" / "python", REQUIREMENTS / "node.lock"]
        run("Node", sync, log="node-sync")
    if (_major(str(_packaged())) or 0) < OLDEST:
        raise StepError("Node was installed from its package but does not start")
    return _packaged()


def _packaged() -> Path:
    return TOOLS / "node" / "bin" / "node"


def _major(command: str) -> int | None:
    """The major version that a node names itself, or None where it does not start."""
    try:
        answer = subprocess.run([command, "--version"], check=False, capture_output=True, text=True, timeout=30)
    except OSError:
        return None
    number = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(number) if number.isdigit() else None


def main() -> int:
    try:
        print(node())
    except StepError as failure:
        return fail(str(failure))
    return 0


if __name__ == "__main__":
    sys.exit(main())
