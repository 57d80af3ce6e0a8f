"""One way to write each message, and the way back to what the customer wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.normal_text import normalise


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("５０００元", "5000元"),
        ("ＨｕａＢｅｉ", "huabei"),
        ("花唄還款", "花呗还款"),
        ("兩萬塊", "两万块"),
        ("￥100", "¥100"),
        ("花\u200b呗", "花呗"),
        ("花\u2060呗\ufeff", "花呗"),
        ("\u202e花呗", "花呗"),
        ("花\x00呗\x07", "花呗"),
        ("花呗\ud800", "花呗"),
        ("1\ufe0f\u20e32\ufe0f\u20e3", "12"),
        ("  借 \u3000\n 5000 ", "借 5000"),
        ("\u2212500", "-500"),
        ("", ""),
        ("\u200b\n", ""),
    ],
)
def test_each_message_has_one_form(written: str, normal: str) -> None:
    assert normalise(written).text == normal


@given(st.text(max_size=80))
def test_every_character_knows_where_it_came_from(written: str) -> None:
    normal = normalise(written)
    assert len(normal.origin) == len(normal.text)
    assert list(normal.origin) == sorted(normal.origin)
    assert all(0 <= place < len(written) for place in normal.origin)


@given(st.text(max_size=80))
def test_what_is_normal_stays_as_it_is(written: str) -> None:
    once = normalise(written).text
    assert normalise(once).text == once


def test_a_span_points_into_the_words_of_the_customer() -> None:
    written = "我要\u200b借５０００元"
    normal = normalise(written)
    start = normal.text.index("5000")
    first, last = normal.span(start, start + 4)
    assert written[first:last] == "５０００"


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="no such span"):
        normalise("花呗").span(1, 1)
