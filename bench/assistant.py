"""The assistant as its customers meet it: three real processes, one SQLite file, the web API.

The baseline is bench/assistant_baseline.json, written by `python -m bench --accept`; a ratio above 1 is slower."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.harness.processes import Seeded, Stack, new_stack, seed

BASELINE = Path(__file__).with_name("assistant_baseline.json")
TURNS = 20
LIMIT = "我的额度是多少"
BORROW = "借五百块 分12期"
Row = dict[str, Any]


def run(say: Callable[[str], None], *, accept: bool = False) -> list[Row]:
    """Measure, compare with the accepted figures and tell; about two minutes."""
    measured = measure()
    if accept:
        BASELINE.write_text(json.dumps({row["name"]: row["value"] for row in measured}, indent=2) + "\n", "utf-8")
    known = json.loads(BASELINE.read_text("utf-8")) if BASELINE.exists() else {}
    rows = [_with_baseline(row, known.get(row["name"])) for row in measured]
    for row in rows:
        ratio = f"{row['ratio']:.2f} of the baseline" if row["ratio"] is not None else "no baseline"
        say(f"{row['name']:<44}{row['value']:>10.1f} {row['unit']:<3} {ratio}")
    return rows


def _with_baseline(row: Row, baseline: float | None) -> Row:
    return {**row, "baseline": baseline, "ratio": round(row["value"] / baseline, 3) if baseline else None}


def measure() -> list[Row]:
    rows: list[Row] = []

    def note(name: str, value: float, unit: str) -> None:
        rows.append({"name": name, "value": round(value, 1), "unit": unit})

    with tempfile.TemporaryDirectory(prefix="xz-bench-") as name:
        folder = Path(name)
        seeded = Seeded(folder / "seeded.db")
        note("seeding the demo customers", _seconds(lambda: seed(f"sqlite:///{seeded.sqlite}", folder)), "s")
        stack = new_stack(folder / "data", seeded.new_sqlite)
        note("starting the three processes", _seconds(stack.start), "s")
        try:
            for what, milliseconds in _turns(stack).items():
                note(f"{what}, median", statistics.median(milliseconds), "ms")
                note(f"{what}, slowest of {len(milliseconds)}", max(milliseconds), "ms")
        finally:
            stack.stop()
    return rows


def _turns(stack: Stack) -> dict[str, list[float]]:
    """Milliseconds of a question, of an offer and of its confirmation."""
    token = stack.login(str(stack.customers()[0]["id"]))
    stack.say(token, LIMIT)  # the first message is slower: caches and lazy imports
    limit = [1000 * _seconds(lambda: stack.say(token, LIMIT)) for _ in range(TURNS)]
    offer, confirm = [], []
    for _ in range(3):  # the product file sells a customer only so many loans
        began = time.monotonic()
        replies = stack.say(token, BORROW)
        offer.append(1000 * (time.monotonic() - began))
        offer_id = next(reply["card"]["id"] for reply in replies if (reply["card"] or {}).get("kind") == "offer")
        confirm.append(1000 * _seconds(lambda offer_id=offer_id: stack.confirm(token, offer_id)))  # type: ignore[misc]
    return {"a limit question": limit, "an offer to borrow": offer, "a confirmation": confirm}


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began

