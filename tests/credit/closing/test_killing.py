"""A closing that is killed, resumed, shared by two runs or by several workers ends with the same books."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from credit.closing import run as closing_run
from credit.closing import service, steps
from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.closing.steps import in_steps, lively, whole_digest
from tests.credit.conftest import PostgresqlWorlds
from tests.credit.world import World, minor
from tests.harness.databases import BOTH, database_name
from tools.console import ROOT

EVE = date(2026, 11, 9)
UNTIL = date(2026, 11, 12)
"""Over the due day of the first bill and the day after it, when everything happens that can."""
CUSTOMERS, A_STEP = 10, 3

Copies = Callable[[], World]


@pytest.fixture(params=BOTH)
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Makes worlds that are copies of one lively lender, on the eve of a due day."""
    if request.param == "sqlite":
        url = request.getfixturevalue("new_sqlite")()
    else:
        worlds: PostgresqlWorlds = request.getfixturevalue("postgresql_worlds")
        url = request.getfixturevalue("new_postgresql")()
    first = World(url, tmp_path)
    lively(first, CUSTOMERS)
    first.go_to(EVE)
    first.close()
    opened: list[World] = []

    def new() -> World:
        if request.param == "sqlite":
            target = tmp_path / f"copy-{len(opened)}.db"
            shutil.copy(url.removeprefix("sqlite:///"), target)
            copy = f"sqlite:///{target}"
        else:
            copy = worlds.server.create(template=database_name(url))
        opened.append(in_steps(World(copy, tmp_path), A_STEP))
        opened[-1].number_from(10_000)  # the first world's requests are in the copy
        return opened[-1]

    yield new
    problems = [problem for world in opened for problem in world.problems()]
    for world in opened:
        world.close()
        if request.param == "postgresql":
            worlds.server.drop(world.url)
    assert problems == []


def in_one(copies: Copies) -> dict[str, Any]:
    """What the books are when each day is closed in one transaction; the steps' list aside."""
    world = copies()
    in_steps(world, 1000)
    world.app.close_days(UNTIL)
    return whole_digest(world)


def without_steps(digest: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in digest.items() if name != "closing_steps"}


def test_many_steps_and_workers_end_like_one_transaction(copies: Copies) -> None:
    serial, parallel = copies(), copies()
    told: list[closing_run.Progress] = []
    serial.app.close_days(UNTIL, watch=told.append)
    parallel.app.close_days(UNTIL, workers=3)
    assert whole_digest(serial) == whole_digest(parallel)
    assert without_steps(whole_digest(serial)) == without_steps(in_one(copies))
    steps = -(-CUSTOMERS // A_STEP) + 1
    assert [(one.done, one.steps) for one in told] == [(nth, steps) for nth in range(steps + 1)] * 3
    assert serial.app.closing_progress() is None


@pytest.mark.timeout(240)
def test_a_run_killed_anywhere_and_started_again_ends_the_same(copies: Copies) -> None:
    undisturbed, killed = copies(), copies()
    seen: list[int] = []
    event.listen(undisturbed.app.database.engine, "before_cursor_execute", lambda *_: seen.append(1))
    undisturbed.app.close_days(UNTIL)
    # Each death is a random distance into what is left; together they fall into all three days.
    deaths = [number for number in random.Random(20261109).sample(range(5, len(seen) // 3), 12)]  # noqa: C416
    task = {
        "url": killed.url,
        "folder": str(killed.folder),
        "until": UNTIL.isoformat(),
        "customers": A_STEP,
        "workers": 2 if killed.url.startswith("postgresql") else 1,
        "deaths": [*deaths, None],
    }
    killed.app.database.engine.dispose()
    done = subprocess.run(
        [sys.executable, "-m", "tests.credit.closing.killing"],
        input=json.dumps(task), capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    fates = json.loads(done.stdout.splitlines()[-1])
    # A run that comes after the last day has nothing to close and is refused: that is "failed", without harm.
    assert "killed" in fates[:4], done.stderr
    assert killed.app.business_date() == UNTIL, (fates, done.stderr)
    assert whole_digest(killed) == whole_digest(undisturbed)


@pytest.mark.timeout(120)
def test_two_runs_at_once_share_the_work(copies: Copies) -> None:
    raced, alone = copies(), copies()
    alone.app.close_days(UNTIL)
    opened: list[date] = []
    failed: list[BaseException] = []
    together = threading.Barrier(2)

    def run() -> None:
        together.wait()
        try:
            opened.extend(raced.app.close_days(UNTIL))
        except CreditError as refusal:
            if refusal.code is not ErrorCode.CLOSING_WRONG_DAY:
                failed.append(refusal)
        except BaseException as error:  # noqa: BLE001  (told to the test, which runs in another thread)
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(opened) == [EVE + timedelta(days=nth) for nth in range(1, 4)]
    assert whole_digest(raced) == whole_digest(alone)


def test_a_customer_lives_on_the_old_day_until_their_range_is_closed(copies: Copies) -> None:
    """What they do while the day is closed falls on one day or the other, and both are right."""
    world = copies()
    world.app.writing(lambda books: steps.begin(books, EVE), closing=True)
    assert world.app.business_date() == EVE + timedelta(days=1)
    first, *_, last = world.look(lambda books: steps.ranges(books, EVE))

    def close_first(books: Any) -> None:
        step = steps.take(books, EVE)
        assert step is not None
        service.close_range(books, step)

    world.do(close_first)
    bought_on = {}
    for customer in (first.first_id, last.first_id):
        world.buy(customer, "12.00")
        bought_on[customer] = world.journals("purchase")[-1].effective_on
    assert bought_on == {first.first_id: EVE + timedelta(days=1), last.first_id: EVE}
    with pytest.raises(CreditError) as refusal:
        world.app.writing(lambda books: steps.begin(books, EVE + timedelta(days=1)), closing=True)
    assert refusal.value.code is ErrorCode.CLOSING_WRONG_DAY
    assert world.app.closing_progress() == closing_run.Progress(EVE, 1, -(-CUSTOMERS // A_STEP) + 1)
    world.app.close_days(EVE + timedelta(days=1))  # takes up the day that was begun
    assert world.app.closing_progress() is None
    assert world.paylater_owed(first.first_id)["unbilled"] == minor("12.00")
