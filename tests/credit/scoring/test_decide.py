"""Gates, limits, prices, cooling and reasons: pure, against the lender's policy with bands of the tests' own."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring.behaviour import Features
from credit.scoring.decide import (
    BOUNDS as BOUND_CODES,
)
from credit.scoring.decide import GATES, KNOWN_GOOD, PURPOSES, Decision, Inputs, Product, decide, most_allowed
from tests.credit.scoring.people import ADULT, BOUNDS, POLICY, THIN, TODAY, features, inputs, months, scored, situation

GOOD = scored(750, ("pays", 50, 50), ("uses", 30, 40))


def codes(decision: Decision, *kinds: str) -> list[str]:
    return [reason.code for reason in decision.against if not kinds or reason.kind in kinds]


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────────────

GATED: dict[str, dict[str, Any]] = {
    "underage": {"person": replace(ADULT, age=17)},
    "student": {"person": replace(ADULT, is_student=True)},
    "identity": {"person": replace(ADULT, identity_checked=False)},
    "blocked": {"person": replace(ADULT, is_blocked=True)},
    "overdue": {"features": features(days_overdue=2)},
    "frozen": {"situation": situation(frozen_reason="fraud_report")},
    "bounced": {"features": features(bounced=3)},
}


@pytest.mark.parametrize("gate", GATED)
@pytest.mark.parametrize("purpose", ["open", "raise", "temporary"])
def test_each_gate_refuses_by_its_own_code_however_good_the_score(purpose: str, gate: str) -> None:
    decision = decide(inputs(purpose, **GATED[gate]), GOOD, POLICY)
    assert (decision.outcome, decision.limit, decision.daily_rate_ppm) == ("refused", None, None)
    assert codes(decision, "gate") == [gate]
    assert codes(decision, "bound") == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_nobody_is_refused_who_stands_before_every_gate(purpose: str) -> None:
    decision = decide(inputs(purpose), GOOD, POLICY)
    assert decision.outcome == "approved"
    assert codes(decision, "gate") == []


def test_several_gates_are_all_told_and_a_freeze_that_follows_from_one_of_them_is_not_told_twice() -> None:
    late = inputs(
        person=replace(ADULT, is_student=True),
        features=features(days_overdue=9),
        situation=situation(frozen_reason="overdue"),
    )
    assert codes(decide(late, GOOD, POLICY), "gate") == ["student", "overdue"]
    studies: dict[str, Any] = {
        "person": replace(ADULT, is_student=True),
        "situation": situation(frozen_reason="student"),
    }
    assert codes(decide(inputs(**studies), GOOD, POLICY), "gate") == ["student"]
    assert codes(decide(inputs(situation=studies["situation"]), GOOD, POLICY), "gate") == ["frozen"]


def test_who_is_young_is_looked_at_by_a_person_when_opening_and_not_afterwards() -> None:
    young = replace(ADULT, age=22)
    opening = decide(inputs("open", person=young), GOOD, POLICY)
    assert (opening.outcome, opening.limit, codes(opening, "gate")) == ("review", None, ["person_looks"])
    assert decide(inputs("raise", person=young), GOOD, POLICY).outcome == "approved"
    assert decide(inputs("open", person=replace(ADULT, age=23)), GOOD, POLICY).outcome == "approved"


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("points", "paylater", "cashloan", "rate"),
    [
        (950, 2_000_000, 5_000_000, 220), (700, 2_000_000, 5_000_000, 220), (699, 1_500_000, 3_000_000, 260),
        (530, 800_000, 1_500_000, 300), (529, 300_000, None, None), (470, 300_000, None, None), (469, None, None, None),
        (350, None, None, None),
    ],
)  # fmt: skip
def test_an_opening_gets_the_limit_and_the_price_of_its_band(
    points: int, paylater: int | None, cashloan: int | None, rate: int | None
) -> None:
    card = scored(points)
    first = decide(inputs("open"), card, POLICY)
    second = decide(inputs("open", "cashloan"), card, POLICY)
    assert (first.limit, second.limit) == (paylater, cashloan)
    assert (first.daily_rate_ppm, second.daily_rate_ppm) == (None, rate), "pay-later costs the same for everybody"
    for decision, limit in ((first, paylater), (second, cashloan)):
        assert decision.outcome == ("refused" if limit is None else "approved")
        assert decision.band == POLICY.band_of(points).name


@pytest.mark.parametrize(
    ("known", "most", "code"),
    [
        ({}, 2_000_000, "product_largest"),
        ({"bounds": replace(BOUNDS["paylater"], largest_line=1_200_000)}, 1_200_000, "product_largest"),
        ({"situation": situation(limit=None, other_limit=4_000_050)}, 990_000, "both_lines"),
        ({"situation": situation(limit=None, other_limit=4_970_000)}, None, "both_lines"),
        ({"features": features(income=400_000)}, 600_000, "income"),
        ({"features": features(income=400_000, transfers=200_000)}, 660_000, "income"),
        ({"features": features(income=10_000)}, None, "income"),
    ],
    ids=["product", "smaller product", "other line", "no room", "income", "transfers", "little income"],
)
def test_the_lowest_bound_sets_the_limit_in_whole_steps_and_names_itself(
    known: dict[str, Any], most: int | None, code: str
) -> None:
    decision = decide(inputs("open", **known), GOOD, POLICY)
    assert decision.limit == most
    assert codes(decision, "bound") == [code]


def test_income_that_may_not_be_looked_at_bounds_nothing() -> None:
    assert decide(inputs("open", features=features(income=None, transfers=900_000)), GOOD, POLICY).limit == 2_000_000


def test_one_asks_for_less_than_the_policy_allows_and_gets_that() -> None:
    decision = decide(inputs("open", asked="5000.00"), GOOD, POLICY)
    assert (decision.limit, codes(decision, "bound")) == (500_000, [])


@pytest.mark.parametrize(
    ("limit", "asked", "points", "raised", "code"),
    [
        (1_000_000, None, 750, 1_500_000, None),
        (1_000_000, "12000.00", 750, 1_200_000, None),
        (1_000_000, "18000.00", 750, 1_500_000, "one_raise"),
        (1_000_000, "10000.00", 750, None, "not_higher"),
        (1_400_000, None, 650, 1_500_000, None),
        (1_470_000, None, 650, None, "score_band"),
        (1_000_000, None, 560, None, "score_band"),
        (1_900_000, "25000.00", 750, 2_000_000, "product_largest"),
    ],
)
def test_a_raise_stays_within_band_product_and_one_step(
    limit: int, asked: str | None, points: int, raised: int | None, code: str | None
) -> None:
    wish = inputs("raise", asked=asked, situation=situation(limit=limit))
    decision = decide(wish, scored(points), POLICY)
    assert decision.limit == raised
    assert codes(decision, "bound") == ([code] if code else [])
    assert decision.daily_rate_ppm is None, "a raise does not touch the price"


def test_a_temporary_limit_asks_for_a_score_room_and_few_of_them() -> None:
    ask = inputs("temporary", asked="1500.00")
    assert decide(ask, GOOD, POLICY).limit == 150_000
    assert codes(decide(ask, scored(529), POLICY), "bound") == ["score_band"]
    assert codes(decide(ask, THIN, POLICY)) == ["thin_file"]
    dear = decide(inputs("temporary", asked="3000.00"), GOOD, POLICY)
    assert (dear.limit, codes(dear, "bound")) == (200_000, ["temporary_share"])
    full = inputs("temporary", asked="1500.00", situation=situation(other_limit=3_950_000))
    assert (decide(full, GOOD, POLICY).limit, codes(decide(full, GOOD, POLICY), "bound")) == (50_000, ["both_lines"])
    running = inputs("temporary", asked="1500.00", situation=situation(temporary_running=True))
    assert codes(decide(running, GOOD, POLICY), "gate") == ["temporary_running"]
    often = inputs("temporary", asked="1500.00", situation=situation(temporary_in_year=3))
    assert codes(decide(often, GOOD, POLICY), "gate") == ["temporary_often"]


def test_watching_never_raises_and_cuts_to_what_the_policy_leaves() -> None:
    assert decide(inputs("watch", situation=situation(limit=300_000)), GOOD, POLICY).limit == 300_000
    worse = decide(inputs("watch"), scored(560), POLICY)
    assert (worse.outcome, worse.limit, codes(worse, "bound")) == ("approved", 800_000, ["score_band"])
    assert decide(inputs("watch"), scored(400), POLICY).limit == 0
    assert most_allowed(inputs("watch"), scored(560), POLICY) == (800_000, "score_band")


# ── cooling ─────────────────────────────────────────────────────────────────────────────────────────────────

COOLING = {
    "cooling_opening": ("opened_on", POLICY.cooling_days.after_opening),
    "cooling_raise": ("raised_on", POLICY.cooling_days.after_raise),
    "cooling_cut": ("cut_on", POLICY.cooling_days.after_cut),
    "cooling_refusal": ("refused_on", POLICY.cooling_days.after_refusal),
}


@pytest.mark.parametrize("code", COOLING)
def test_a_raise_waits_for_each_cooling_period_to_the_day(code: str) -> None:
    name, days = COOLING[code]
    too_soon, just_right = (TODAY - timedelta(days=days - extra) for extra in (1, 0))
    decision = decide(inputs(situation=situation(**{name: too_soon})), GOOD, POLICY)
    assert codes(decision, "gate") == [code]
    assert decision.against[0].facts == {"on": too_soon.isoformat(), "until": (TODAY + timedelta(days=1)).isoformat()}
    assert decide(inputs(situation=situation(**{name: just_right})), GOOD, POLICY).outcome == "approved"


def test_of_several_cooling_periods_the_one_that_ends_last_is_told() -> None:
    both = situation(refused_on=TODAY, raised_on=TODAY - timedelta(days=10))
    assert codes(decide(inputs(situation=both), GOOD, POLICY), "gate") == ["cooling_raise"]


def test_a_running_temporary_limit_holds_a_lasting_raise_back() -> None:
    decision = decide(inputs(situation=situation(temporary_running=True)), GOOD, POLICY)
    assert codes(decision, "gate") == ["temporary_running"]


# ── thin files ──────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_score_the_thin_file_rule_decides_and_says_so() -> None:
    opening = decide(inputs("open", features=features(months=())), THIN, POLICY)
    assert (opening.outcome, opening.limit, opening.points, opening.band) == ("approved", 300_000, None, None)
    assert codes(opening) == ["thin_file"]
    assert opening.against[0].facts == {"known": 0, "needed": 3, "most_minor": 300_000}
    cash = decide(inputs("open", "cashloan", features=features(months=())), THIN, POLICY)
    assert (cash.outcome, codes(cash)) == ("refused", ["thin_file"])


def test_a_score_from_fewer_statements_than_the_policy_asks_for_does_not_count() -> None:
    decision = decide(inputs(features=features(months=months(2))), GOOD, POLICY)
    assert (decision.points, decision.default_ppm, codes(decision)) == (None, None, ["thin_file"])
    assert [reason.code for reason in decision.favour] == ["paid_on_time"]


# ── reasons ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_reasons_are_the_three_features_that_kept_most_points_and_the_best_one_for() -> None:
    card = scored(560, ("a", 10, 12), ("b", -20, 40), ("c", 5, 35), ("d", 30, 30), ("e", 0, 9), ("f", 12, 12))
    decision = decide(inputs(), card, POLICY)
    assert [(r.code, r.lost) for r in decision.against if r.kind == "score"] == [("b", 60), ("c", 30), ("e", 9)]
    assert [reason.code for reason in decision.favour] == ["d"]


def test_equal_losses_come_by_name_and_no_loss_is_no_reason() -> None:
    decision = decide(inputs(), scored(560, ("z", 0, 9), ("y", 0, 9), ("x", 9, 9)), POLICY)
    assert codes(decision, "score") == ["y", "z"]


def test_what_gave_nothing_is_no_reason_for() -> None:
    assert decide(inputs(), scored(400, ("a", -5, 10), ("b", 0, 20)), POLICY).favour == ()


# ── properties ──────────────────────────────────────────────────────────────────────────────────────────────

amounts = st.integers(0, 6_000_000)
maybe_days = st.none() | st.dates(date(2026, 1, 1), TODAY)
people = st.builds(replace, st.just(ADULT), age=st.integers(14, 80), is_student=st.booleans(), is_blocked=st.booleans())
situations = st.builds(
    situation, limit=st.none() | amounts, other_limit=amounts, raised_on=maybe_days, cut_on=maybe_days,
    refused_on=maybe_days, frozen_reason=st.sampled_from([None, None, "overdue"]), temporary_running=st.booleans(),
    temporary_in_year=st.integers(0, 4),
)  # fmt: skip
behaviours = st.builds(
    features, months=st.integers(0, 6).map(months), days_overdue=st.sampled_from([0, 0, 40]), bounced=st.integers(0, 4),
    income=st.none() | amounts, transfers=st.none() | amounts,
)  # fmt: skip
asked_for = st.builds(
    Inputs, purpose=st.sampled_from(PURPOSES), product=st.sampled_from(get_args(Product)), asked=st.none() | amounts,
    person=people, situation=situations, bounds=st.sampled_from(list(BOUNDS.values())), features=behaviours,
)  # fmt: skip
parts = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(-40, 40), st.integers(0, 20)), unique_by=lambda p: p[0]
)
cards = st.just(THIN) | st.builds(
    lambda points, given: scored(points, *[(name, got, got + lost) for name, got, lost in given]),
    st.integers(350, 950),
    parts,
)


@given(asked_for, cards)
def test_the_same_inputs_give_the_same_decision_also_after_they_were_stored(wish: Inputs, card: Any) -> None:
    decision = decide(wish, card, POLICY)
    assert Inputs.read(wish.spelled()) == wish
    assert Decision.read(decision.spelled()) == decision
    assert decide(Inputs.read(wish.spelled()), card, POLICY).spelled() == decision.spelled()


@given(asked_for, cards)
def test_every_refusal_has_a_reason_and_every_code_is_a_known_one(wish: Inputs, card: Any) -> None:
    decision = decide(wish, card, POLICY)
    assert (decision.outcome == "approved") == (decision.limit is not None)
    if decision.outcome != "approved":
        assert codes(decision, "gate", "bound")
    known = {"gate": set(GATES), "bound": {*BOUND_CODES, *KNOWN_GOOD}, "score": set("abcdef")}
    assert all(reason.code in known[reason.kind] for reason in (*decision.against, *decision.favour))
    assert len({reason.code for reason in decision.against}) == len(decision.against)


@given(asked_for, cards)
def test_no_limit_passes_the_bounds_of_product_and_both_lines(wish: Inputs, card: Any) -> None:
    decision = decide(wish, card, POLICY)
    if decision.limit is None or wish.purpose == "watch":
        return
    added = (wish.situation.limit or 0) if wish.purpose == "temporary" else 0
    assert decision.limit + added + wish.situation.other_limit <= wish.bounds.both_lines
    if wish.purpose != "temporary":
        assert decision.limit <= wish.bounds.largest_line
    if wish.purpose == "raise":
        assert decision.limit > (wish.situation.limit or 0)


@given(asked_for, st.integers(350, 950), st.integers(350, 950))
def test_a_better_score_never_gets_less(wish: Inputs, one: int, other: int) -> None:
    worse, better = (decide(wish, scored(points), POLICY).limit or 0 for points in sorted((one, other)))
    assert worse <= better


@given(asked_for, cards, st.integers(23, 80), st.integers(23, 80))
def test_age_decides_nothing_but_its_gate(wish: Inputs, card: Any, one: int, other: int) -> None:
    first, second = (decide(replace(wish, person=replace(wish.person, age=age)), card, POLICY) for age in (one, other))
    assert first == second


def test_no_feature_says_who_somebody_is() -> None:
    names = " ".join(field.name for field in fields(Features))
    for word in ("sex", "gender", "education", "marriage", "age_", "born", "contact", "social", "friend", "name"):
        assert word not in names.replace("usage_", "")
