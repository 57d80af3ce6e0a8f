"""What is wrong in the policy file is named by its place, at load."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from credit.kernel.errors import CatalogueError
from credit.monitoring.orders import present_watching
from credit.monitoring.policy import SIGNS, read_watching
from credit.scoring.policy import DEFAULT
from tests.harness import sources

Damage = Callable[[dict[str, Any]], object]


def content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DEFAULT.read_text("utf-8"))["watching"]
    return copy.deepcopy(found)


def test_the_lenders_own_policy_is_right_and_looks_at_every_sign() -> None:
    assert {rule.looks_at for rule in present_watching().rules.values()} == set(SIGNS)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "no watching at all": (lambda w: w.clear(), "watching.rules: "),
    "unknown sign": (lambda w: w["rules"]["score_fell"].update(looks_at="moon"), "watching.rules.score_fell: "),
    "unknown key": (lambda w: w["rules"]["score_fell"].update(grade=1), "watching.rules.score_fell.score.grade: "),
    "days as text": (lambda w: w["rules"]["score_fell"].update(days="90"), "watching.rules.score_fell.score.days: "),
    "no cure": (lambda w: w["rules"]["score_fell"].pop("cure_days"), "watching.rules.score_fell.score.cure_days: "),
    "severity": (lambda w: w["rules"]["score_fell"].update(severity="high"), "score_fell.score.severity: "),
    "name": (lambda w: w["rules"].update({"Bad Name": w["rules"]["score_fell"]}), "watching.rules.Bad Name.[key]: "),
    "action": (
        lambda w: w["rules"]["score_fell"].update(actions=[{"do": "sue"}]), "watching.rules.score_fell.score.actions.0: "
    ),
    "action twice": (
        lambda w: w["rules"]["late_two_months"]["actions"].append({"do": "review"}), "watching.rules.late_two_months.days_late: "
    ),
    "cut that is none": (
        lambda w: w["rules"]["late_six_weeks"]["actions"][0].update(to_ppm=1_000_000),
        "watching.rules.late_six_weeks.days_late.actions.0.cut: ",
    ),
    "milder when later": (lambda w: w["rules"]["late_two_months"].update(severity="info"), "watching: "),
    "stability": (lambda w: w["stability"].update(alarm_ppm=1), "watching.stability: "),
    "outcome": (lambda w: w["performance"].update(calibrated_on="luck"), "watching.performance: "),
    "horizon": (
        lambda w: w["performance"]["outcomes"]["next_payment"].update(horizon_days=5),
        "watching.performance.outcomes.next_payment: ",
    ),
    "vintage days": (lambda w: w["portfolio"].update(vintage_days=[60, 30]), "watching.portfolio: "),
    "rescoring": (lambda w: w.update(rescore_after=["full_moon"]), "watching.rescore_after.0: "),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_by_its_place(name: str) -> None:
    damage, place = DAMAGES[name]
    whole = content()
    damage(whole)
    with pytest.raises(CatalogueError) as refusal:
        read_watching(whole, "policy.yml")
    assert "policy.yml: " in str(refusal.value)
    assert place in str(refusal.value), str(refusal.value)


def test_a_policy_that_says_nothing_of_watching_is_refused() -> None:
    with pytest.raises(CatalogueError, match="watching: is missing"):
        read_watching(None, "policy.yml")


def test_every_fault_is_told_at_once() -> None:
    whole = content()
    whole["rules"]["score_fell"].update(days=0)
    whole["stability"].update(watch_ppm=-1)
    with pytest.raises(CatalogueError) as refusal:
        read_watching(whole, "policy.yml")
    assert "score_fell" in str(refusal.value)
    assert "stability" in str(refusal.value)


def test_every_sign_has_a_word_for_the_customer() -> None:
    worded = sources.domain()["responses"]
    assert {f"utter_word_reason_watch_{sign}" for sign in (*SIGNS, "cured")} <= set(worded)
