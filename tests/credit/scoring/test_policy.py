"""A policy file that is wrong is refused at load, by the place of the fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.catalogue import load_catalogue
from credit.kernel.errors import CatalogueError
from credit.scoring.policy import DEFAULT, Policy, yearly_ppm

Change = Callable[[dict[str, Any]], object]


def content() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(DEFAULT.read_text("utf-8"))
    return whole


def load(folder: Path, whole: dict[str, Any]) -> Policy:
    path = folder / "policy.yml"
    path.write_text(yaml.safe_dump(whole, sort_keys=False), "utf-8")
    return Policy.load(path)


def test_the_lenders_policy_is_right_and_keeps_its_text_and_digest() -> None:
    policy = Policy.load()
    assert policy.text == DEFAULT.read_text("utf-8")
    assert re.fullmatch("[0-9a-f]{64}", policy.digest)
    again = Policy.read(policy.text)
    assert (again, again.digest) == (policy, policy.digest)


def test_every_score_has_one_band() -> None:
    policy = Policy.load()
    assert {policy.band_of(points).name for points in range(350, 951)} == {band.name for band in policy.bands}


def _band(nth: int, **changes: Any) -> Change:
    return lambda whole: whole["bands"][nth].update(changes)


FAULTS: dict[str, tuple[Change, str]] = {
    "hole": (_band(0, **{"from": 780}), "hole between B and A: scores from 770 to 779 are in no band"),
    "overlap": (_band(0, **{"from": 769}), "B and A overlap"),
    "wrong order": (lambda w: w["bands"].reverse(), "bands: scores from 350 to 769 are in no band"),
    "top missing": (_band(0, to=900), "scores from 901 to 950 are in no band"),
    "bottom missing": (lambda w: w["bands"].pop(), "scores from 350 to 619 are in no band"),
    "no bands": (lambda w: w.update(bands=[]), "bands: List should have at least 1 item"),
    "band upside down": (_band(1, **{"from": 769, "to": 716}), "bands.1: Value error, band B: from 769 is above to 716"),
    "score too high": (_band(0, to=951), "bands.0.to: Input should be less than or equal to 950"),
    "same name": (_band(1, name="A"), "a name stands twice"),
    "negative": (_band(0, paylater="-1.00"), "bands.0.paylater: Value error, must not be negative"),
    "float": (_band(0, paylater=20000.0), 'bands.0.paylater: Value error, write amounts as text, such as "500.00"'),
    "missing amount": (lambda w: w["bands"][2].pop("cashloan"), "bands.2.cashloan: Field required"),
    "missing part": (lambda w: w.pop("cooling_days"), "cooling_days: Field required"),
    "unknown key": (lambda w: w["gates"].update(zodiac=True), "gates.zodiac: Extra inputs are not permitted"),
    "unknown part": (lambda w: w.update(contacts={}), "contacts: Extra inputs are not permitted"),
    "text for a number": (lambda w: w["gates"].update(most_bounced="2"), "gates.most_bounced: Input should be a valid integer"),
    "negative days": (lambda w: w["cooling_days"].update(after_cut=-1), "cooling_days.after_cut: Input should be greater"),
    "better gets less": (_band(0, paylater="14000.00"), "A gives less paylater than B"),
    "better is dearer": (_band(0, daily_rate_ppm=265), "A is dearer than B"),
    "above the cap": (_band(4, daily_rate_ppm=320), "bands.E.daily_rate_ppm: 320 a day is 123874 a year, above the cap of 120000"),
    "not sold": (_band(0, daily_rate_ppm=199), "bands.A.daily_rate_ppm: 199 is not within 200 to 310"),
    "above the product": (_band(0, cashloan="50000.01"), "bands.A.cashloan: 50,000.01 CNY is above the product's largest"),
    "below the product": (_band(3, cashloan="999.00"), "bands.D.cashloan: 999.00 CNY is below the product's smallest"),
    "thin above": (lambda w: w["thin_file"].update(paylater="20000.01"), "thin_file.paylater: 20,000.01 CNY is above"),
    "thin too early": (lambda w: w["thin_file"].update(fewest_statements=2), "thin_file.fewest_statements: Input should be"),
    "minors": (lambda w: w["gates"].update(youngest=17), "gates.youngest: Input should be greater than or equal to 18"),
    "students": (lambda w: w["gates"].update(students_may_borrow=True), "gates.students_may_borrow: products.yml forbids"),
    "exposure": (lambda w: w["limits"].update(both_lines="50000.01"), "limits.both_lines: above 50,000.00 CNY"),
    "no step": (lambda w: w["limits"].update(step="0.00"), "limits: Value error, step must be positive"),
    "no version": (lambda w: w.update(version=""), "version: String should have at least 1 character"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_its_place(fault: str, tmp_path: Path) -> None:
    change, place = FAULTS[fault]
    whole = content()
    change(whole)
    with pytest.raises(CatalogueError) as refusal:
        load(tmp_path, whole)
    assert str(refusal.value).startswith("policy.yml: ")
    assert place in str(refusal.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    whole = content()
    whole["gates"].pop("youngest")
    whole["limits"]["zodiac"] = 1
    with pytest.raises(CatalogueError, match=r"gates.youngest: .*; limits.zodiac: "):
        load(tmp_path, whole)


@pytest.mark.parametrize("text", ["", "- a list", "version: [", "\tversion: 1"])
def test_what_is_no_policy_at_all_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=r"^policy.yml: "):
        Policy.load(path)
    with pytest.raises(CatalogueError, match="cannot be read"):
        Policy.load(tmp_path / "missing.yml")


def test_what_belongs_to_watching_is_held_to_its_own_rules(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="watching"):
        load(tmp_path, {**content(), "watching": {"any": ["thing"]}})


def test_the_dearest_rate_stays_below_the_strict_cap_in_its_dearest_reading() -> None:
    cap = load_catalogue().cost.cap
    dearest = max(band.daily_rate_ppm for band in Policy.load().bands)
    assert yearly_ppm(dearest) == 119_781 < cap
    assert yearly_ppm(0) == 0
