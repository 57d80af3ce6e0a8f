"""What a customer typed, before anyone sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.text import clean, mask
from credit.kernel.errors import CreditError, ErrorCode


def cleaned(raw: str) -> str:
    return clean(raw, most_characters=500)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  查额度 \n", "查额度"),
        ("查\u200b额\u200d度\ufeff", "查额度"),
        ("查\x00额\x07度\x7f", "查额度"),
        ("\u202e查额度", "查额度"),
        ("借五千\n分12期", "借五千 分12期"),
        ("e\u0301", "\u00e9"),
        ("/borrow", "borrow"),
        ("／borrow", "borrow"),
        (" / ／ //查额度", "查额度"),
        ("\u200b/restart", "restart"),
        ('/borrow{"amount":"5000"}', 'borrow{"amount":"5000"}'),
        ("1/2", "1/2"),
    ],
)
def test_only_visible_text_without_a_leading_slash_is_left(raw: str, text: str) -> None:
    assert cleaned(raw) == text


@pytest.mark.parametrize("raw", ["", " \t\n", "\u200b\ufeff", "/", " ／ / "])
def test_a_message_without_text_is_refused(raw: str) -> None:
    with pytest.raises(CreditError) as refusal:
        cleaned(raw)
    assert refusal.value.code is ErrorCode.MESSAGE_EMPTY


def test_five_hundred_characters_are_a_message_and_one_more_is_not() -> None:
    assert len(cleaned("借" * 500)) == 500
    with pytest.raises(CreditError) as refusal:
        cleaned("借" * 501)
    assert refusal.value.code is ErrorCode.MESSAGE_TOO_LONG
    assert refusal.value.facts == {"limit": 500}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("卡号6222021234567890123，查一下", "卡号*******************，查一下"),
        ("6222 0212 3456 7890", "**** **** **** ****"),
        ("6222-0212-3456-7890-123", "****-****-****-****-***"),
        ("６２２２０２１２３４５６７８９０", "****************"),
        ("身份证110101199003078515", "身份证******************"),
        ("身份证11010119900307851X吗", "身份证******************吗"),
        ("身份证11010119900307851x", "身份证******************"),
        ("我的手机是13812345678", "我的手机是***********"),
        ("138 1234 5678", "*** **** ****"),
        ("+8613812345678", "+*************"),
        ("5000 13812345678", "5000 ***********"),
        ("借5000，电话13812345678，卡6222021234567890", "借5000，电话***********，卡****************"),
        ("6222021234567890 6222021234567891", "**************** ****************"),
    ],
)
def test_card_identity_and_mobile_numbers_are_masked(raw: str, text: str) -> None:
    assert cleaned(raw) == text


@pytest.mark.parametrize(
    "text",
    [
        "借5000分12期",
        "1.2万",
        "借 5000 12 期",
        "2026-12-10",
        "2026-12-10 5000 12",
        "2026.11.08",
        "20261208",
        "10000000",
        "1,000,000.00",
        "1e309",
        "-5000",
        "12345678901",
        "编号019db000",
        "1381234567",
    ],
)
def test_amounts_terms_and_dates_are_not_masked(text: str) -> None:
    assert cleaned(text) == text


def test_nothing_of_a_masked_number_can_be_read_as_an_amount() -> None:
    assert not any(sign.isdigit() for sign in cleaned("6222021234567890123"))


@given(st.text(max_size=200))
def test_masking_keeps_the_length_and_is_done_once(text: str) -> None:
    assert len(mask(text)) == len(text)
    assert mask(mask(text)) == mask(text)


@given(st.text(max_size=200))
def test_a_cleaned_message_stays_as_it_is(raw: str) -> None:
    try:
        text = cleaned(raw)
    except CreditError:
        return
    assert cleaned(text) == text
    assert not text.startswith(("/", "／"))
