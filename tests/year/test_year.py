"""A season of a small lender's life, day by day on both databases, and killed in the middle of it again and again.

`make year` tells the whole year of 500 customers. The seed is in the test's output; SEED=… make year replays it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.harness.databases import BOTH, PostgresqlServer, sqlite_url
from tests.year.telling import Size, Told, moments, tell

pytestmark = pytest.mark.long

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
SIZE = Size(seed=SEED, customers=18, days=56)
DEATHS = 4


@pytest.fixture(scope="module")
def lives(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """The same life on both databases undisturbed, and on both with deaths."""
    folder = tmp_path_factory.mktemp("year")
    print(f"SEED={SEED}")
    told: dict[str, Told] = {}
    for name in BOTH:
        told[name] = tell(_new(name, folder, postgresql_server), folder / name, SIZE)
    dies_at = moments(SIZE, DEATHS, min(life.statements for life in told.values()))
    for name in BOTH:
        again = folder / f"{name}-killed"
        told[again.name] = tell(_new(name, again, postgresql_server), again, SIZE, dies_at=dies_at)
    return told


def _new(name: str, folder: Path, server: PostgresqlServer) -> str:
    folder.mkdir(exist_ok=True)
    return sqlite_url(folder / "books.db") if name == "sqlite" else server.create()


@pytest.mark.timeout(1800)
def test_both_databases_end_with_the_same_books(lives: dict[str, Told]) -> None:
    assert lives["sqlite"].digest == lives["postgresql"].digest, f"SEED={SEED}"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", BOTH)
def test_a_life_killed_at_random_moments_ends_with_the_same_books(name: str, lives: dict[str, Told]) -> None:
    assert lives[f"{name}-killed"].deaths == DEATHS
    assert lives[f"{name}-killed"].digest == lives[name].digest, f"SEED={SEED}"


@pytest.mark.timeout(1800)
def test_a_season_has_a_bit_of_everything(lives: dict[str, Told]) -> None:
    outcomes = lives["sqlite"].outcomes
    assert {"buy done", "refund done", "pay_bill done"} <= set(outcomes), f"SEED={SEED}"
    assert sum(outcomes.values()) > 100
    assert lives["sqlite"].lines["statements"] > 18
