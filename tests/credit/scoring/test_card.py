"""Points by hand, and every way in which the file of a card can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.scoring.card import Part, Scorecard, Scored, ThinFile
from tests.credit.scoring.small import content, history, sealed, written

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def card(tmp_path: Path) -> Scorecard:
    return Scorecard.load(written(tmp_path, content()))


# ── points ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_points_are_the_base_and_what_the_bins_give(card: Scorecard) -> None:
    scored = card.score(history(1, 0, 0, 0, 0, 0))
    assert scored == Scored(
        points=500 - 30 + 20 - 2,
        default_ppm=224_000,  # 488 is 38 of 100 points from 300,000 to 100,000
        version="small-1",
        parts=(
            Part("lateness_now", "1 … 2", -30, 40),
            Part("limit", "≥ 50000", 20, 20),
            Part("lateness_path", "≥ 1 × 20000 … 100000", -2, 9),
        ),
    )
    assert [part.lost for part in scored.parts] == [70, 0, 11]


@pytest.mark.parametrize(("limit", "label"), [(49_999, "< 50000"), (50_000, "≥ 50000"), (50_001, "≥ 50000")])
def test_a_border_belongs_to_the_bin_above_it(card: Scorecard, limit: int, label: str) -> None:
    scored = card.score(history(limit=limit))
    assert isinstance(scored, Scored)
    assert scored.parts[1].bin == label


def test_a_missing_month_gives_the_points_of_the_missing_bin(card: Scorecard) -> None:
    scored = card.score(history(None, 0, 0, 0, 0, 0))
    assert isinstance(scored, Scored)
    assert [(part.bin, part.points) for part in scored.parts] == [("missing", 5), ("≥ 50000", 20), ("missing", 2)]


@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_thin_file_gets_no_score(card: Scorecard, known: int) -> None:
    lateness = (0,) * known + (None,) * (6 - known)
    assert card.score(history(*lateness)) == ThinFile(known, 3, "small-1")


def test_three_known_months_are_enough(card: Scorecard) -> None:
    assert isinstance(card.score(history(0, None, 0, None, 0, None)), Scored)


@pytest.mark.parametrize(
    ("points", "ppm"),
    [(0, 800_000), (350, 800_000), (351, 795_000), (450, 300_000), (500, 200_000), (950, 20_000), (2_000, 20_000)],
)
def test_the_probability_runs_straight_between_the_points_of_its_table(card: Scorecard, points: int, ppm: int) -> None:
    assert card.default_ppm(points) == ppm


@pytest.mark.parametrize(("base", "points"), [(0, 350), (5_000, 950)])
def test_points_stay_within_350_and_950(tmp_path: Path, base: int, points: int) -> None:
    scored = Scorecard.load(written(tmp_path, sealed({**content(), "base": base}))).score(history())
    assert isinstance(scored, Scored)
    assert scored.points == points


def test_the_money_unit_comes_from_the_file(card: Scorecard) -> None:
    assert card.money_unit == 20
    assert card.features == ("lateness_now", "limit", "lateness_path")


# ── damage ──────────────────────────────────────────────────────────────────────────────────────────────────


def set_at(*path: Any, value: Any) -> Change:
    def change(whole: dict[str, Any]) -> None:
        place: Any = whole
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


BINS = ("features", 0, "bins")
DAMAGES: list[tuple[str, Change, str]] = [
    ("hole", set_at(*BINS, 1, "from", value=1.5), "features[0].bins[1].from"),
    ("overlap", set_at(*BINS, 1, "from", value=0.5), "features[0].bins[1].from"),
    ("no lowest", set_at(*BINS, 0, "from", value=0), "features[0].bins[0].from"),
    ("no highest", lambda whole: whole["features"][0]["bins"].pop(), "features[0].bins[1].to"),
    ("no bins", set_at(*BINS, value=[]), "features[0].bins"),
    ("bins gone", lambda whole: whole["features"][0].pop("bins"), "features[0].bins"),
    ("border gone", lambda whole: whole["features"][0]["bins"][1].pop("to"), "features[0].bins[1].to"),
    ("border a text", set_at(*BINS, 0, "to", value="1"), "features[0].bins[0].to"),
    (
        "border falls",
        lambda whole: (set_at(*BINS, 0, "to", value=3)(whole), set_at(*BINS, 1, "from", value=3)(whole)),
        "features[0].bins",
    ),
    ("points a fraction", set_at(*BINS, 1, "points", value=0.5), "features[0].bins[1].points"),
    ("points gone", lambda whole: whole["features"][0]["bins"][2].pop("points"), "features[0].bins[2].points"),
    ("missing gone", lambda whole: whole["features"][1].pop("missing"), "features[1].missing"),
    ("missing pays", set_at("features", 0, "missing", value=41), "features[0].missing"),
    ("unknown feature", set_at("features", 0, "feature", value="age"), "features[0].feature"),
    ("feature twice", set_at("features", 1, "feature", value="lateness_now"), "features"),
    ("features gone", lambda whole: whole.pop("features"), "features"),
    ("features a text", set_at("features", value="all"), "features"),
    ("bin a number", set_at(*BINS, 0, value=3), "features[0].bins[0]"),
    ("grid row short", lambda whole: whole["grids"][0]["points"][1].pop(), "grids[0].points[1]"),
    ("grid row gone", lambda whole: whole["grids"][0]["points"].pop(), "grids[0].points"),
    ("grid unknown axis", set_at("grids", 0, "rows", "of", value="sex"), "grids[0].rows.of"),
    ("grid axis falls", set_at("grids", 0, "columns", "edges", value=[2, 1]), "grids[0].columns.edges"),
    ("grid point a text", set_at("grids", 0, "points", 0, 1, value="8"), "grids[0].points[0][1]"),
    ("grids gone", lambda whole: whole.pop("grids"), "grids"),
    ("base gone", lambda whole: whole.pop("base"), "base"),
    ("version gone", lambda whole: whole.pop("version"), "version"),
    ("unit nothing", set_at("money_unit", "minor", value=0), "money_unit.minor"),
    ("unit gone", lambda whole: whole.pop("money_unit"), "money_unit"),
    ("table of one", set_at("calibration", value=[{"points": 350, "default_ppm": 1}]), "calibration"),
    ("table rises", set_at("calibration", 1, "default_ppm", value=900_000), "calibration[1]"),
    ("table stands", set_at("calibration", 1, "points", value=350), "calibration[1]"),
    ("more than all", set_at("calibration", 0, "default_ppm", value=1_000_001), "calibration[0].default_ppm"),
]


@pytest.mark.parametrize(("change", "place"), [d[1:] for d in DAMAGES], ids=[d[0] for d in DAMAGES])
def test_a_damaged_file_is_refused_with_the_place(tmp_path: Path, change: Change, place: str) -> None:
    whole = content()
    change(whole)
    with pytest.raises(CreditError) as refusal:
        Scorecard.load(written(tmp_path, sealed(whole)))
    assert refusal.value.code is ErrorCode.SCORECARD_DAMAGED
    assert refusal.value.facts["place"] == place


def test_a_changed_figure_does_not_fit_the_digest(tmp_path: Path) -> None:
    whole = content()
    whole["features"][0]["bins"][0]["points"] += 1
    with pytest.raises(CreditError) as refusal:
        Scorecard.load(written(tmp_path, whole))
    assert (refusal.value.code, refusal.value.facts["place"]) == (ErrorCode.SCORECARD_DAMAGED, "digest")


def test_a_digest_gone_is_damage(tmp_path: Path) -> None:
    whole = content()
    del whole["digest"]
    with pytest.raises(CreditError) as refusal:
        Scorecard.load(written(tmp_path, whole))
    assert refusal.value.facts["place"] == "digest"


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_is_another_version_not_damage(tmp_path: Path, version: object) -> None:
    with pytest.raises(CreditError) as refusal:
        Scorecard.load(written(tmp_path, sealed({**content(), "format": version})))
    assert refusal.value.code is ErrorCode.SCORECARD_VERSION
    assert refusal.value.facts["place"] == "format"


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", "line 1"),
        (b'{"format": 1,\n "vers', "line 2"),
        (b"[]", "the file"),
        (b'{"format": NaN}', "card.json"),
        (b"\xff\xfe\x00", "card.json"),
    ],
    ids=["empty", "cut short", "a list", "not a number", "not text"],
)
def test_what_is_no_card_at_all_is_damage(tmp_path: Path, raw: bytes, place: str) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(raw)
    with pytest.raises(CreditError) as refusal:
        Scorecard.load(path)
    assert (refusal.value.code, refusal.value.facts["place"]) == (ErrorCode.SCORECARD_DAMAGED, place)


def test_a_file_that_is_not_there_is_damage(tmp_path: Path) -> None:
    with pytest.raises(CreditError) as refusal:
        Scorecard.load(tmp_path / "none.json")
    assert refusal.value.facts["place"] == "none.json"


def test_half_a_file_is_refused_wherever_it_was_cut(tmp_path: Path) -> None:
    text = json.dumps(content())
    for end in range(0, len(text), 97):
        path = tmp_path / "card.json"
        path.write_text(text[:end], encoding="utf-8")
        with pytest.raises(CreditError):
            Scorecard.load(path)
