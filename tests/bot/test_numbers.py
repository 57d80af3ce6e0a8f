"""However a number is spelled, it is that number."""

from __future__ import annotations

import re
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.entity_rules import find_entities
from bot.components.normal_text import normalise
from bot.components.numbers import MOST_DIGITS, NUMBER, canonical, value

SPOKEN_SCALES = {10: "", 100: "百", 1000: "千", 10000: "万"}


def amounts(written: str) -> list[str]:
    return [one.value for one in find_entities(normalise(written).text) if one.entity == "amount"]


def spellings(number: int) -> list[str]:
    low, formal = cn2an.an2cn(number, "low"), cn2an.an2cn(number, "up")
    spelled = [str(number), f"{number:,}", f"{number}.00", low, formal, f"{Decimal(number) / 10000:f}万"]
    if number >= 10000 and number % 10000 >= 1000:
        spelled.append(f"{number // 10000}万{number % 10000}")
    if number % 1000 == 0:
        spelled += [f"{number // 1000}k", f"{number // 1000}K", f"{number // 1000}千"]
    spelled.append(re.sub("二(?=[百千万])", "两", low))
    return spelled


@given(st.integers(min_value=1, max_value=99_999_999))
def test_every_spelling_is_the_same_number(number: int) -> None:
    for spelled in spellings(number):
        assert amounts(f"借{spelled}元") == [str(number)], spelled


@given(
    st.integers(min_value=1, max_value=9), st.integers(min_value=1, max_value=9), st.sampled_from([100, 1000, 10000])
)
def test_a_last_digit_without_its_scale_counts_the_next_lower_one(head: int, tail: int, scale: int) -> None:
    digits = "零一二三四五六七八九"
    spoken = digits[head] + SPOKEN_SCALES[scale] + digits[tail]
    assert value(spoken) == head * scale + tail * scale // 10
    assert amounts(f"{head}{SPOKEN_SCALES[scale]}{tail}") == [str(head * scale + tail * scale // 10)]


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_yuan_jiao_and_fen_add_up(number: Decimal) -> None:
    yuan, fen = divmod(int(number * 100), 100)
    assert amounts(f"还{yuan}元{fen // 10}角{fen % 10}分") == [canonical(number)]
    assert amounts(f"还{number}元") == [canonical(number)]


@given(st.integers(min_value=1, max_value=500))
def test_digits_without_end_are_an_amount_that_is_too_large(count: int) -> None:
    expected = "9" * count if count <= MOST_DIGITS else "too_large"
    assert amounts("9" * count + "元") == [expected]


@given(st.text(alphabet="0123456789.,ewk零一二两十百千万亿点半几", min_size=1, max_size=40))
def test_reading_never_fails(text: str) -> None:
    match = re.match(NUMBER, text)
    if match and (number := value(match[0])) is not None:
        assert re.fullmatch(r"\d+(\.\d+)?|too_large", canonical(number))


@pytest.mark.parametrize("written", ["两三千", "三五百", "七八", "百二", "千万"])
def test_what_has_two_readings_has_no_value(written: str) -> None:
    assert value(written) is None


@pytest.mark.parametrize(("number", "written"), [("5000.50", "5000.5"), ("-0", "0"), ("1E+3", "1000"), ("0.10", "0.1")])
def test_a_value_is_written_in_one_way(number: str, written: str) -> None:
    assert canonical(Decimal(number)) == written
