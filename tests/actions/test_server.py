"""The action server as its own process: who may call it, what it says when something is wrong, how it ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness import sources
from tests.harness.processes import Seeded
from tools.environments import PYTHON
from tools.services import Running, Service, free_ports, stop, wait_ready

SECRET = "tests-only-secret"
QUESTION = "a secret question of the customer"


@pytest.fixture(scope="module")
def server(seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("action-server")
    (port,) = free_ports(1)
    environment = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": seeded.new_sqlite(folder),
        "ACTIONS_PORT": str(port),
        "INTERNAL_SECRET": SECRET,
        "JWT_SECRET": "-" * 32,
        "PYTHONPATH": ".",
    }
    command = (str(PYTHON), "-m", "actions")
    running = Running(Service("actions", command, environment, f"http://127.0.0.1:{port}", "/health"), folder / "log")
    assert wait_ready([running], timeout=60) is None, (folder / "log").read_text()
    yield running
    stop([running])


def call(server: Running, body: Any, secret: str = SECRET) -> httpx.Response:
    headers = {"X-Internal-Secret": secret}
    return httpx.post(server.service.address + "/webhook", json=body, headers=headers, trust_env=False)


def action_call(action: str, sender: str) -> dict[str, Any]:
    message = {"intent": {"name": "x"}, "entities": [], "text": QUESTION, "metadata": {"correlation_id": "c-1"}}
    tracker = {"sender_id": sender, "slots": {}, "latest_message": message, "events": [], "active_loop": {}}
    return {"next_action": action, "tracker": tracker, "domain": sources.domain(), "version": "3.6.21"}


def test_health_needs_no_secret(server: Running) -> None:
    assert httpx.get(server.service.ready_url, trust_env=False).status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x"])
def test_a_wrong_secret_is_turned_away(server: Running, secret: str) -> None:
    assert call(server, {}, secret).status_code == 401


def test_an_action_answers_with_a_response_and_its_facts(server: Running, customer_ids: dict[str, str]) -> None:
    answer = call(server, action_call("action_check_limit", customer_ids["good"])).json()
    assert answer["responses"][0]["response"] == "utter_check_limit"
    assert answer["responses"][0]["custom"]["card"]["kind"] == "limit"


def test_a_messaging_app_is_another_conversation_with_the_same_account(
    server: Running, customer_ids: dict[str, str]
) -> None:
    web, app = (
        call(server, action_call("action_check_limit", sender)).json()["responses"][0]
        for sender in (customer_ids["good"], f"{customer_ids['good']}~kf-0a1b2c")
    )
    assert app == web
    assert app["custom"]["card"]["kind"] == "limit"


def test_a_sender_that_is_no_customer_gets_nobodys_account(server: Running) -> None:
    for sender in ("default", "019db000-0000-7000-8000-00000000ffff", "~019db000-0000-7000-8000-000000000001"):
        answer = call(server, action_call("action_check_limit", sender)).json()
        assert [reply["response"] for reply in answer["responses"]] == ["utter_error_customer_unknown"]


@pytest.mark.parametrize(("body", "status"), [([], 400), ({"next_action": "action_unheard_of"}, 404)])
def test_nonsense_gets_a_status_and_no_echo(server: Running, body: Any, status: int) -> None:
    answer = call(server, body)
    assert answer.status_code == status
    assert QUESTION not in answer.text


def test_a_broken_tracker_is_not_echoed(server: Running) -> None:
    answer = call(server, {"next_action": "action_check_limit", "tracker": QUESTION, "domain": {}})
    assert answer.status_code == 500
    assert answer.json() == {"error": "failed"}


def test_no_other_origin_is_invited(server: Running) -> None:
    answer = httpx.get(server.service.ready_url, headers={"Origin": "http://evil.example"}, trust_env=False)
    assert "access-control-allow-origin" not in answer.headers


def test_the_log_has_no_word_of_the_customer(server: Running) -> None:
    call(server, action_call("action_check_limit", "default"))
    assert QUESTION not in Path(server.log).read_text()


def test_it_ends_when_asked_to(server: Running) -> None:
    server.signal(signal.SIGTERM)
    assert server.process.wait(timeout=10) == 0
