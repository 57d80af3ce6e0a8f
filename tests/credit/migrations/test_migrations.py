"""The schema's history, up and down, on both databases; the newest step is what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from credit.app import open_app
from credit.kernel.clock import ManualClock, midday
from credit.kernel.database import open_engine
from credit.migrations import runner
from credit.schema import create_schema
from tests.credit.world import START, World, settings_for


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def revisions() -> list[str]:
    """Oldest first."""
    config = Config()
    config.set_main_option("script_location", runner.HERE)
    config.set_main_option("path_separator", "os")
    return [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def guards(engine: Engine) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def shape(engine: Engine) -> dict[str, object]:
    looked = inspect(engine)
    tables = [name for name in looked.get_table_names() if name != "alembic_version"]
    return {name: sorted(column["name"] for column in looked.get_columns(name)) for name in sorted(tables)}


def test_the_newest_step_is_what_the_models_say(empty: Engine) -> None:
    runner.upgrade(empty)
    assert runner.current(empty) == runner.newest()
    assert runner.differences(empty) == []
    assert guards(empty)


def test_every_step_goes_up_and_down_again(empty: Engine) -> None:
    shapes: list[tuple[dict[str, object], set[str]]] = [(shape(empty), guards(empty))]
    steps = revisions()
    for step in steps:
        runner.upgrade(empty, step)
        shapes.append((shape(empty), guards(empty)))
    for step, before in zip([*steps[:-1][::-1], "base"], shapes[:-1][::-1], strict=True):
        runner.downgrade(empty, step)
        assert (shape(empty), guards(empty)) == before
    assert runner.current(empty) is None
    runner.upgrade(empty)
    assert runner.differences(empty) == []


def test_creating_the_schema_twice_does_nothing_the_second_time(empty: Engine) -> None:
    assert create_schema(empty) is True
    assert create_schema(empty) is False


def test_journals_are_not_thrown_away_by_going_down(database_url: str, tmp_path: Path) -> None:
    world = World(database_url, tmp_path).open_house()
    world.borrower()
    engine = world.app.database.engine
    with pytest.raises(RuntimeError, match="journal"):
        runner.downgrade(engine, "base")
    assert runner.current(engine) == runner.newest()
    assert world.problems() == []
    world.close()


def test_an_older_database_is_brought_up_when_the_service_opens_it(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url)
    runner.upgrade(engine, revisions()[0])
    engine.dispose()
    app = open_app(settings_for(database_url, tmp_path), ManualClock(midday(START)))
    assert runner.current(app.database.engine) == runner.newest()
    app.close()
