from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import services
from tools.services import LOOPBACK, Running, Service, Surroundings, free_ports, port_is_free, stop, wait_ready

SERVES = """
import http.server, sys
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
DIES = "import sys; sys.exit('no such luck')"
# A process that does not listen to reason and has a child that does not either.
CLINGS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print(child, flush=True)
import http.server
if child:
    address = ("127.0.0.1", int(sys.argv[1]))
    http.server.ThreadingHTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()
signal.pause()
"""

Start = Callable[[str], Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def _start(program: str) -> Running:
        (port,) = free_ports(1)
        command = (sys.executable, "-c", program, str(port))
        service = Service("sample", command, {}, f"http://{LOOPBACK}:{port}", "/")
        started.append(Running(service, tmp_path / f"{len(started)}.log"))
        return started[-1]

    yield _start
    stop(started)


def test_a_service_is_ready_when_it_answers(start: Start) -> None:
    running = start(SERVES)
    told: list[Running] = []
    assert wait_ready([running], timeout=30, on_ready=told.append) is None
    assert told == [running]


def test_a_service_that_dies_is_handed_back_at_once_with_its_log(start: Start) -> None:
    running = start(DIES)
    assert wait_ready([running], timeout=30) is running
    assert "no such luck" in running.log.read_text()


def test_a_service_that_never_answers_is_handed_back_in_the_end(start: Start) -> None:
    running = start("import signal; signal.pause()")
    assert wait_ready([running], timeout=0.2, pause=0.05) is running


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to await a process that is not ours")
def test_stopping_leaves_nothing_not_even_a_stubborn_child(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "STOP_SECONDS", 0.1)
    running = start(CLINGS)
    assert wait_ready([running], timeout=30) is None
    child = int(running.log.read_text().split()[0])
    watched = os.pidfd_open(child)
    try:
        stop([running])
        assert not running.alive
        ended, _, _ = select.select([watched], [], [], 30)  # readable once the process has ended
        assert ended == [watched]
    finally:
        os.close(watched)


def test_free_ports_are_free_and_all_different() -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    assert all(port_is_free(port) for port in ports)


def test_a_port_in_use_is_not_free(start: Start) -> None:
    running = start(SERVES)
    assert wait_ready([running], timeout=30) is None
    assert not port_is_free(int(running.service.address.rsplit(":", 1)[1]))


def test_secrets_are_not_printed_and_rasa_is_not_given_the_one_for_tokens(tmp_path: Path) -> None:
    around = Surroundings(tmp_path, "sqlite://", LOOPBACK, 1, 2, 3, jwt_secret="hidden-a", internal_secret="hidden-b")
    assert "hidden" not in repr(around)
    given = {service.name: service.environment["JWT_SECRET"] for service in services.services(around)}
    assert given == {"action server": "hidden-a", "rasa": "", "gateway": "hidden-a"}
