"""The three processes: how each is started, where it listens, how to tell that it is ready.

The supervisor and the tests' harness both start them from here, so the tests run what the demo runs."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tools.console import ROOT
from tools.environments import BOT_PYTHON, PYTHON
from tools.train import MODEL, QUIET

LOOPBACK = "127.0.0.1"
EVERYWHERE = {"", "0.0.0.0"}  # noqa: S104 - recognised, not bound
STOP_SECONDS = 8.0
SEAL_SECONDS = 5
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Surroundings:
    """What the three processes share: ports, database, secrets."""

    data_dir: Path
    database_url: str
    host: str
    port: int
    rasa_port: int
    actions_port: int
    jwt_secret: str = field(repr=False)
    internal_secret: str = field(repr=False)
    demo: bool = True

    def environment(self) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "HOST": self.host,
            "PORT": str(self.port),
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "JWT_SECRET": self.jwt_secret,
            "INTERNAL_SECRET": self.internal_secret,
            "XINZHANG_DEMO": "1" if self.demo else "0",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }


@dataclass(frozen=True)
class Service:
    """One process: what starts it, and the address that answers 200 when it is ready.

    Without an address it serves nobody and is ready when it runs."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    address: str = ""
    ready_path: str = ""

    @property
    def ready_url(self) -> str:
        return self.address + self.ready_path


def services(around: Surroundings) -> list[Service]:
    """Action server, Rasa, gateway. Only the gateway listens where `host` says; the others on loopback."""
    common = around.environment()
    # Rasa needs no identity of a customer beyond the sender that the gateway vouches for.
    for_rasa = {**common, **QUIET, "JWT_SECRET": ""}
    run_rasa = (str(BOT_PYTHON), "-m", "rasa", "run", "--model", str(MODEL))
    where = ("--interface", LOOPBACK, "--port", str(around.rasa_port))
    files = ("--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml")
    inside = f"http://{LOOPBACK}"
    outside = inside if around.host in EVERYWHERE else f"http://{around.host}"
    return [
        Service("action server", (str(PYTHON), "-m", "actions"), common, f"{inside}:{around.actions_port}", "/health"),
        Service("rasa", (*run_rasa, *where, *files), for_rasa, f"{inside}:{around.rasa_port}", "/"),
        Service("gateway", (str(PYTHON), "-m", "channels"), common, f"{outside}:{around.port}", "/healthz"),
    ]


def sealer(around: Surroundings) -> Service:
    """What seals journals into signed blocks, beside the three: the signing key stays out of processes that serve."""
    command = (str(PYTHON), "-m", "credit", "seal", "--every", str(SEAL_SECONDS))
    without_secrets = {**around.environment(), "JWT_SECRET": "", "INTERNAL_SECRET": ""}
    return Service("sealer", command, without_secrets)


class Running:
    """A started service: its process group and its log."""

    def __init__(self, service: Service, log: Path) -> None:
        self.service = service
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._output: IO[bytes] = log.open("ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            service.command,
            cwd=ROOT,
            env={**os.environ, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C reaches only the supervisor, and a stop reaches the service's children too.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def ready(self) -> bool:
        return answers(self.service.ready_url) if self.service.address else self.alive

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # gone; macOS says so with the second
            os.killpg(self.process.pid, number)

    def close(self) -> None:
        self._output.close()


def stop(running: Iterable[Running]) -> None:
    """Ask all groups to end, wait for them together, then end what is left."""
    waiting = list(running)
    for one in waiting:
        one.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for one in waiting:
        with suppress(subprocess.TimeoutExpired):
            one.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        one.signal(signal.SIGKILL)  # also for children that outlived their parent
        one.process.wait()
        one.close()


def wait_ready(
    running: list[Running],
    *,
    timeout: float,
    on_ready: Callable[[Running], None] = lambda _one: None,
    pause: float = 0.1,
) -> Running | None:
    """Wait until all answer, telling of each as it does. Returns the one that died or never answered, or None.

    They are asked one after the other: the gateway, last in line, only answers well when the others do, and
    would write a warning each time before."""
    waiting = deque(running)
    deadline = time.monotonic() + timeout
    while waiting:
        for one in running:
            if not one.alive:
                return one
        if waiting[0].ready():
            on_ready(waiting.popleft())
        elif time.monotonic() > deadline:
            return waiting[0]
        else:
            time.sleep(pause)
    return None


def answers(url: str) -> bool:
    """Whether the address answers 200; never through a proxy, since it is this machine's own."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _die_with_parent() -> None:
    """Linux: have the kernel end this child when the supervisor dies without a chance to stop it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
