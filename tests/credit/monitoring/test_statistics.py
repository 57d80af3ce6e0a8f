"""PSI, AUC, KS and calibration against figures worked out by hand and by counting pairs."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.monitoring.statistics import calibration, discrimination, psi

POINTS = st.lists(st.integers(350, 950), min_size=1, max_size=40)


def test_psi_is_the_sum_by_hand() -> None:
    found = psi({"low": 20, "mid": 50, "high": 30}, {"low": 0.3, "mid": 0.5, "high": 0.2})
    assert found == pytest.approx(0.1 * math.log(0.3 / 0.2) - 0.1 * math.log(0.2 / 0.3))


def test_a_population_that_stayed_has_no_psi() -> None:
    assert psi({1: 3, 2: 7}, {1: 30, 2: 70}) == pytest.approx(0)


def test_a_band_that_nobody_was_in_does_not_make_psi_infinite() -> None:
    assert 0.25 < psi({"a": 100}, {"a": 90, "b": 10}) < 2


@pytest.mark.parametrize(("reference", "present"), [({}, {"a": 1}), ({"a": 1}, {"a": 0}), ({"a": -1}, {"a": 1})])
def test_what_is_no_distribution_is_refused(reference: dict[str, float], present: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        psi(reference, present)


@given(POINTS, POINTS)
def test_auc_is_the_share_of_pairs_in_the_right_order(good: list[int], bad: list[int]) -> None:
    pairs = [(g > b) + 0.5 * (g == b) for g in good for b in bad]
    found = discrimination(good, bad)
    assert found.auc == pytest.approx(sum(pairs) / len(pairs))
    assert found.auc_low <= found.auc <= found.auc_high


@given(POINTS, POINTS)
def test_ks_is_the_largest_distance_of_the_shares_below(good: list[int], bad: list[int]) -> None:
    def below(points: list[int], most: int) -> float:
        return sum(one <= most for one in points) / len(points)

    far = max(abs(below(bad, at) - below(good, at)) for at in range(350, 951))
    assert discrimination(good, bad).ks == pytest.approx(far)


def test_the_interval_holds_the_true_area_about_nineteen_times_in_twenty() -> None:
    """Two normal distributions one standard deviation apart have an area of Φ(1/√2)."""
    dice, truth, held = random.Random(3), 0.5 * (1 + math.erf(0.5)), 0
    for _ in range(300):
        found = discrimination([dice.gauss(1, 1) for _ in range(60)], [dice.gauss(0, 1) for _ in range(30)])
        held += found.auc_low <= truth <= found.auc_high
    assert 0.91 < held / 300 < 0.99


def test_no_outcome_of_one_sort_is_refused() -> None:
    with pytest.raises(ValueError):
        discrimination([600], [])


def test_calibration_bands_hold_everybody_once_and_compare_like_with_like() -> None:
    dice = random.Random(7)
    outcomes = [(chance := dice.random() / 2, dice.random() < chance) for _ in range(5_000)]
    bands = calibration(outcomes)
    assert [band.customers for band in bands] == [500] * 10
    assert [band.expected for band in bands] == sorted(band.expected for band in bands)
    assert all(abs(band.expected - band.seen) < 0.06 for band in bands)
    assert sum(band.bad for band in bands) == sum(went for _, went in outcomes)


def test_few_customers_make_few_bands() -> None:
    assert [band.customers for band in calibration([(0.1, False), (0.9, True)])] == [1, 1]
