"""The three real processes, started for the tests the way `make demo` starts them."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.harness.databases import PostgresqlServer, copy_sqlite, sqlite_url
from tests.harness.pin import PIN
from tools.console import ROOT, tail
from tools.environments import PYTHON
from tools.services import LOOPBACK, Running, Surroundings, free_ports, services, stop, wait_ready

START_SECONDS = 300.0
TURN_SECONDS = 30.0
# A test says in seconds what a person says in minutes.
# And a reminder that comes in between would be a bubble nobody waits for.
GENEROUS = {"RATE_PER_CUSTOMER": "6000", "RATE_PER_ADDRESS": "60000", "NOTICE_SECONDS": "0"}
NAMES = {"actions": "action server", "rasa": "rasa", "gateway": "gateway"}

Json = dict[str, Any]


class RefusedError(Exception):
    """The web API refused: its status, and the code and message of its body."""

    def __init__(self, response: httpx.Response) -> None:
        body = response.json() if "json" in response.headers.get("content-type", "") else {}
        self.status = response.status_code
        self.code: str | None = body.get("code")
        self.message: str | None = body.get("message")
        asked = f"{response.request.method} {response.request.url.path}"
        super().__init__(f"{asked}: {self.status} {self.code} {self.message}")


def seed(database_url: str, data_dir: Path) -> None:
    """Fill a database with the demo customers, in a process of its own as `make demo` does it."""
    env = {"DATA_DIR": str(data_dir), "DATABASE_URL": database_url, "JWT_SECRET": "-" * 32, "INTERNAL_SECRET": "-" * 32}
    done = subprocess.run(
        [str(PYTHON), "-m", "seeds"], check=False, cwd=ROOT, env=_with_path(env), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise AssertionError(f"seeding failed:\n{done.stdout}\n{done.stderr}")


@dataclass(frozen=True)
class Seeded:
    """Databases that were seeded once, to be copied for each stack."""

    sqlite: Path

    def new_sqlite(self, folder: Path) -> str:
        target = folder / "xinzhang.db"
        copy_sqlite(self.sqlite, target)
        return sqlite_url(target)

    def new_postgresql(self, server: PostgresqlServer, folder: Path) -> str:
        """PostgreSQL is seeded anew: only one test module wants it, and the file cannot be copied across."""
        url = server.create()
        seed(url, folder)
        return url


class Stack:
    """Action server, Rasa and gateway on free ports over one data directory and one database.

    Use as a context manager. `say` and the others speak the public web API and raise RefusedError."""

    def __init__(
        self,
        data_dir: Path,
        database_url: str,
        *,
        port: int | None = None,
        start_seconds: float = START_SECONDS,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`port` is the gateway's, when it must be known before; `environment` is added to that of each process."""
        self.data_dir = data_dir
        self._start_seconds = start_seconds
        self.database_url = database_url
        free_port, rasa_port, actions_port = free_ports(3)
        self.around = Surroundings(
            data_dir=data_dir,
            database_url=database_url,
            host=LOOPBACK,
            port=port or free_port,
            rasa_port=rasa_port,
            actions_port=actions_port,
            jwt_secret="tests-only-jwt-secret-" + uuid4().hex,
            internal_secret="tests-only-internal-secret-" + uuid4().hex,
        )
        is_file = database_url.startswith("sqlite:///")
        self._file = Path(database_url.removeprefix("sqlite:///")) if is_file else None
        self._pristine = data_dir / "pristine.db"
        self._services = {
            service.name: replace(service, environment={**service.environment, **GENEROUS, **(environment or {})})
            for service in services(self.around)
        }
        self._running: dict[str, Running] = {}
        self._marks: dict[str, int] = {}
        self._client = httpx.Client(base_url=self.url, timeout=TURN_SECONDS, trust_env=False)
        self._numbers = itertools.count(1)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.around.port}"

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> Self:
        try:
            for name in self._services:
                self._launch(name)
            self._await(list(self._running.values()))
            if self._file is not None:
                copy_sqlite(self._file, self._pristine)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self._client.close()
        stop(self._running.values())
        self._running.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End one of `actions`, `rasa`, `gateway` at once and wait until it is gone."""
        running = self._running.pop(NAMES[name])
        running.signal(number)
        running.process.wait(timeout=20)
        stop([running])

    def restart(self, name: str) -> None:
        """Start what was killed (or stop it first) and wait until it is ready. Same port, same data."""
        if NAMES[name] in self._running:
            self.kill(name)
        self._await([self._launch(NAMES[name])])

    def bring_back(self) -> None:
        """Restart whatever a test has killed, or what died by itself."""
        for name, full in NAMES.items():
            if full not in self._running or not self._running[full].alive:
                self.restart(name)

    def log(self, name: str) -> str:
        """All that the process has written."""
        return self._log_file(NAMES[name]).read_text(encoding="utf-8", errors="replace")

    def mark_logs(self) -> None:
        """Remember where the logs end, so that `logs` shows only what came after."""
        self._marks = {name: self._log_file(name).stat().st_size for name in self._services}

    def logs(self, lines: int = 15, width: int = 300) -> str:
        """The end of every log since the mark, for a failure's report."""
        shown = []
        for name in self._services:
            content = self._log_file(name).read_bytes()[self._marks.get(name, 0) :].decode("utf-8", errors="replace")
            shown += [f"── {name}", *(line[:width] for line in content.splitlines()[-lines:])]
        return "\n".join(shown)

    # ── the web API ─────────────────────────────────────────────────────────────────────────────────────

    def customers(self) -> list[Json]:
        """The demo customers: id, name, situation."""
        return list(self.call("GET", "/demo/customers"))

    def login(self, customer_id: str) -> str:
        """A token for the customer."""
        return str(self.call("POST", "/demo/login", json={"customer": customer_id})["token"])

    def say(self, token: str, text: str, *, message_id: str | None = None) -> list[Json]:
        """One turn; the replies as `{text, card, choices}`."""
        body = {"id": message_id or f"test-{next(self._numbers)}-{uuid4().hex[:12]}", "text": text}
        return list(self.call("POST", "/v1/messages", token=token, json=body)["replies"])

    def last_message(self, token: str) -> Json:
        """The newest line of the history: `{seq, at, from, text, card, choices}`."""
        return dict(self.call("GET", "/v1/messages?limit=1", token=token)["messages"][-1])

    def offer(self, token: str, offer_id: str) -> Json:
        return dict(self.call("GET", f"/v1/offers/{offer_id}", token=token))

    def confirm(self, token: str, offer_id: str, pin: str = PIN) -> Json:
        return dict(self.call("POST", f"/v1/offers/{offer_id}/confirm", token=token, json={"pin": pin}))

    def decline(self, token: str, offer_id: str) -> Json:
        return dict(self.call("POST", f"/v1/offers/{offer_id}/decline", token=token))

    def clock(self, *, to: str | None = None, advance: str | None = None) -> Json:
        """Move the business date, closing every day passed."""
        body = {"to": to} if to else {"advance": advance}
        return dict(self.call("POST", "/demo/clock", json=body, timeout=120.0))

    def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> Any:
        """Any call, its JSON body on success. Raises RefusedError."""
        response = self.request(method, path, token=token, **options)
        if response.status_code >= 400:
            raise RefusedError(response)
        return response.json()

    def request(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        """Any call, whatever its answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._client.request(method, path, headers={**headers, **options.pop("headers", {})}, **options)

    # ── between tests ───────────────────────────────────────────────────────────────────────────────────

    def restore(self) -> None:
        """Put back, under the running processes, what was there when they had started: books, business date, offers,
        PIN counters, history. Only for SQLite. The caller sees to it that no request is under way."""
        if self._file is None:
            raise NotImplementedError("only a SQLite database can be put back in place")
        copy_sqlite(self._pristine, self._file)

    def forget(self, customer_id: str) -> None:
        """Have Rasa forget the conversation: its own `restart`, which only who knows the inner secret can send."""
        body = {"sender": customer_id, "text": "restart", "payload": {"intent": "restart", "entities": {}}}
        headers = {"X-Internal-Secret": self.around.internal_secret, "X-Correlation-Id": "tests-forget"}
        address = f"http://{LOOPBACK}:{self.around.rasa_port}/webhooks/gateway/webhook"
        self._client.post(address, json=body, headers=headers).raise_for_status()

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────

    def _launch(self, name: str) -> Running:
        self._running[name] = Running(self._services[name], self._log_file(name))
        return self._running[name]

    def _log_file(self, name: str) -> Path:
        return self.data_dir / "logs" / f"{name.replace(' ', '-')}.log"

    def _await(self, running: list[Running]) -> None:
        failed = wait_ready(running, timeout=self._start_seconds)
        if failed is not None:
            raise AssertionError(f"{failed.service.name} did not become ready:\n{tail(failed.log, 80)}")


def new_stack(folder: Path, make_database: Callable[[Path], str]) -> Stack:
    """A stack over a fresh data directory; `make_database` is given that directory."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Stack(folder, make_database(folder))


def _with_path(env: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **env, "PYTHONPATH": str(ROOT)}
