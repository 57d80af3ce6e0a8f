"""What is found in a sentence, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.components.board import BLANK
from bot.components.entity_rules import find_entities, with_placeholders
from bot.components.normal_text import normalise

AMOUNTS = yaml.safe_load((Path(__file__).parent / "amounts.yml").read_text(encoding="utf-8"))
FORMS = [(written, str(expected)) for forms in AMOUNTS.values() for written, expected in forms.items()]


def found(written: str, entity: str) -> list[str]:
    return [one.value for one in find_entities(normalise(written).text) if one.entity == entity]


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_an_amount_is_read_or_left_out(written: str, expected: str) -> None:
    assert found(written, "amount") == expected.split()


@pytest.mark.parametrize(
    ("written", "about"),
    [
        ("大概八千", ["8000"]),
        ("想借点钱应急 大概八千 分一年", ["8000"]),
        ("5000左右", ["5000"]),
        ("差不多能借2万吧", ["20000"]),
        ("八百块上下", ["800"]),
        ("大概五千左右", ["5000"]),
        ("大概三千，要么大概五千", []),
        ("不超过5000", []),
        ("至少借5000", []),
        ("5000以内", []),
        ("预约8000", []),
        ("借5000", []),
        ("大概12期", []),
        ("大概8号还", []),
    ],
)
def test_a_figure_near_the_one_that_is_meant_is_asked_back(written: str, about: list[str]) -> None:
    assert found(written, "about") == about
    if about:
        assert found(written, "amount") == []


def test_the_table_of_amounts_stays_long() -> None:
    assert len(FORMS) >= 300


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("12期", "12"),
        ("12 期", "12"),
        ("十二期", "12"),
        ("12个月", "12"),
        ("三个月", "3"),
        ("两个月", "2"),
        ("半年", "6"),
        ("一年", "12"),
        ("1年期", "12"),
        ("两年", "24"),
        ("一年半", "18"),
        ("分6期", "6"),
        ("分十二期", "12"),
        ("分成6期", "6"),
        ("分3次还", "3"),
        ("改成6期", "6"),
        ("6期吧", "6"),
        ("借5千一年还清", "12"),
        ("一万二十四期", "24"),
        ("借两万三个月还", "3"),
        ("5000，12期", "12"),
        ("12期不对6期", "6"),
        ("不是12期是6期", "6"),
        ("从12期改成6期", "6"),
        ("借三千，半年的", "6"),
        ("太多了 6期吧", "6"),
        ("太长了6期吧", "6"),
        ("还了6期", ""),
        ("最近三个月账单", ""),
        ("一年前借的", ""),
        ("三个月没还", ""),
        ("还剩3期", ""),
        ("第3期", ""),
        ("逾期3个月", ""),
        ("上一期账单", ""),
        ("分3-6期", ""),
        ("300期", ""),
        ("能分几期", ""),
        ("2026年", ""),
        ("12月账单", ""),
        ("一个半月", ""),
    ],
)
def test_a_term_is_a_number_of_months_that_is_wished_for(written: str, months: str) -> None:
    assert found(written, "term") == months.split()


@pytest.mark.parametrize("written", ["3", "6", "9", "12", "十二", "就12", "那就6吧"])
def test_a_bare_number_answers_how_much_and_how_long(written: str) -> None:
    assert found(written, "amount") == found(written, "term") != []


@pytest.mark.parametrize("written", ["5", "24", "5000", "12元", "¥12", "-12"])
def test_other_bare_numbers_are_amounts_only(written: str) -> None:
    assert found(written, "term") == []
    assert len(found(written, "amount")) == 1


@pytest.mark.parametrize(
    ("written", "products"),
    [
        ("花呗怎么还", ["paylater"]),
        ("花唄", ["paylater"]),
        ("花贝", ["paylater"]),
        ("HuaBei怎么开", ["paylater"]),
        ("白条", ["paylater"]),
        ("月付", ["paylater"]),
        ("信用付", ["paylater"]),
        ("借呗", ["cashloan"]),
        ("借贝", ["cashloan"]),
        ("jiebei", ["cashloan"]),
        ("金条", ["cashloan"]),
        ("备用金", ["cashloan"]),
        ("现金借", ["cashloan"]),
        ("借呗还花呗", ["cashloan", "paylater"]),
        ("花呗的花呗", ["paylater"]),
        ("你好", []),
    ],
)
def test_brands_are_names_of_the_two_products(written: str, products: list[str]) -> None:
    assert found(written, "product") == products


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ("等额本息", "level_payment"),
        ("每月等额", "level_payment"),
        ("等额本金", "level_principal"),
        ("先息后本", "interest_first"),
        ("到期还本", "interest_first"),
    ],
)
def test_a_way_of_repaying_has_its_name(written: str, method: str) -> None:
    assert found(f"借5000，{written}", "method") == [method]


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("100美元", ["USD"]),
        ("100美金", ["USD"]),
        ("500刀", ["USD"]),
        ("$100", ["USD"]),
        ("100港币", ["HKD"]),
        ("100欧元", ["EUR"]),
        ("100日元", ["JPY"]),
        ("能借美元吗", ["USD"]),
        ("100元", []),
        ("¥100", []),
        ("剪刀", []),
    ],
)
def test_only_a_foreign_currency_is_named(written: str, currency: list[str]) -> None:
    assert found(written, "currency") == currency


@pytest.mark.parametrize(
    ("written", "entity", "value"),
    [
        ("8号还款", "date", "08"),
        ("11月8日还", "date", "11-08"),
        ("十一月八号", "date", "11-08"),
        ("2026年11月8日", "date", "2026-11-08"),
        ("2026-11-08", "date", "2026-11-08"),
        ("明天还", "date", "tomorrow"),
        ("这个月账单", "period", "this_month"),
        ("上个月还了多少", "period", "last_month"),
        ("下期要还多少", "period", "next_month"),
        ("8月账单", "period", "8"),
    ],
)
def test_days_and_periods(written: str, entity: str, value: str) -> None:
    assert found(written, entity) == [value]


def test_every_brand_reads_the_same_to_the_model() -> None:
    assert with_placeholders("白条和金条") == with_placeholders("花呗和借呗")


PIECES = st.sampled_from(
    [*"0123456789,.-+*~%$¥ 一二两十百千万亿零半点负几多来元块毛分期年月日号借还花呗到ew", "最低", "大概", "那就"]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_that_can_be_written_breaks_the_rules(written: str) -> None:
    normal = normalise(written)
    for one in find_entities(normal.text):
        assert 0 <= one.start < one.end <= len(normal.text)
        assert BLANK not in one.value
        assert one.value


@pytest.mark.parametrize(
    "piece", ["万", "1", "十", "那就", "1万", "1-", "1,", "一万块", "5元3角", "第1期", "1e9", "半万", "1 "]
)
def test_a_long_message_of_one_piece_is_read_in_time(piece: str) -> None:
    """500 characters of it, as many as a message may have; a pattern that tries all ways would never come back."""
    find_entities((piece * 500)[:500])
