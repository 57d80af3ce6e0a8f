"""The scorecard that is in use: what it may see, which way it may run, how fast it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.card import DEFAULT, Scorecard, Scored
from credit.scoring.features import FEATURES
from credit.scoring.history import MONTHS, History
from tools.console import ROOT

CARD = Scorecard.load()
CONTENT = json.loads(DEFAULT.read_text(encoding="utf-8"))
MOST_CODES, MOST_GRIDS = 20, 5

amounts = st.integers(0, 800_000) | st.sampled_from((0, 1, 1_000, 50_000))
bills = st.integers(-50_000, 900_000) | st.sampled_from((0, 1, 50_000))
lateness = st.integers(-2, 9)


def months[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.tuples(*[values] * MONTHS)


histories = st.builds(
    History,
    limit=st.integers(10_000, 1_000_000),
    lateness=months(lateness),
    bills=months(bills | st.none()),
    payments=months(amounts | st.none()),
)


def score(history: History) -> Scored:
    scored = CARD.score(history)
    assert isinstance(scored, Scored)
    return scored


@given(histories, st.integers(0, MONTHS - 1), lateness)
def test_worse_lateness_never_gives_more_points(history: History, month: int, other: int) -> None:
    """In any month, from any code to any higher one, through every feature and grid, with all else equal."""
    better, worse = sorted((history.lateness[month], other), key=int)  # type: ignore[arg-type]

    def with_late(late: int | None) -> Scored:
        return score(replace(history, lateness=(*history.lateness[:month], late, *history.lateness[month + 1 :])))

    before, after = with_late(better), with_late(worse)
    assert after.points <= before.points
    assert after.default_ppm >= before.default_ppm
    for mine, theirs in zip(after.parts, before.parts, strict=True):
        assert mine.points <= theirs.points, mine.feature


@given(histories)
def test_points_are_the_parts_and_no_part_beats_its_best(history: History) -> None:
    scored = score(history)
    whole = CONTENT["base"] + sum(part.points for part in scored.parts)
    assert scored.points == min(max(whole, 350), 950)
    assert all(part.lost >= 0 for part in scored.parts)
    assert tuple(part.feature for part in scored.parts) == CARD.features
    assert score(history) == scored


@given(histories, st.sets(st.integers(0, MONTHS - 1), max_size=3))
def test_missing_months_are_scored_by_the_rule(history: History, missing: set[int]) -> None:
    def without(values: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return tuple(None if i in missing else value for i, value in enumerate(values))

    thinner = History(history.limit, *map(without, (history.lateness, history.bills, history.payments)))
    scored = score(thinner)
    assert 350 <= scored.points <= 950
    if 0 in missing:
        assert {part.bin for part in scored.parts if part.feature == "lateness_now"} <= {"missing"}


def test_more_points_always_mean_a_lower_probability() -> None:
    chances = [CARD.default_ppm(points) for points in range(350, 951)]
    assert all(worse > better for worse, better in pairwise(chances))


def test_what_the_scorecard_may_not_see_is_not_in_it() -> None:
    """Neither a feature nor a history can hold it, and no word of the file's tables names it."""
    assert set(History.__dataclass_fields__) == {"limit", "lateness", "bills", "payments"}
    tables = json.dumps({key: value for key, value in CONTENT.items() if key != "training"}).lower()
    words = set(re.findall(r"[a-z]+", f"{tables} {' '.join(FEATURES)}"))
    protected = {"sex", "gender", "education", "marriage", "marital", "age", "birth", "region", "contacts", "social"}
    assert words & protected == set()


def test_the_codes_are_few_and_all_documented() -> None:
    assert len(CARD.features) <= MOST_CODES
    assert len(CONTENT["grids"]) <= MOST_GRIDS
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "scorecard.md").read_text(encoding="utf-8"), re.M))
    assert set(CARD.features) <= documented


def test_the_file_says_where_it_comes_from_and_how_good_it_is() -> None:
    training = CONTENT["training"]
    assert training["source"]["licence"] == "CC BY 4.0"
    assert re.fullmatch(r"[0-9a-f]{64}", training["data_sha256"])
    low, high = training["held_out"]["auc_interval"]
    assert low < training["held_out"]["auc"] < high
    assert training["held_out"]["auc"] >= 0.77
    assert training["cross_validation"]["auc"] >= 0.78
    assert training["held_out"]["ks"] >= 0.41
    assert len(training["held_out"]["deciles"]) == 10
    assert training["challenger"]["auc"] > 0.5


@pytest.mark.parametrize("name", ["customers_ppm"])
def test_the_shares_of_a_feature_add_up(name: str) -> None:
    for feature in CONTENT["features"]:
        assert sum(one[name] for one in feature["bins"]) == pytest.approx(1_000_000, abs=10)
