"""Reasons in the customer's words: each code has them, each answer names some, what helps, and a person's look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from actions import reasons
from actions.wording import Wording
from credit.app import CreditApp
from credit.scoring.card import Scorecard
from credit.scoring.decide import BOUNDS, GATES, KNOWN_GOOD, Decision, decide
from credit.scoring.features import FEATURES
from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk
from tests.credit.scoring.people import ADULT, POLICY, THIN, TODAY, features, inputs, scored, situation
from tests.harness import sources

CARD = Scorecard.load()
RESPONSES = sources.domain()["responses"]


def talk_customer(talk: Talk) -> UUID:
    return UUID(talk.customer_id)


def told(decision: Decision) -> str:
    wording = Wording(RESPONSES, {"paylater": "x", "cashloan": "y", "lender": "z"}, year=2026)
    return wording.write(reasons.told(decision))


# ── each code has words ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [*GATES, *BOUNDS])
def test_every_gate_and_bound_has_words_and_says_what_helps_or_that_nothing_does(code: str) -> None:
    assert f"utter_word_against_{code}" in RESPONSES
    assert (f"utter_word_help_{code}" in RESPONSES) != (code in reasons.WITHOUT_HELP)


@pytest.mark.parametrize("feature", CARD.features)
def test_every_feature_that_can_lose_points_has_words_against_for_and_of_help(feature: str) -> None:
    assert {f"utter_word_{kind}_{feature}" for kind in ("against", "favour", "help")} <= set(RESPONSES)


def test_no_words_stand_for_a_code_that_is_no_more() -> None:
    known = {*GATES, *BOUNDS, *KNOWN_GOOD, *CARD.features, *FEATURES, "item", "none", "other", "line"}
    worded = {
        name.removeprefix(f"utter_word_{kind}_")
        for name in RESPONSES
        for kind in ("against", "favour", "help")
        if name.startswith(f"utter_word_{kind}_")
    }
    assert worded <= known


REFUSED: dict[str, dict[str, Any]] = {
    "underage": {"person": replace(ADULT, age=17)},
    "student": {"person": replace(ADULT, is_student=True)},
    "identity": {"person": replace(ADULT, identity_checked=False)},
    "blocked": {"person": replace(ADULT, is_blocked=True)},
    "overdue": {"features": features(days_overdue=2)},
    "frozen": {"situation": situation(frozen_reason="fraud_report")},
    "bounced": {"features": features(bounced=3)},
    "person_looks": {"purpose": "open", "person": replace(ADULT, age=20)},
    "temporary_running": {"situation": situation(temporary_running=True)},
    "temporary_often": {"purpose": "temporary", "situation": situation(temporary_in_year=9)},
    "cooling_opening": {"situation": situation(opened_on=TODAY)},
    "cooling_raise": {"situation": situation(raised_on=TODAY)},
    "cooling_cut": {"situation": situation(cut_on=TODAY)},
    "cooling_refusal": {"situation": situation(refused_on=date(2026, 11, 8) - timedelta(days=1))},
    "thin_file": {"card": THIN},
    "score_band": {"card": scored(480)},
    "product_largest": {"situation": situation(limit=2_000_000)},
    "both_lines": {"situation": situation(other_limit=4_000_000)},
    "income": {"features": features(income=100_000)},
    "not_higher": {"asked": "1.00"},
    "one_raise": {"asked": "19000.00"},
    "temporary_share": {"purpose": "temporary", "asked": "19000.00"},
}


def test_each_code_is_tried_below() -> None:
    assert set(REFUSED) == {*GATES, *BOUNDS}


@pytest.mark.parametrize("code", REFUSED)
def test_the_words_of_each_code_take_the_facts_that_it_comes_with(code: str) -> None:
    wish = dict(REFUSED[code])
    card = wish.pop("card", scored(750, ("lateness_now", 9, 9)))
    decision = decide(inputs(wish.pop("purpose", "raise"), **wish), card, POLICY)
    assert decision.against[0].code == code
    text = told(decision)
    assert "{" not in text
    assert "·" in text.splitlines()[0]
    assert "人工复核" in text
    assert "综合评估的结果" not in text, "not the words for codes that have none"


def test_three_reasons_against_and_one_for_are_told() -> None:
    names = CARD.features[:5]
    card = scored(560, *[(name, 0, 10 + nth) for nth, name in enumerate(names[:4])], (names[-1], 30, 30))
    text = told(decide(inputs(), card, POLICY))
    assert text.count("·") == 3
    assert text.count("对您有利的") == 1


# ── in the conversation ─────────────────────────────────────────────────────────────────────────────────────


def test_asking_how_to_raise_the_limit_decides_nothing(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("good").say("raise_limit", product="paylater")
    assert talk.responses == ["utter_raise_limit"]
    assert "不保证通过" in talk.text
    assert "申请信用付提额评估" in talk.choices
    assert app.decisions(talk_customer(talk)) == []


def test_a_pressed_request_is_decided_once_and_told_with_its_result(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("good").say("raise_limit", product="paylater").press("申请信用付提额评估")
    (made,) = app.decisions(talk_customer(talk))
    if made.limit is not None:
        assert talk.responses == ["utter_limit_was_raised"]
        assert made.limit.yuan() in talk.text
        assert next(line for line in app.limits(made.customer_id).lines if line.product == "paylater").limit.minor == (
            made.limit.minor
        )
    else:
        assert talk.responses == ["utter_raise_refused"]
    again = talk.say("raise_limit", product="paylater")
    assert "申请信用付提额评估" not in again.choices, "the next one has to wait"


@pytest.mark.parametrize(
    ("key", "words"),
    [("overdue", "已逾期"), ("frozen", "被冻结"), ("student", "在校学生"), ("refund_and_cut", "刚下调过")],
)
def test_what_stands_in_the_way_of_a_raise_is_named_before_anybody_applies(
    talk_to: TalkTo, key: str, words: str
) -> None:
    talk = talk_to(key).say("raise_limit", product="paylater")
    assert words in talk.text
    assert "申请信用付提额评估" not in talk.choices
    assert "申请人工复核" in talk.choices


@pytest.mark.parametrize("key", ["good", "due_soon", "overdue", "frozen", "refund_and_cut", "two_loans"])
def test_why_the_limit_is_so_names_reasons_of_the_score_and_a_person(talk_to: TalkTo, key: str) -> None:
    talk = talk_to(key).say("explain_limit", product="paylater")
    assert talk.responses == ["utter_explain_limit"]
    assert "·" in talk.text
    assert "对您有利的" in talk.text
    assert "人工复核" in talk.text
    assert "保证" not in talk.text


def test_a_review_is_registered_with_its_number_and_twice_with_the_same(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("good").say("explain_limit").press("申请人工复核")
    assert talk.responses == ["utter_review_asked"]
    ticket = app.ticket_of(talk_customer(talk))
    assert ticket is not None
    assert ticket.reason == "limit_review"
    assert ticket.reference in talk.text
    assert ticket.reference in talk.say("explain_limit").press("申请人工复核").text


def test_a_newcomer_hears_what_would_open_and_what_would_not(talk_to: TalkTo) -> None:
    text = talk_to("newcomer").say("explain_cannot_open").text
    assert "信用付没有查到拦截的原因" in text
    assert "现金借现在开不了" in text
    assert "账单记录还太少" in text


def test_a_student_hears_why_the_cash_loan_stays_closed(talk_to: TalkTo) -> None:
    talk = talk_to("student").say("explain_cannot_open", product="cashloan")
    assert "在校学生" in talk.text
    assert "申请人工复核" in talk.choices
