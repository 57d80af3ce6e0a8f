"""A whole turn against the same Rasa with an action server that does nothing, question by question in one run.

Ours: web API, identity, history, Rasa, the actions, the ledger. Bare: a second Rasa process with the same model as Rasa
comes, its own channel and tracker store (bench/bare_rasa), asked directly, and `bench.empty_actions`. Both are asked
the same sentences in turn, so that a noisy machine is as noisy for one as for the other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bench.rows import Row, Table
from tests.harness.processes import START_SECONDS, Stack
from tools.environments import PYTHON
from tools.services import LOOPBACK, Running, Service, free_ports, services, stop, wait_ready

SENTENCES = ("我的额度是多少", "这个月账单多少", "账单怎么这么多", "我的借款还剩几期", "最低还款要还多少", "几号还款")
ROUNDS = 20
MOST_AT_MEDIAN = 1.5
MOST_AT_95 = 2.0


def measure(stack: Stack, folder: Path, table: Table) -> None:
    """Note two rows: the median and the 95th percentile of a turn in milliseconds, the bare Rasa as baseline."""
    token = stack.login(str(stack.customers()[0]["id"]))
    with bare_rasa(stack, folder) as ask:
        asked = {"ours": lambda text: stack.say(token, text), "bare": ask}
        took: dict[str, list[float]] = {name: [] for name in asked}
        for number in range(ROUNDS + 1):
            for text in SENTENCES:
                for name, say in asked.items():
                    milliseconds = _milliseconds(say, text)
                    if number:  # the first round fills caches
                        took[name].append(milliseconds)
    for ending, of in (("median", statistics.median), ("95 %", _at_95)):
        ours, bare = of(took["ours"]), of(took["bare"])
        table.note(f"a turn beside a bare Rasa, {ending}", ours, "ms", bare, ours / bare)


def shortfalls(rows: list[Row]) -> list[str]:
    """What was asked for and not reached."""
    most = {"median": MOST_AT_MEDIAN, "95 %": MOST_AT_95}
    told = []
    for row in rows:
        for ending, ratio in most.items():
            if row["name"].endswith(f"bare Rasa, {ending}") and row["ratio"] > ratio:
                told.append(f"{row['name']}: {row['ratio']:.2f} × instead of at most {ratio} ×")
    return told


@contextmanager
def bare_rasa(stack: Stack, folder: Path) -> Iterator[Callable[[str], Any]]:
    """A way to ask a Rasa of the same model whose actions do nothing."""
    rasa_port, actions_port = free_ports(2)
    around = replace(stack.around, data_dir=folder / "bare", rasa_port=rasa_port, actions_port=actions_port)
    around.data_dir.mkdir(parents=True)
    rasa = as_rasa_comes(next(service for service in services(around) if service.name == "rasa"))
    command = (str(PYTHON), "-m", "bench.empty_actions", str(actions_port))
    empty = Service("empty actions", command, around.environment(), f"http://{LOOPBACK}:{actions_port}", "/")
    running = [Running(service, folder / f"bare-{service.name.replace(' ', '-')}.log") for service in (empty, rasa)]
    sender = str(uuid4())
    try:
        if failed := wait_ready(running, timeout=START_SECONDS):
            raise RuntimeError(f"{failed.service.name} did not become ready, see {failed.log}")
        with httpx.Client(timeout=30.0, trust_env=False) as client:

            def ask(text: str) -> Any:
                address = f"http://{LOOPBACK}:{rasa_port}/webhooks/rest/webhook"
                answer = client.post(address, json={"sender": sender, "message": text})
                answer.raise_for_status()
                if not answer.json():
                    raise RuntimeError(f"the bare Rasa did not answer {text!r}")
                return answer.json()

            yield ask
    finally:
        stop(running)


def as_rasa_comes(rasa: Service) -> Service:
    """The same process without anything of ours but the model."""
    files = {
        "bot/endpoints.yml": "bench/bare_rasa/endpoints.yml",
        "bot/credentials.yml": "bench/bare_rasa/credentials.yml",
    }
    return replace(rasa, command=tuple(files.get(part, part) for part in rasa.command))


def _at_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _milliseconds(say: Callable[[str], Any], text: str) -> float:
    began = time.monotonic()
    say(text)
    return 1000 * (time.monotonic() - began)
