"""Fifty customers chat at once with the three real processes: no error, no mixed-up conversation, latencies printed.

    .venv/bin/python -m tools.load [--customers 50] [--minutes 3]

Everything is on loopback and in a folder of its own. Fewer demo customers than fifty exist, so several of the fifty
share one account; each speaker marks a message with a number of its own and must find it in its own history only."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.harness.databases import sqlite_url
from tests.harness.processes import Stack, seed

QUESTIONS = (
    "我的额度是多少",
    "这期账单多少",
    "怎么还款",
    "利息怎么算",
    "我最近买了什么",
    "你好",
    "什么时候还款",
    "借款要什么条件",
)
PAUSE_SECONDS = 6.0
"""Between a customer's answer and the next question: people read."""


@dataclass
class Outcome:
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "xinzhang.db")
        seed(url, Path(folder))
        with Stack(Path(folder), url) as stack:
            outcome = asyncio.run(_chat(stack, min(asked.customers, 200), min(asked.minutes, 30.0) * 60))
    return _report(outcome)


async def _chat(stack: Stack, count: int, seconds: float) -> Outcome:
    outcome = Outcome()
    async with httpx.AsyncClient(
        base_url=stack.url, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=count)
    ) as http:
        ids = [each["id"] for each in (await http.get("/demo/customers")).json()]
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(
                _speaker(http, nth, customer, until, outcome)
                for nth, customer in zip(range(count), itertools.cycle(ids))
            )
        )
        await asyncio.gather(*(_foreign(http, customer, ids, outcome) for customer in ids))
    return outcome


async def _token(http: httpx.AsyncClient, customer: str) -> dict[str, str]:
    token = (await http.post("/demo/login", json={"customer": customer})).json()["token"]
    return {"Authorization": f"Bearer {token}"}


async def _speaker(http: httpx.AsyncClient, nth: int, customer: str, until: float, outcome: Outcome) -> None:
    headers = await _token(http, customer)
    await asyncio.sleep(nth * PAUSE_SECONDS / 50)
    for turn in itertools.count():
        if time.monotonic() > until:
            return
        began = time.monotonic()
        body = {"id": f"{customer[-4:]}-{nth}-{turn}", "text": QUESTIONS[(nth + turn) % len(QUESTIONS)]}
        try:
            answer = await http.post("/v1/messages", json=body, headers=headers)
        except httpx.HTTPError as error:
            outcome.errors.append(type(error).__name__)
            continue
        outcome.seconds.append(time.monotonic() - began)
        if answer.status_code != 200 or not answer.json()["replies"]:
            outcome.errors.append(f"{answer.status_code} {answer.text[:80]}")
        await asyncio.sleep(PAUSE_SECONDS)


async def _foreign(http: httpx.AsyncClient, customer: str, ids: list[str], outcome: Outcome) -> None:
    """Every message of the history carries its sender's mark; another customer's there is a mix-up."""
    headers, before = await _token(http, customer), None
    while True:
        query = {"limit": 100, **({"before": before} if before else {})}
        page = (await http.get("/v1/messages", params=query, headers=headers)).json()
        marks = [message["id"] for message in page["messages"] if message["from"] == "customer"]
        outcome.mixed += [mark for mark in marks if not mark.startswith(customer[-4:])]
        before = page["before"]
        if before is None:
            return


def _report(outcome: Outcome) -> int:
    if len(outcome.seconds) < 2:
        print("no answers at all")
        return 1
    spread = statistics.quantiles(outcome.seconds, n=100)
    mixed = f"{len(outcome.mixed)} messages in a wrong history"
    print(f"{len(outcome.seconds)} answers, {len(outcome.errors)} errors, {mixed}")
    shares = {"median": spread[49], "95 %": spread[94], "99 %": spread[98], "most": max(outcome.seconds)}
    print("seconds: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in shares.items()))
    for error in sorted(set(outcome.errors))[:10]:
        print(f"  {outcome.errors.count(error)} × {error}")
    return 1 if outcome.errors or outcome.mixed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
