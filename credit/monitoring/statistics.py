"""How well scores part the good from the bad, and how far a population has moved: pure, no database.

Scores are points, higher is better. Nothing here is money, so it may be a float."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

Z_95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Discrimination:
    """AUC with its 95 % interval, and KS. Shares between 0 and 1."""

    good: int
    bad: int
    auc: float
    auc_low: float
    auc_high: float
    ks: float


@dataclass(frozen=True, slots=True)
class CalibrationBand:
    """A tenth of the customers, by what was expected of them. Shares between 0 and 1."""

    customers: int
    bad: int
    expected: float
    seen: float


def psi(reference: Mapping[Any, float], present: Mapping[Any, float]) -> float:
    """Population stability index of two distributions, counts or shares by band: Σ (p − r)·ln(p / r).

    Source: Siddiqi, Credit Risk Scorecards (2006), ch. 11; below 0.10 stable, from 0.25 on shifted. A band that one
    side lacks counts there as half an observation in ten thousand, so that the index stays finite. Raises ValueError
    when one side is empty or a number is negative."""
    both = (reference, present)
    if any(number < 0 for side in both for number in side.values()):
        raise ValueError("a distribution has no negative numbers")
    sums = [sum(side.values()) for side in both]
    if not all(sums):
        raise ValueError("an empty distribution cannot be compared")
    index = 0.0
    for band in {**reference, **present}:
        was, now = (max(side.get(band, 0) / whole, 0.00005) for side, whole in zip(both, sums, strict=True))
        index += (now - was) * math.log(now / was)
    return index


def discrimination(good: Sequence[float], bad: Sequence[float]) -> Discrimination:
    """AUC (the chance that a bad customer has fewer points than a good one, ties half) and KS (the largest distance of
    the two distributions) of the points of both.

    The interval is Hanley and McNeil's (Radiology 143, 1982). Raises ValueError when one side is empty."""
    if not good or not bad:
        raise ValueError("good and bad customers are needed")
    rising, fallen = sorted(good), sorted(bad)
    worse = sum(2 * len(rising) - bisect_left(rising, one) - bisect_right(rising, one) for one in fallen)
    auc = worse / (2 * len(rising) * len(fallen))
    ks = max(
        abs(bisect_right(fallen, at) / len(fallen) - bisect_right(rising, at) / len(rising)) for at in {*good, *bad}
    )
    error = _auc_error(auc, len(rising), len(fallen))
    return Discrimination(len(rising), len(fallen), auc, max(0.0, auc - error), min(1.0, auc + error), ks)


def _auc_error(auc: float, good: int, bad: int) -> float:
    """Half the width of the 95 % interval."""
    one, two = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (bad - 1) * (one - auc * auc) + (good - 1) * (two - auc * auc)
    return Z_95 * math.sqrt(max(0.0, variance) / (good * bad))


def calibration(outcomes: Sequence[tuple[float, bool]], bands: int = 10) -> list[CalibrationBand]:
    """Expected and seen share of bad customers, in bands of equal size from the safest to the riskiest.

    `outcomes` are (probability of default, went bad). Fewer customers than bands make fewer bands."""
    ordered = sorted(outcomes)
    edges = [round(nth * len(ordered) / bands) for nth in range(bands + 1)]
    found = []
    for first, after in pairwise(edges):
        if some := ordered[first:after]:
            bad = sum(went for _, went in some)
            expected = math.fsum(chance for chance, _ in some) / len(some)
            found.append(CalibrationBand(len(some), bad, expected, bad / len(some)))
    return found


def quantile_edges(values: Sequence[float], bands: int = 10) -> list[float]:
    """Inner edges that cut the values into bands of about equal size; equal values stay together."""
    ordered = sorted(values)
    cuts = [ordered[min(len(ordered) - 1, round(nth * len(ordered) / bands))] for nth in range(1, bands)]
    return sorted(set(cuts))


def cumulative(counts: Sequence[float]) -> list[float]:
    """Running shares, the last 1."""
    whole = sum(counts)
    return [part / whole for part in accumulate(counts)] if whole else [0.0 for _ in counts]
