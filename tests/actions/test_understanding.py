"""Small pure parts: what was heard, amounts, wording."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from actions.amounts import figure, half, plain
from actions.heard import Heard
from actions.wording import Clock, Joined, Lines, Rate, Word, Wording, Yearly
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money

RESPONSES = {
    "utter_format_date": [{"text": "{year}/{month}/{day}"}],
    "utter_format_day": [{"text": "{month}/{day}"}],
    "utter_format_clock": [{"text": "{hour}:{minute}"}],
    "utter_format_instant": [{"text": "{year}/{month}/{day} {hour}:{minute}"}],
    "utter_format_separator": [{"text": ", "}],
    "utter_word_known": [{"text": "{name} of {lender}"}],
    "utter_word_other": [{"text": "something"}],
}


def entity(name: str, value: str, start: int = 0, end: int = 0) -> dict[str, object]:
    return {"entity": name, "value": value, "start": start, "end": end}


@pytest.fixture
def wording() -> Wording:
    return Wording(RESPONSES, {"lender": "L"}, year=2026)


def test_an_empty_message_is_heard_as_nothing() -> None:
    assert Heard.of({}) == Heard()


def test_a_payload_is_a_pressed_choice_and_typed_text_is_not() -> None:
    assert Heard.of({"text": '/borrow{"term":"6"}'}).pressed
    assert not Heard.of({"text": "借钱"}).pressed


def test_a_message_of_little_but_a_value_is_an_answer() -> None:
    assert Heard.of({"text": "改成6期", "entities": [entity("term", "6", 2, 4)]}).is_answer
    assert not Heard.of({"text": "借5000块利息要多少", "entities": [entity("amount", "5000", 1, 6)]}).is_answer


def test_a_bare_number_may_be_both_amount_and_term() -> None:
    both = [entity("amount", "12", 0, 2), entity("term", "12", 0, 2)]
    assert Heard.of({"text": "12", "entities": both}).either
    apart = [entity("amount", "5000", 0, 4), entity("term", "12", 5, 7)]
    assert not Heard.of({"text": "5000 12", "entities": apart}).either


def test_two_products_are_no_product() -> None:
    entities = [entity("product", "cashloan", 1, 3), entity("product", "paylater", 4, 6)]
    assert Heard.of({"text": "用借呗还花呗", "entities": entities}).product is None


def test_hopeless_intents_are_no_candidates() -> None:
    ranking = [("nlu_fallback", 0.7), ("repay", 0.4), ("borrow", 0.01)]
    message = {"intent_ranking": [{"name": name, "confidence": share} for name, share in ranking]}
    assert Heard.of(message).candidates == ("repay",)


@pytest.mark.parametrize(("text", "minor"), [("5000", 500_000), ("3500.5", 350_050), ("0.01", 1)])
def test_figures_are_read_exactly(text: str, minor: int) -> None:
    assert figure(text) == Money(minor)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.AMOUNT_UNREADABLE),
        ("Infinity", ErrorCode.AMOUNT_UNREADABLE),
        ("-Infinity", ErrorCode.AMOUNT_UNREADABLE),
        ("1e309", ErrorCode.AMOUNT_TOO_LARGE),
        ("too_large", ErrorCode.AMOUNT_TOO_LARGE),
        ("-1e309", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("1e-309", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("0.001", ErrorCode.AMOUNT_NOT_POSITIVE),
    ],
)
def test_what_is_no_amount_is_refused_by_its_code(text: str, code: ErrorCode) -> None:
    with pytest.raises(CreditError) as refusal:
        figure(text)
    assert refusal.value.code is code


def test_slots_hold_amounts_without_separators() -> None:
    assert plain(Money(123_456_789)) == "1234567.89"
    assert half(Money(101)) == Money(50)


def test_facts_are_written_as_customers_read_them(wording: Wording) -> None:
    assert wording.write(Money(123_456)) == "1,234.56"
    assert wording.write(Rate(280)) == "0.028"
    assert wording.write(Yearly(104_426)) == "10.44"
    assert wording.write(Yearly(104_450)) == "10.45"
    assert wording.write(date(2026, 11, 8)) == "11/8"
    assert wording.write(date(2027, 1, 8)) == "2027/1/8"
    assert wording.write(Clock(datetime(2026, 11, 8, 16, 5, tzinfo=UTC))) == "00:05"
    assert wording.write(datetime(2026, 11, 8, 16, 5, tzinfo=UTC)) == "2026/11/9 00:05"
    assert wording.write(Joined((3, 6, 12))) == "3, 6, 12"
    assert wording.write(Lines((Word("known", facts={"name": "a"}), "", "b"))) == "a of L\nb"


def test_a_code_without_wording_of_its_own_gets_the_general_one(wording: Wording) -> None:
    assert wording.write(Word("unheard_of", other="other")) == "something"
    with pytest.raises(KeyError):
        wording.write(Word("unheard_of"))
