"""Invented customers for decisions: what is not said is as good as it can be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from credit.kernel.money import from_yuan
from credit.scoring.behaviour import Features, Month
from credit.scoring.card import Part, Scored, ThinFile
from credit.scoring.decide import Bounds, Inputs, Person, Situation
from credit.scoring.policy import DEFAULT as POLICY_FILE
from credit.scoring.policy import Policy
from credit.scoring.service import Rules
from tests.credit.scoring.small import content

TODAY = date(2026, 11, 8)
ADULT = Person(age=30, is_student=False, identity_checked=True, is_blocked=False)
BOUNDS = {
    "paylater": Bounds(smallest_line=50_000, largest_line=2_000_000, both_lines=5_000_000, temporary_share_ppm=200_000),
    "cashloan": Bounds(
        smallest_line=100_000, largest_line=5_000_000, both_lines=5_000_000, temporary_share_ppm=200_000
    ),
}


def minor(yuan: str | None) -> int | None:
    return None if yuan is None else from_yuan(yuan).minor


def months(number: int = 6, **every: int) -> tuple[Month, ...]:
    """So many months, newest first, all alike."""
    known: dict[str, Any] = {"bill": 100_000, "minimum": 10_000, "payment": 100_000, "lateness": -1, **every}
    return tuple(Month(on=date(2026, 11 - nth, 1), **known) for nth in range(number))


def features(**known: Any) -> Features:
    behaved = Features(
        on=TODAY, months=months(), paylater_limit=1_000_000, paylater_owed=100_000, plans_owed=0,
        cashloan_limit=2_000_000, cashloan_owed=0, loans_running=0, loans_in_week=0, loans_in_quarter=0,
        tenure_months=24, days_overdue=0, bounced=0, income=None, transfers=None,
    )  # fmt: skip
    return replace(behaved, **known)


def situation(**known: Any) -> Situation:
    long_ago = date(2025, 1, 1)
    settled = Situation(
        limit=1_000_000, other_limit=1_000_000, frozen_reason=None, opened_on=long_ago, raised_on=None, cut_on=None,
        refused_on=None, temporary_running=False, temporary_in_year=0,
    )  # fmt: skip
    return replace(settled, **known)


def inputs(purpose: Any = "raise", product: Any = "paylater", asked: str | None = None, **parts: Any) -> Inputs:
    """`person`, `situation`, `features` and `bounds` replace the ordinary ones."""
    own = {"person": ADULT, "situation": situation(), "bounds": BOUNDS[product], "features": features(), **parts}
    if purpose == "open" and "situation" not in parts:
        own["situation"] = situation(limit=None, opened_on=None, other_limit=0)
    return Inputs(purpose=purpose, product=product, asked=minor(asked), **own)


def scored(points: int, *parts: tuple[str, int, int]) -> Scored:
    """Parts as (feature, points, best)."""
    return Scored(points, 50_000, "test-1", tuple(Part(name, "bin", given, best) for name, given, best in parts))


THIN = ThinFile(0, 3, "test-1")


def policy_with(**changes: Any) -> Policy:
    """The lender's policy with bands of the tests' own, so that a new calibration leaves them alone; `changes` replace
    whole parts of the file."""
    whole = yaml.safe_load(POLICY_FILE.read_text("utf-8"))
    borders = {"A": (700, 950), "B": (620, 699), "C": (530, 619), "D": (470, 529), "E": (350, 469)}
    for band in whole["bands"]:
        band["from"], band["to"] = borders[band["name"]]
    whole["temporary"] = {"lowest_score": 530, "most_in_a_year": 3}
    return Policy.read(yaml.safe_dump({**whole, **changes}, sort_keys=False))


POLICY = policy_with()


def small_rules(policy: Policy = POLICY) -> Rules:
    """That policy with the tests' small scorecard."""
    return Rules.of(policy, json.dumps(content()))
