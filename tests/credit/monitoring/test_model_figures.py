"""Stability and performance from scores that are kept."""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert

from credit.kernel.ids import new_id
from credit.monitoring.models import CustomerScore
from credit.monitoring.performance import measure
from credit.monitoring.policy import Performance, Stability
from credit.monitoring.spells import Spell
from credit.monitoring.stability import Population, Reference, band_of, populations, shifts
from credit.scoring.card import Scorecard
from tests.credit.monitoring import card
from tests.credit.world import World

RULE = Stability(watch_ppm=100_000, alarm_ppm=250_000, least_customers=10)
POLICY = Performance.model_validate(
    {
        "outcomes": {"soon": {"late_days": 5, "horizon_days": 30}},
        "calibrated_on": "soon",
        "least_bad": 20,
        "least_good": 20,
    }
)


def score(
    customer: UUID, on: date, points: int | None, *, ppm: int = 100_000, version: str = "test-1"
) -> dict[str, object]:
    bins = '["< 1"]' if points else "[]"
    default_ppm = None if points is None else ppm
    row = {"customer_id": customer, "on": on, "version": version, "points": points, "default_ppm": default_ppm}
    return {**row, "bins": bins}


def keep(world: World, rows: list[dict[str, object]]) -> None:
    world.do(lambda books: books.session.execute(insert(CustomerScore), rows))


def population(scores: dict[int, int], bins: dict[str, int]) -> Population:
    found = Population(date(2026, 11, 1))
    found.scores.update(scores)
    found.bins["lateness_now"].update(bins)
    return found


def test_each_customer_counts_once_a_month_by_the_last_score(world: World) -> None:
    first, second = world.join(), world.join()
    keep(
        world,
        [
            score(first, date(2026, 11, 1), 500),
            score(first, date(2026, 11, 20), 700),
            score(first, date(2026, 12, 1), 600),
            score(second, date(2026, 11, 5), None),
            score(second, date(2026, 11, 6), 650, version="older"),
        ],
    )
    months = [date(2026, 11, 1), date(2026, 12, 1)]
    november, december = world.look(lambda books: populations(books, card.card(), months))
    assert (november.scores, november.thin) == ({700: 1}, 1)
    assert november.bins == {"lateness_now": {"< 1": 1}}
    assert (december.scores, december.thin) == ({600: 1}, 0)


@pytest.mark.parametrize(("points", "band"), [(350, 350), (399, 350), (400, 400), (900, 900), (950, 900)])
def test_bands_cover_every_score(points: int, band: int) -> None:
    assert band_of(points) == band


def test_shifts_are_told_by_their_size() -> None:
    reference = Reference.of(card.content())
    calm = population({700: 70, 590: 30}, {"< 1": 70, "1 … 2": 20, "2 … 3": 6, "≥ 3": 4, "missing": 900})
    found = {one.name: one for one in shifts(calm, calm, reference, RULE)}
    assert (found["lateness_now"].to_training, found["lateness_now"].verdict) == (pytest.approx(0), "stable")
    assert (found["score"].to_training, found["score"].to_last_month) == (None, pytest.approx(0))
    late = population({700: 30, 590: 70}, {"< 1": 30, "1 … 2": 60, "2 … 3": 6, "≥ 3": 4})
    found = {one.name: one for one in shifts(late, calm, reference, RULE)}
    assert found["lateness_now"].verdict == "alarm"
    assert found["score"].verdict == "alarm"
    few = population({700: 5, 590: 4}, {"< 1": 9})
    assert {one.verdict for one in shifts(few, calm, reference, RULE)} == {"too_few"}


def test_the_score_is_compared_with_the_tenths_of_training() -> None:
    whole = card.content()
    deciles = [{"points_from": points} for points in (800, 760, 720, 700, 650, 600, 560, 500, 450, 350)]
    reference = Reference.of({**whole, "training": {"held_out": {"deciles": deciles}}})
    alike = population({one["points_from"]: 10 for one in deciles}, {})
    assert shifts(alike, None, reference, RULE)[0].to_training == pytest.approx(0)
    worse = population({340 + nth: 10 for nth in range(10)}, {})
    assert shifts(worse, None, reference, RULE)[0].verdict == "alarm"


def test_the_scorecard_in_force_tells_its_distribution() -> None:
    reference = Reference.read()
    assert len(reference.tenths) >= 8
    in_force = Scorecard.load()
    assert reference.bins.keys() <= set(in_force.features)
    assert all(999_000 <= sum(bins.values()) <= 1_001_000 for bins in reference.bins.values())


# ── performance ─────────────────────────────────────────────────────────────────────────────────────────────


def book_of(world: World, number: int = 200) -> tuple[list[dict[str, object]], list[Spell]]:
    """Scores of the first of November; who has fewer points is the likelier to be late from the tenth on."""
    dice, rows, known = random.Random(11), [], []
    for nth in range(number):
        customer = world.join() if nth < 2 else new_id()
        chance = nth / number
        rows.append(score(customer, date(2026, 11, 1), 900 - nth * 2, ppm=round(chance * 1_000_000)))
        if dice.random() < chance:
            due = date(2026, 11, 10)
            known.append(Spell(new_id(), "cashloan", customer, due, due + timedelta(days=1), None))
    return rows, known


@pytest.fixture
def scored(new_sqlite: object, tmp_path: object) -> World:
    """On SQLite only, whose foreign keys are set aside: these scores are of nobody."""
    return World(new_sqlite(), tmp_path)  # type: ignore[operator, arg-type]


def _keep_of_nobody(world: World, rows: list[dict[str, object]]) -> None:
    raw = world.app.database.engine.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]
    for row in rows:
        values = [
            row["customer_id"].hex,
            str(row["on"]),
            row["version"],
            row["points"],
            row["default_ppm"],
            row["bins"],
        ]  # type: ignore[attr-defined]
        raw.execute("INSERT INTO customer_scores VALUES (?, ?, ?, ?, ?, ?)", values)  # type: ignore[attr-defined]
    raw.commit()
    raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]
    raw.close()


def test_scores_are_measured_on_what_came_of_them(scored: World) -> None:
    rows, known = book_of(scored)
    _keep_of_nobody(scored, rows)
    scored.go_to(date(2026, 12, 2))
    [whole, november] = scored.look(lambda books: measure(books, "test-1", known, POLICY))
    assert (whole.month, november.month) == (None, date(2026, 11, 1))
    assert (whole.good, whole.bad) == (200 - len(known), len(known))
    assert whole.found is not None
    assert whole.found.auc > 0.75
    assert whole.found.auc_low < whole.found.auc < whole.found.auc_high
    assert len(whole.bands) == 10
    assert max(abs(band.expected - band.seen) for band in whole.bands) < 0.3
    scored.close()


def test_a_score_whose_horizon_is_not_over_is_not_counted(scored: World) -> None:
    rows, known = book_of(scored)
    _keep_of_nobody(scored, rows)
    scored.go_to(date(2026, 12, 1))
    [whole] = scored.look(lambda books: measure(books, "test-1", known, POLICY))
    assert (whole.good, whole.bad, whole.found, whole.bands) == (0, 0, None, ())
    scored.close()


def test_too_few_outcomes_give_no_figure(scored: World) -> None:
    rows, known = book_of(scored)
    _keep_of_nobody(scored, rows)
    scored.go_to(date(2026, 12, 2))
    few = scored.look(lambda books: measure(books, "test-1", known[:19], POLICY))
    assert [(one.bad, one.found) for one in few] == [(19, None), (19, None)]
    assert scored.look(lambda books: measure(books, "another", known, POLICY))[0].good == 0
    scored.close()


def test_who_was_late_already_when_scored_is_not_counted(scored: World) -> None:
    rows, known = book_of(scored)
    _keep_of_nobody(scored, rows)
    scored.go_to(date(2026, 12, 2))
    due = date(2026, 10, 20)
    early = [Spell(new_id(), "cashloan", one.customer_id, due, due + timedelta(days=1), None) for one in known]
    [whole] = [one for one in scored.look(lambda books: measure(books, "test-1", early, POLICY)) if one.month is None]
    assert (whole.good, whole.bad) == (200 - len(known), 0)
    scored.close()
