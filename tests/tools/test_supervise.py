from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.console import StepError
from tools.services import LOOPBACK, Service, free_ports, stop
from tools.supervise import RESTARTS, Supervisor, _alone

WAITS = "import signal; signal.pause()"
DIES = "import sys; sys.exit('no such luck')"


def service(program: str) -> Service:
    return Service("sample", (sys.executable, "-c", program), {}, f"http://{LOOPBACK}:{free_ports(1)[0]}", "/")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def supervisor(logs: Path) -> Iterator[Supervisor]:
    made = Supervisor([service(DIES)], logs)
    yield made
    stop(made._running.values())


def test_a_process_that_died_is_started_again_and_said_so(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    first = supervisor._start(service(DIES))
    first.process.wait()
    supervisor._restart_the_dead()
    assert supervisor._running["sample"].process.pid != first.process.pid
    assert "died (exit 1); starting it again, 1 of 5" in capsys.readouterr().out


def test_a_process_that_lives_is_left_alone(supervisor: Supervisor) -> None:
    running = supervisor._start(service(WAITS))
    supervisor._restart_the_dead()
    assert supervisor._running["sample"] is running


def test_a_process_that_keeps_dying_ends_it_all_with_its_log(supervisor: Supervisor) -> None:
    supervisor._start(service(DIES))
    for _ in range(RESTARTS):
        supervisor._running["sample"].process.wait()
        supervisor._restart_the_dead()
    supervisor._running["sample"].process.wait()
    with pytest.raises(StepError, match="no such luck"):
        supervisor._restart_the_dead()


def test_a_process_that_dies_while_starting_is_not_tried_again(supervisor: Supervisor) -> None:
    with pytest.raises(StepError, match=r"The sample ended with exit 1(.|\n)*no such luck"):
        supervisor._await([supervisor._start(service(DIES))])


def test_a_data_directory_has_one_supervisor(tmp_path: Path) -> None:
    with _alone(tmp_path), pytest.raises(StepError, match="Another demo is running"), _alone(tmp_path):
        pass
    with _alone(tmp_path):
        pass


def test_a_log_begins_anew_with_each_start_of_the_demo(supervisor: Supervisor, logs: Path) -> None:
    logs.mkdir()
    (logs / "sample.log").write_text("yesterday\n")
    supervisor._start(service(DIES), fresh=True).process.wait()
    assert "yesterday" not in (logs / "sample.log").read_text()
    assert "no such luck" in (logs / "sample.log").read_text()
