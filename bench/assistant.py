"""The assistant as its customers meet it: three real processes, one SQLite file, the web API.

The baseline of a turn is a Rasa of the same model whose actions do nothing, measured beside it (bench/turns.py)."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import turns
from bench.rows import Row, Table
from tests.harness.processes import Seeded, Stack, new_stack, seed

OFFERS = 3
BORROW = "借五百块 分12期"


def run(say: Callable[[str], None]) -> tuple[list[Row], list[str]]:
    """Measure and tell, about three minutes. The rows, and what was asked for and missed."""
    table = Table("assistant", say)
    with tempfile.TemporaryDirectory(prefix="xz-bench-") as name:
        folder = Path(name)
        seeded = Seeded(folder / "seeded.db")
        table.note("seeding the demo customers", _seconds(lambda: seed(f"sqlite:///{seeded.sqlite}", folder)), "s")
        stack = new_stack(folder / "data", seeded.new_sqlite)
        table.note("starting the three processes", _seconds(stack.start), "s")
        try:
            for what, milliseconds in _offers(stack).items():
                table.note(f"{what}, median of {OFFERS}", statistics.median(milliseconds), "ms")
            turns.measure(stack, folder, table)
        finally:
            stack.stop()
    return table.rows, turns.shortfalls(table.rows)


def _offers(stack: Stack) -> dict[str, list[float]]:
    """Milliseconds of an offer and of its confirmation."""
    token = stack.login(str(stack.customers()[0]["id"]))
    stack.say(token, turns.SENTENCES[0])  # the first message is slower: caches and lazy imports
    offer, confirm = [], []
    for _ in range(OFFERS):  # the product file sells a customer only so many loans
        began = time.monotonic()
        replies = stack.say(token, BORROW)
        offer.append(1000 * (time.monotonic() - began))
        offer_id = next(reply["card"]["id"] for reply in replies if (reply["card"] or {}).get("kind") == "offer")
        confirm.append(1000 * _seconds(lambda offer_id=offer_id: stack.confirm(token, offer_id)))  # type: ignore[misc]
    return {"an offer to borrow": offer, "a confirmation": confirm}


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
