"""Identifiers, instants and the database's own promises."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError, StatementError

from credit.app import open_app
from credit.customers.models import Customer
from credit.kernel.clock import BUSINESS_ZONE, ManualClock, SystemClock, midday
from credit.kernel.database import Database, UtcInstant, open_engine
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, fingerprint, new_id
from tests.credit.conftest import NewDatabase
from tests.credit.world import World, settings_for

# ── identifiers ─────────────────────────────────────────────────────────────────────────────────────────────


def test_ids_are_of_the_seventh_version_different_and_rising() -> None:
    made = [new_id() for _ in range(1000)]
    assert {key.version for key in made} == {7}
    assert all(type(key) is UUID for key in made)
    assert made == sorted(set(made))


def test_the_same_content_has_one_spelling() -> None:
    assert canonical_json({"b": 1, "a": "额度"}) == canonical_json({"a": "额度", "b": 1}) == '{"a":"额度","b":1}'
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})


@pytest.mark.parametrize("other", [{"a": 2}, {"a": "1"}, {"b": 1}, [1], {"a": [1]}, {"a": True}, {"a": 1, "b": None}])
def test_another_content_has_another_fingerprint(other: object) -> None:
    assert fingerprint(other) != fingerprint({"a": 1})


@pytest.mark.parametrize("value", [0.1, 1.0, float("nan"), float("inf")])
def test_a_float_has_no_spelling(value: float) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json({"amount": value})


# ── instants ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_system_clock_gives_aware_instants_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_manual_clock_stands_still_until_told() -> None:
    clock = ManualClock(midday(date(2026, 11, 8)))
    before = clock.now()
    assert clock.now() == before
    clock.advance(minutes=15)
    assert clock.now() - before == timedelta(minutes=15)


def test_midday_lies_in_the_business_day() -> None:
    assert midday(date(2026, 11, 8)) == datetime(2026, 11, 8, 4, tzinfo=UTC)
    assert midday(date(2026, 11, 8)).astimezone(BUSINESS_ZONE).date() == date(2026, 11, 8)


def test_a_naive_instant_is_refused_by_the_column(world: World) -> None:
    customer = world.join()
    with pytest.raises(StatementError, match="naive"):
        world.do(
            lambda books: books.session.execute(
                update(Customer).where(Customer.id == customer).values(pin_locked_until=datetime(2026, 11, 8, 12))  # noqa: DTZ001  (the wrong thing to do)
            )
        )


@pytest.mark.parametrize("hours", [8, 0, -5])
def test_an_instant_comes_back_as_the_same_moment_in_utc(world: World, hours: int) -> None:
    moment = datetime(2026, 11, 8, 23, 30, 15, 123456, tzinfo=timezone(timedelta(hours=hours)))
    customer = world.join()
    world.do(
        lambda books: books.session.execute(
            update(Customer).where(Customer.id == customer).values(pin_locked_until=moment)
        )
    )
    found = world.customer_row(customer).pin_locked_until
    assert found == moment
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_nothing_stays_nothing() -> None:
    column = UtcInstant()
    assert column.process_bind_param(None, sqlite.dialect()) is None
    assert column.process_result_value(None, sqlite.dialect()) is None


# ── the database ────────────────────────────────────────────────────────────────────────────────────────────


def test_opening_a_database_again_keeps_what_is_in_it(new_database: NewDatabase, tmp_path: Path) -> None:
    first = World(new_database(), tmp_path)
    customer = first.borrower()
    first.close()
    again = World(first.url, tmp_path)
    assert again.available(customer) == 1_000_000
    again.close()


def test_sqlite_keeps_its_promises_on_every_connection(new_sqlite: NewDatabase, tmp_path: Path) -> None:
    world = World(new_sqlite(), tmp_path)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    for _ in range(2):
        with world.app.database.engine.connect() as connection:
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
        assert found == wanted
    world.close()


def test_a_write_that_fails_leaves_nothing_and_closes_its_transaction(world: World) -> None:
    with pytest.raises(ZeroDivisionError), world.app.database.write() as session:
        session.execute(text("UPDATE business_day SET id = id"))
        raise ZeroDivisionError
    world.join()  # would wait for the lock of a transaction that was left open


class AwayError(Exception):
    """What a driver raises when the server is gone."""


def test_a_database_that_is_away_is_a_refusal_a_customer_can_be_told(world: World) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, AwayError("server closed the connection"))

    with pytest.raises(CreditError) as refusal:
        world.look(gone)
    assert refusal.value.code is ErrorCode.ACCOUNT_SERVICE_UNREACHABLE


@pytest.mark.parametrize("url", ["sqlite:///{folder}", "postgresql+psycopg://postgres@/x?host={folder}"])
def test_a_database_that_cannot_be_opened_is_a_refusal_a_customer_can_be_told(
    new_sqlite: NewDatabase, tmp_path: Path, url: str
) -> None:
    """The real thing: a folder where the file should be, a socket on which nobody listens."""
    world = World(new_sqlite(), tmp_path)
    world.app.database.engine.dispose()
    world.app.database = Database(open_engine(url.format(folder=tmp_path)))
    for call in (world.app.ping, world.app.business_date, lambda: world.do(lambda books: books.today)):
        with pytest.raises(CreditError) as refusal:
            call()
        assert refusal.value.code is ErrorCode.ACCOUNT_SERVICE_UNREACHABLE
    world.close()


def test_what_only_asks_for_patience_is_tried_again(world: World) -> None:
    calls: list[int] = []

    def busy_twice(_books: object) -> str:
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("BEGIN IMMEDIATE", {}, AwayError("database is locked"))
        return "done"

    assert world.do(busy_twice) == "done"
    assert len(calls) == 3


def test_a_refusal_is_not_tried_again(world: World) -> None:
    calls: list[int] = []

    def refuse(_books: object) -> None:
        calls.append(1)
        raise CreditError(ErrorCode.NOTHING_OWED)

    with pytest.raises(CreditError):
        world.do(refuse)
    assert len(calls) == 1


def test_two_processes_that_start_on_an_empty_database_both_find_it_ready(database_url: str, tmp_path: Path) -> None:
    together = threading.Barrier(2)
    found: list[object] = []

    def start() -> None:
        together.wait()
        try:
            open_app(settings_for(database_url, tmp_path)).close()
            found.append("ready")
        except Exception as error:  # noqa: BLE001  (told to the test, which runs in another thread)
            found.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["ready", "ready"]
