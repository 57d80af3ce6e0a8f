"""Stored decisions: written once, with their rules, and made again to the same result."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from credit.cli.app import app
from credit.kernel.ids import new_id
from credit.scoring.behaviour import Source
from credit.scoring.replay import PAGE, Replayed, replay
from credit.scoring.service import Rules, decide_and_keep, inputs_of
from tests.credit.scoring.people import policy_with, small_rules
from tests.credit.world import World

OLD = small_rules()


def stricter() -> Rules:
    """Another version of the policy, by which less is possible."""
    thin = {"fewest_statements": 3, "paylater": "2000.00", "cashloan": "0.00", "daily_rate_ppm": 310}
    return small_rules(policy_with(version="stricter", thin_file=thin))


def decide(world: World, customer: UUID, rules: Rules = OLD, purpose: Any = "open") -> UUID:
    def work(books: Any) -> UUID:
        books.lock_customer(customer)
        inputs = inputs_of(books, customer, "paylater", purpose)
        return decide_and_keep(books, customer, inputs, request_id=world.request(), rules=rules).id

    return world.do(work)


def replayed(world: World, since: date | None = None) -> list[Replayed]:
    return world.look(lambda books: list(replay(books.session, since=since)))


def tamper(world: World, statement: str, table: str = "decisions") -> None:
    """As somebody who owns the database could."""
    with world.app.database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))
        connection.exec_driver_sql(statement)


# ── written once ────────────────────────────────────────────────────────────────────────────────────────────

TABLES = ("decisions", "decision_rules", "decision_reviews", "data_consents")


@pytest.fixture
def filled(world: World) -> World:
    """With a row in each table."""
    customer = world.join()
    decide(world, customer)
    world.app.ask_for_review(customer)
    world.app.set_data_consent(customer, Source.INCOME, given=True, version="1")
    return world


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_changed_or_deleted_afterwards(filled: World, table: str) -> None:
    column = {"decisions": "outcome", "decision_rules": "version", "data_consents": "version"}.get(table, "asked_on")
    attempts = [f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"]
    if filled.app.database.engine.dialect.name == "postgresql":
        attempts.append(f"TRUNCATE {table} CASCADE")
    else:
        attempts.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="xz:ledger_append_only"), filled.app.database.engine.begin() as connection:
            connection.execute(text(attempt))


def test_a_decision_names_rules_of_the_right_kind(filled: World) -> None:
    copy = (
        "INSERT INTO decisions SELECT '{id}', 'other', customer_id, purpose, product, decided_on, decided_at,"
        " card_digest, policy_version, policy_digest, card_version, points, default_ppm, band, outcome, limit_minor,"
        " daily_rate_ppm, inputs, result FROM decisions"
    )
    with (
        pytest.raises(DBAPIError, match="xz:decision_rules_unknown"),
        filled.app.database.engine.begin() as connection,
    ):
        connection.execute(text(copy.format(id=new_id().hex)))


def test_rules_are_kept_once_word_for_word(world: World) -> None:
    for _ in range(3):
        decide(world, world.join())
    kept = world.look(lambda books: books.session.execute(text("SELECT kind, content FROM decision_rules")).all())
    assert sorted(map(tuple, kept)) == [("card", OLD.card_text), ("policy", OLD.policy.text)]


# ── made again ──────────────────────────────────────────────────────────────────────────────────────────────


def test_decisions_come_out_the_same_after_the_policy_and_the_customer_changed(world: World) -> None:
    first, second = world.borrower(), world.join()
    decide(world, first, purpose="raise")
    decide(world, second)
    world.buy(first, "1000.00")
    world.go_to(date(2026, 11, 14))
    decide(world, second, stricter())
    again = replayed(world)
    assert [found.differences for found in again] == [{}, {}, {}]
    assert [found.policy_version == "stricter" for found in again] == [False, False, True]
    assert len(replayed(world, date(2026, 11, 14))) == 1
    assert replayed(world, date(2026, 11, 15)) == []


def test_another_policy_would_have_decided_otherwise(world: World) -> None:
    """So that the test above can fail."""
    customer = world.join()
    decide(world, customer)
    decide(world, customer, stricter())
    limits = world.look(lambda books: books.session.execute(text("SELECT limit_minor FROM decisions")).scalars().all())
    assert sorted(limits) == [200_000, 300_000]


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ("UPDATE decisions SET outcome = 'refused', limit_minor = NULL", {"column outcome", "column limit"}),
        ("""UPDATE decisions SET result = replace(result, '"limit":300000', '"limit":300001')""", {"limit"}),
        ("""UPDATE decisions SET inputs = replace(inputs, '"is_student":false', '"is_student":true')""", None),
        ("UPDATE decisions SET inputs = '{}'", {"inputs"}),
    ],
    ids=["column", "result", "inputs", "unreadable"],
)  # fmt: skip
def test_what_was_tampered_with_comes_out_differently(world: World, statement: str, places: set[str] | None) -> None:
    decide(world, world.join())
    tamper(world, statement)
    (found,) = replayed(world)
    assert found.differences.keys() >= (places or {"outcome", "against", "limit"})


@pytest.mark.parametrize("kind", ["policy", "card"])
def test_rules_that_were_tampered_with_are_told(world: World, kind: str) -> None:
    decide(world, world.join())
    change = f"UPDATE decision_rules SET content = replace(content, '3', '4') WHERE kind = '{kind}'"
    tamper(world, change, "decision_rules")
    (found,) = replayed(world)
    assert found.differences.keys() == {"rules"}


def test_any_number_of_decisions_is_made_again_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credit.scoring.replay.PAGE", 2)
    made = [decide(world, world.join()) for _ in range(5)]
    assert [found.id for found in replayed(world)] == sorted(made)
    assert PAGE > 2


# ── at the command line ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def type_in(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATA_DIR", str(world.folder))
    monkeypatch.setenv("DATABASE_URL", world.url)
    monkeypatch.delenv("XINZHANG_TRACEBACK", raising=False)
    return lambda *words: CliRunner().invoke(app, ["decisions", *map(str, words)])


def test_replay_ends_well_when_all_come_out_the_same_and_with_one_when_not(world: World, type_in: Any) -> None:
    made = decide(world, world.join())
    done = type_in("replay")
    assert (done.exit_code, done.stdout) == (0, "1 decision made again, 0 different.\n")
    tamper(world, "UPDATE decisions SET band = 'Z'")
    done = type_in("replay")
    assert done.exit_code == 1
    assert f"{made}" in done.stdout
    assert "  column band: stored Z, now None\n" in done.stdout
    done = type_in("replay", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["different"][0]["differences"] == {"column band": {"stored": "Z", "now": None}}
    assert type_in("replay", "--since", "2027-01-01").exit_code == 0
    assert type_in("replay", "--since", "tomorrow").exit_code == 2


def test_show_prints_reasons_and_in_json_the_inputs(world: World, type_in: Any) -> None:
    customer = world.borrower()
    done = type_in("show", customer)
    assert (done.exit_code, done.stdout) == (0, f"Nothing was decided about {customer}.\n")
    decide(world, customer, purpose="raise")
    shown = type_in("show", customer).stdout
    assert "cooling_opening, thin_file" in shown
    assert OLD.policy.version in shown
    (told,) = json.loads(type_in("show", customer, "--json").stdout)["decisions"]
    assert told["inputs"]["features"]["paylater_limit"] == 1_000_000
    assert told["result"]["outcome"] == "refused"
    missing = type_in("show", new_id())
    assert missing.exit_code == 1
    assert "(customer_unknown)" in missing.stderr
