"""Make the hashed lock files again from what the two pyproject files and requirements/*.in ask for.

    python3 -m tools.locks [--upgrade]

Without --upgrade, what is pinned and still fits stays pinned."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.console import ROOT, StepError, fail, run, say
from tools.environments import ENVIRONMENTS, PROJECTS, REQUIREMENTS, TOOLS, Environment, ensure_uv
from tools.locking import only_one


def _of_environment(uv: Path, environment: Environment, extra: list[str]) -> None:
    project = environment.folder / "pyproject.toml"
    groups = ["--group", "dev"] if "[dependency-groups]" in project.read_text(encoding="utf-8") else []
    # Relative names, because uv repeats this command in the head of the file that it writes.
    output = "../" * (environment.folder != ROOT) + f"requirements/{environment.name}.lock"
    what = ["pyproject.toml", *groups, "--generate-hashes", "--python-version", environment.version]
    command = [uv, "pip", "compile", *what, "-o", output, "--no-annotate", *extra]
    run(f"requirements/{environment.name}.lock", command, log="lock", cwd=environment.folder)


def _of_tool(uv: Path, name: str, python: list[str], extra: list[str]) -> None:
    what = [f"requirements/{name}.in", "--generate-hashes", *python]
    command = [uv, "pip", "compile", *what, "-o", f"requirements/{name}.lock", "--no-annotate", *extra]
    run(f"requirements/{name}.lock", command, log="lock")


def _name_no_host() -> None:
    for lock in sorted(REQUIREMENTS.glob("*.lock")):
        if "://" in lock.read_text(encoding="utf-8"):
            raise StepError(f"{lock.name} names a host; a lock must not (is an index set in uv's own configuration?)")


def main(arguments: list[str]) -> int:
    try:
        with only_one(TOOLS / "environments.lock", "installing"):
            uv = ensure_uv()
            for name in PROJECTS:
                _of_environment(uv, ENVIRONMENTS[name], arguments)
            for name in ("uv", "node"):
                _of_tool(uv, name, ["--universal", "--python-version", "3.10"], arguments)
            _of_tool(uv, "scoring", ["--python-version", ENVIRONMENTS["scoring"].version], arguments)
        _name_no_host()
    except StepError as failure:
        return fail(str(failure))
    say("The locks are up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
