"""What is said about the talk itself, and what only looks like it."""

from __future__ import annotations

import pytest

from bot.components.entity_extractor import entities_of


def said(text: str, entity: str) -> list[str]:
    return [one["value"] for one in entities_of(text) if one["entity"] == entity]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("那分6期呢", "fragment_asked"),
        ("那12期呢", "fragment_asked"),
        ("那下个月呢", "fragment_asked"),
        ("那8000呢", "fragment_asked"),
        ("那借呗呢", "fragment_asked"),
        ("如果借8000分12期呢", "fragment_asked"),
        ("那分12期的話呢", "fragment_asked"),
        ("改成6期", "fragment"),
        ("12期", "fragment"),
        ("还有别的吗", "more"),
        ("继续刚才的", "resume"),
        ("继续", "resume"),
        ("先不还了，查一下额度", "suspend"),
        ("暂时不借了", "suspend"),
        ("为什么要知道这个", "why"),
        ("不想说", "refuse"),
        ("再说一遍", "again"),
        ("重新填", "restart"),
        ("那還款日能改嗎", "cycle"),
    ],
)
def test_what_is_said_about_the_talk(text: str, remark: str) -> None:
    assert remark in said(text, "remark")


@pytest.mark.parametrize(
    "text",
    [
        "我要借5000",
        "借8000要多少利息",
        "花呗额度",
        "还有没有别的优惠",
        "为什么额度降了",
        "可以继续使用花呗吗",
        "借呗怎么借",
        "好的",
        "",
        "。。。",
    ],
)
def test_what_is_no_remark(text: str) -> None:
    assert said(text, "remark") == []


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        ("就按第二个", "2"),
        ("第二笔", "2"),
        ("选第3个", "3"),
        ("第二种办法", "2:way"),
        ("按第一种方案办理", "1:way"),
        ("最后一个吧", "last"),
        ("前者", "1"),
    ],
)
def test_one_of_what_was_listed(text: str, nth: str) -> None:
    assert said(text, "nth") == [nth]


@pytest.mark.parametrize(
    "text", ["第二个月还多少", "第二期什么时候还", "我的第二笔借款还剩多少", "第一次借款", "第二天"]
)
def test_ordinals_that_choose_nothing(text: str) -> None:
    assert said(text, "nth") == []


def test_from_where_and_to_what_effect() -> None:
    assert said("用余额还500", "source") == ["balance"]
    assert said("用信用卡还花呗", "source") == ["credit_card"]
    assert said("缩短期数吧", "effect") == ["reduce_term"]
    assert said("还是减少月供", "effect") == ["reduce_installment"]


def test_that_term_is_a_term_only_when_nothing_else_is_said() -> None:
    assert said("那12期呢", "term") == ["12"]
    assert said("那12期要还到哪天", "term") == []
