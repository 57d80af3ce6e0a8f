"""`make bench`: every section, or the one named; prints a table and writes build/bench.json.

    python -m bench [ledger|closing|scoring|assistant]

`build/bench.json` is `[{name, value, unit, baseline, ratio}]`. Ends with 1 when a target was missed."""

from __future__ import annotations

import argparse
import json
import sys

from bench import assistant, closing, ledger, scoring
from tools.console import ROOT, say

RESULT = ROOT / "build" / "bench.json"
SECTIONS = ("ledger", "closing", "scoring", "assistant")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("section", nargs="?", choices=SECTIONS, help="one section only")
    options = parser.parse_args()
    rows, missed = [], []
    if options.section in (None, "ledger"):
        rows += ledger.run(say)
        missed = ledger.shortfalls(rows)
    if options.section in (None, "closing"):
        closed, short = closing.run(say)
        rows, missed = rows + closed, missed + short
    if options.section in (None, "scoring"):
        scored, slow = scoring.run(say)
        rows, missed = rows + scored, missed + slow
    if options.section in (None, "assistant"):
        answered, short = assistant.run(say)
        rows, missed = rows + answered, missed + short
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for sentence in missed:
        say(f"missed: {sentence}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
