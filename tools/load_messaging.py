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
from tests.ledger_proof.databases import postgresql_server
from tools.console import ROOT
from tools.environments import PYTHON
from tools.fakes.server import Served
from tools.services import LOOPBACK, free_ports

LIMIT_SECONDS = {"feishu": 3.0, "wechat": 5.0}
"""How long the strictest and the usual platform wait for an acknowledgement."""
DRAIN_SECONDS = 300.0
WARM_UP = 20
LINES = 64
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

    def __init__(self, secret: str, outcome: Outcome) -> None:
        self._secret = secret
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

    async def line(self, port: int, due: asyncio.Queue[tuple[str, str, float]]) -> None:
        """One kept connection. Bare on purpose: a pooled client of a thousand requests measures itself."""
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        while True:
            user, mark, at = await due.get()
            writer.write(self._request(user, mark))
            status = int((await reader.readline()).split()[1])
            length = 0
            while (header := await reader.readline()) != b"\r\n":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            await reader.readexactly(length)
            # From the moment it was due, so that waiting for a free line counts too.
            self._outcome.seconds.append(time.perf_counter() - at)
            if status == 200:
                self._outcome.taken.add(mark)
            else:
                self._outcome.refused[str(status)] += 1
            due.task_done()

    def _request(self, user: str, mark: str) -> bytes:
        body = json.dumps({"id": mark, "user": user, "text": mark}).encode()
        timestamp = str(int(time.time()))
        head = (
            f"POST /hooks/load HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Type: application/json\r\n"
            f"X-Timestamp: {timestamp}\r\nX-Signature: {sign(self._secret, timestamp, body)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def measure(rate: int, seconds: int, people: int, database_url: str, folder: Path) -> Outcome:
    outcome = Outcome()
    (port,) = free_ports(1)
    secret = "load-" + os.urandom(12).hex()
    platform = Platform(secret, outcome)
    served = Served(platform)
    await served.start()
    file = folder / "messaging.yml"
    channel = {"kind": "plain", "secret": "${LOAD_SECRET}", "base_url": served.address}
    file.write_text(json.dumps({"public_url": f"http://{LOOPBACK}:{port}", "channels": {"load": channel}}))
    env = {VARIABLE: str(file), "LOAD_SECRET": secret, "PORT": str(port), "DATABASE_URL": database_url}
    with _gateway({**env, "DATA_DIR": str(folder), "LOAD_PEOPLE": str(people)}, folder / "gateway.log"):
        await _until_ready(port)
        due: asyncio.Queue[tuple[str, str, float]] = asyncio.Queue()
        lines = [asyncio.create_task(platform.line(port, due)) for _ in range(LINES)]
        for nth in range(WARM_UP):
            due.put_nowait((f"u{nth % people}", f"#warm-{nth}", time.perf_counter()))
        await due.join()
        outcome.seconds.clear()
        await _steadily(due, rate, seconds, people)
        await _drained(outcome)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
    await served.stop()
    return outcome


async def _steadily(due: asyncio.Queue[tuple[str, str, float]], rate: int, seconds: int, people: int) -> None:
    """One webhook each 1/rate seconds, by the clock and not by the answers."""
    began = time.perf_counter()
    for nth in range(rate * seconds):
        at = began + nth / rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        due.put_nowait((f"u{nth % people}", f"#{nth}", at))
    await due.join()


async def _drained(outcome: Outcome) -> None:
    """Until every acknowledged message is answered, or patience ends."""
    began = time.perf_counter()
    while outcome.taken - set(outcome.shown) and time.perf_counter() - began < DRAIN_SECONDS:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    await asyncio.sleep(1.0)  # for doubles
    outcome.drained_after = time.perf_counter() - began - 1.0


async def _until_ready(port: int) -> None:
    until = time.perf_counter() + START_SECONDS
    async with httpx.AsyncClient(trust_env=False) as http:
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
    with postgresql_server() as server:
        yield server.create()


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
