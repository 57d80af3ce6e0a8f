"""Sentences from bot/domain, with their facts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from channels.replies import Payload
from channels.wording import DOMAIN, Wording
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money

GATEWAY_CODES = [
    "customer_unknown", "token_missing", "token_invalid", "token_expired", "body_invalid", "message_empty",
    "message_too_long", "message_id_reused", "rate_limited", "not_found", "method_not_allowed",
    "assistant_unreachable", "account_service_unreachable", "offer_not_found", "offer_expired",
    "offer_already_executed", "offer_declined", "offer_outdated", "pin_wrong", "pin_locked", "closing_wrong_day",
]  # fmt: skip
FACTS: dict[str, Any] = {
    "left": 3,
    "until": datetime(2026, 11, 8, 4, 30, tzinfo=UTC),
    "seconds": 2,
    "limit": 500,
}


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording.load()


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, content in files.items():
        (tmp_path / f"{name}.yml").write_text(content, encoding="utf-8")
    return tmp_path


def test_amounts_days_and_instants_are_written_as_the_customer_writes_them(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        a='responses: {utter_format_date: [{text: "{year}年{month}月{day}日"}]}',
        b='responses: {utter_format_instant: [{text: "{month}月{day}日{hour}:{minute}"}]}',
        c='responses: {utter_x: [{text: "{amount}，{on}，{at}，{count}"}]}',
    )
    at = datetime(2026, 11, 9, 16, 5, tzinfo=UTC)  # past midnight where the customer is
    facts = {"amount": Money(500_000), "on": date(2026, 11, 10), "at": at, "count": 3}
    assert Wording.load(folder).say("utter_x", **facts) == "5,000.00，2026年11月10日，11月10日00:05，3"


def test_an_unknown_sentence_and_a_missing_fact_are_errors(tmp_path: Path) -> None:
    wording = Wording.load(folder_with(tmp_path, a='responses: {utter_x: [{text: "{amount}"}]}'))
    with pytest.raises(KeyError):
        wording.say("utter_y")
    with pytest.raises(KeyError):
        wording.say("utter_x")


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    one = "responses: {utter_x: [{text: one}]}"
    with pytest.raises(ValueError, match="utter_x"):
        Wording.load(folder_with(tmp_path, a=one, b=one))


def test_buttons_become_choices_and_only_commands_have_a_meaning(tmp_path: Path) -> None:
    buttons = '[{title: A, payload: \'/borrow{"term": "12"}\'}, {title: B, payload: /human}, {title: C, payload: C}]'
    wording = Wording.load(folder_with(tmp_path, a=f"responses: {{utter_x: [{{text: x, buttons: {buttons}}}]}}"))
    assert [(choice.label, choice.payload) for choice in wording.choices("utter_x")] == [
        ("A", Payload(intent="borrow", entities={"term": "12"})),
        ("B", Payload(intent="human")),
        ("C", None),
    ]


@pytest.mark.parametrize("code", GATEWAY_CODES)
def test_every_refusal_of_the_gateway_has_a_sentence(wording: Wording, code: str) -> None:
    said = wording.refusal(CreditError(ErrorCode(code), **FACTS))
    assert said["code"] == code
    assert re.search(r"[一-鿿]", said["message"])
    assert "{" not in said["message"]


def test_a_lock_out_says_until_when_and_that_it_opens_by_itself(wording: Wording) -> None:
    message = wording.refusal(CreditError(ErrorCode.PIN_LOCKED, until=FACTS["until"]))["message"]
    assert "2026年11月8日 12:30" in message
    assert "自动解锁" in message


def test_a_refusal_without_its_facts_still_gets_a_sentence(wording: Wording) -> None:
    said = wording.refusal(CreditError(ErrorCode.PIN_WRONG))
    assert said["code"] == "pin_wrong"
    assert said["message"].startswith("抱歉")


def test_choices_of_the_gateway_ask_for_known_intents() -> None:
    responses = yaml.safe_load((DOMAIN / "gateway.yml").read_text("utf-8"))["responses"]
    asked = {
        button["payload"].removeprefix("/").partition("{")[0]
        for variants in responses.values()
        for variant in variants
        for button in variant.get("buttons", [])
    }
    assert asked <= {"human", "loan_schedule", "check_limit", "check_bill"}


def test_a_refusal_says_codes_in_words(wording: Wording) -> None:
    known = wording.refusal(CreditError(ErrorCode.LINE_FROZEN, product="P", reason="fraud_report"))["message"]
    assert wording.say("utter_word_reason_fraud_report") in known
    unknown = wording.refusal(CreditError(ErrorCode.LINE_FROZEN, product="P", reason="some_new_code"))["message"]
    assert wording.say("utter_word_reason_other") in unknown
    assert not re.search(r"[a-z]_[a-z]", known + unknown)
