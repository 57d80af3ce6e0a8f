"""ruff over everything, mypy --strict over what touches money, speaks HTTP or runs actions.

.venv/bin/python -m tools.lint"""

from __future__ import annotations

import sys

from tools.console import ROOT, StepError, fail, stream
from tools.environments import PYTHON

TYPED = ("credit", "channels", "actions", "seeds", "tools")


def lint() -> list[StepError]:
    """Both, also when the first complains."""
    failures: list[StepError] = []
    typed = [name for name in TYPED if any((ROOT / name).glob("**/*.py"))]
    steps: dict[str, list[str]] = {"ruff": ["ruff", "check", "."], "mypy": ["mypy", "--strict", *typed]}
    for title, arguments in steps.items():
        try:
            stream(title, [PYTHON, "-m", *arguments])
        except StepError as failure:
            failures.append(failure)
    return failures


def main() -> int:
    failures = lint()
    return fail("\n".join(str(failure) for failure in failures)) if failures else 0


if __name__ == "__main__":
    sys.exit(main())
