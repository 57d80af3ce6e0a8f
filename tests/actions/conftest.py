"""A talk with any of the demo customers, over a copy of the seeded database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rasa_sdk.executor import ActionExecutor

from actions import services
from actions.server import load_actions
from credit.app import CreditApp, open_app
from credit.kernel.clock import ManualClock
from credit.kernel.settings import Settings
from tests.actions.talk import Talk
from tests.harness.processes import Seeded

NOW = datetime(2026, 11, 8, 12, 30, tzinfo=UTC)
TalkTo = Callable[[str], Talk]


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    return load_actions()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def app(seeded: Seeded, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CreditApp]:
    """The credit module that the actions use in this test."""
    environment = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": seeded.new_sqlite(tmp_path),
        "JWT_SECRET": "-" * 32,
        "INTERNAL_SECRET": "-" * 32,
    }
    opened = open_app(Settings.from_environment(environment), clock)
    monkeypatch.setattr(services, "credit_app", lambda: opened)
    yield opened
    opened.close()


@pytest.fixture
def talk_to(app: CreditApp, executor: ActionExecutor, customer_ids: dict[str, str]) -> TalkTo:
    """Begin a conversation with the customer of this key."""
    return lambda key: Talk(executor, customer_ids[key])
