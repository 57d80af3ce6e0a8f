"""Start the three processes of the demo and the sealer, keep them running, stop them all together.

    .venv/bin/python -m tools.supervise

Settings come from the environment (PORT, DATA_DIR, DATABASE_URL, HOST …; see credit/kernel/settings.py)."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from credit.kernel.settings import Settings
from tools.console import ROOT, StepError, fail, say, seconds_since, stream, tail
from tools.environments import PYTHON
from tools.services import Running, Service, Surroundings, free_ports, port_is_free, sealer, services, stop, wait_ready

START_SECONDS = 120.0
WATCH_SECONDS = 0.5
RESTARTS = 5
RESTART_WINDOW_SECONDS = 300.0


class StopAsked(Exception):  # noqa: N818 - not an error
    """Ctrl-C or SIGTERM: the ordinary end."""


def main() -> int:
    started = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop_asked)
    try:
        os.environ["XINZHANG_DEMO"] = "1"
        os.chdir(ROOT)
        settings = Settings.from_environment()
        with _alone(settings.data_dir):
            around = _surroundings(settings)
            _seed(around)
            Supervisor([sealer(around), *services(around)], around.data_dir / "logs").run(started)
    except StopAsked:
        say("Stopped.")
        return 0
    except (StepError, ValueError) as failure:
        return fail(str(failure))
    return 0


class Supervisor:
    """The processes, what became of them, and how often each was started again."""

    def __init__(self, wanted: list[Service], logs: Path) -> None:
        self._logs = logs
        self._wanted = wanted
        self._running: dict[str, Running] = {}
        self._restarts: dict[str, deque[float]] = {service.name: deque() for service in wanted}
        self._coming_back: set[str] = set()

    def run(self, started: float) -> None:
        """Runs until a signal comes (raises StopAsked) or a process cannot be kept alive (raises StepError)."""
        try:
            for service in self._wanted:
                self._start(service, fresh=True)
            self._await(list(self._running.values()))
            say(f"Ready after {seconds_since(started)}. Open {self._wanted[-1].address}/   (Ctrl-C stops everything)")
            while True:
                time.sleep(WATCH_SECONDS)
                self._restart_the_dead()
                self._greet_the_returned()
        finally:
            # A second Ctrl-C must not interrupt the stopping and leave something behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            say("Stopping …")
            stop(self._running.values())

    def _start(self, service: Service, *, fresh: bool = False) -> Running:
        log = self._logs / f"{service.name.replace(' ', '-')}.log"
        if fresh:
            log.unlink(missing_ok=True)
        self._running[service.name] = Running(service, log)
        return self._running[service.name]

    def _await(self, running: list[Running]) -> None:
        failed = wait_ready(running, timeout=START_SECONDS, on_ready=_tell_ready)
        if failed is not None:
            how = "did not answer" if failed.alive else f"ended with exit {failed.process.returncode}"
            raise StepError(f"The {failed.service.name} {how}. The end of {failed.log}:\n{tail(failed.log)}")

    def _restart_the_dead(self) -> None:
        for name, running in list(self._running.items()):
            if running.alive:
                continue
            running.signal(signal.SIGKILL)
            running.close()
            recent = self._restarts[name]
            while recent and time.monotonic() - recent[0] > RESTART_WINDOW_SECONDS:
                recent.popleft()
            if len(recent) >= RESTARTS:
                times = f"{RESTARTS} times in {RESTART_WINDOW_SECONDS / 60:.0f} minutes"
                raise StepError(f"The {name} died again after {times}. The end of {running.log}:\n{tail(running.log)}")
            recent.append(time.monotonic())
            say(f"The {name} died (exit {running.process.returncode}); starting it again, {len(recent)} of {RESTARTS}.")
            # Not awaited here: while one comes back, the others must still be watched.
            self._start(running.service)
            self._coming_back.add(name)

    def _greet_the_returned(self) -> None:
        for name in [name for name in self._coming_back if self._running[name].ready()]:
            self._coming_back.discard(name)
            _tell_ready(self._running[name])


def _tell_ready(running: Running) -> None:
    where = f" at {running.service.address}" if running.service.address else ""
    say(f"{running.service.name}: ready{where} after {running.seconds:.1f} s")


def _surroundings(settings: Settings) -> Surroundings:
    """Ports that can be had. The public one is what was asked for or nothing; the inner two may move."""
    if not port_is_free(settings.port, settings.host):
        raise StepError(
            f"Port {settings.port} is taken by another program. Stop that program, or choose another port: "
            f"make demo PORT={settings.port + 10}"
        )
    others = free_ports(2)
    rasa_port = settings.rasa_port if port_is_free(settings.rasa_port) else others[0]
    actions_port = settings.actions_port if port_is_free(settings.actions_port) else others[1]
    if rasa_port != settings.rasa_port:
        say(f"Port {settings.rasa_port} is taken; rasa listens on {rasa_port} instead.")
    if actions_port != settings.actions_port:
        say(f"Port {settings.actions_port} is taken; the action server listens on {actions_port} instead.")
    return Surroundings(
        data_dir=settings.data_dir,
        database_url=settings.database_url,
        host=settings.host,
        port=settings.port,
        rasa_port=rasa_port,
        actions_port=actions_port,
        jwt_secret=settings.jwt_secret,
        internal_secret=settings.internal_secret,
    )


def _seed(around: Surroundings) -> None:
    """Create the database with the demo customers when there is none."""
    file = around.data_dir / "xinzhang.db"
    if around.database_url != f"sqlite:///{file}":
        _run_seeds(around, around.database_url)  # a server's database: the seeds look for themselves what is there
        return
    if file.exists():
        return
    half = file.with_name(file.name + ".seeding")
    for left_over in file.parent.glob(half.name + "*"):
        left_over.unlink()
    _run_seeds(around, f"sqlite:///{half}")
    half.rename(file)  # only now: an interrupted seeding must not look like a finished one


def _run_seeds(around: Surroundings, database_url: str) -> None:
    env = {**around.environment(), "DATABASE_URL": database_url}
    stream("Database with the demo customers", [PYTHON, "-m", "seeds"], env=env)


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One supervisor a data directory: two would share a SQLite file and fight over the logs."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "supervisor.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StepError(
                f"Another demo is running on {data_dir}. Stop it, or start this one elsewhere: "
                f"make demo PORT=8090 DATA_DIR=.data-2"
            ) from None
        yield


def _stop_asked(number: int, _frame: object) -> None:
    raise StopAsked(signal.Signals(number).name)


if __name__ == "__main__":
    sys.exit(main())
