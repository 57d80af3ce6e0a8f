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
    ("text", "remark"),
    [
        ("凭什么", "asks_why"),
        ("为啥啊", "asks_why"),
        ("怎么会这样", "asks_why"),
        ("怎么这么少啊", "asks_why"),
        ("這不公平", "asks_why"),
        ("为什么学生不行", "says_why"),
        ("为什么额度降了", "says_why"),
        ("要等多久", "asks_when"),
        ("什么时候能好", "asks_when"),
        ("哪天恢复", "asks_when"),
        ("那什么时候可以", "asks_when"),
        ("什么时候还款", "says_when"),
        ("还完了吗", "asks_done"),
        ("钱到了没", "asks_done"),
        ("成功了吗", "asks_done"),
        ("都买了啥", "asks_items"),
        ("哪笔最贵的", "biggest"),
        ("最大的一笔是什么", "biggest"),
        ("我都还清了啊", "claims_paid"),
        ("我不是已经还了吗", "claims_paid"),
        ("怎么还没人理我", "asks_person"),
        ("太贵了", "too_dear"),
        ("利息也太高了吧", "too_dear"),
        ("有没有便宜点的", "too_dear"),
        ("怎样更划算", "too_dear"),
        ("每个月还多少呀", "asks_each"),
        ("那月供是多少", "asks_each"),
        ("取消行吗", "calls_off"),
        ("这笔还能撤回吗", "calls_off"),
        ("那就还掉吧", "pay_off"),
        ("调到两千", "fragment"),
        ("3期就行", "fragment"),
        ("要3期的", "fragment"),
        ("12期好了", "fragment"),
    ],
)
def test_what_is_asked_of_what_was_said_before(text: str, remark: str) -> None:
    assert remark in said(text, "remark")


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("为什么学生不行", "asks_why"),
        ("账单为什么比上个月多了这么多钱", "says_why"),
        ("什么时候还款", "asks_when"),
        ("花呗还清了怎么还不能用", "claims_paid"),
        ("提前还清要多少", "pay_off"),
        ("我已经还清了", "pay_off"),
        ("最多能借多少", "biggest"),
        ("贵公司电话多少", "too_dear"),
        ("账单里最贵的是哪笔", "too_dear"),
        ("花呗每个月还多少利息", "asks_each"),
        ("自动还款怎么取消", "calls_off"),
        ("取消分期", "calls_off"),
    ],
)
def test_what_has_a_meaning_of_its_own(text: str, remark: str) -> None:
    assert remark not in said(text, "remark")


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("12000那笔还剩多少", "12000"),
        ("那5000那笔呢", "5000"),
        ("还那笔5000的", "5000"),
        ("另外一笔呢", "other"),
        ("另外那笔", "other"),
        ("8月那笔提前还多少钱", "month:8"),
        ("八月份借的那笔还清", "month:8"),
        ("12月15号那笔呢", "month:12"),
        ("提前还掉利息少的那笔要多少钱", "cheap"),
        ("大的那笔", "larger"),
        ("最近借的那笔", "later"),
        ("那这笔提前还清", "this"),
    ],
)
def test_one_of_several_loans(text: str, one: str) -> None:
    assert said(text, "one") == [one]


@pytest.mark.parametrize("text", ["这个月要还多少", "我要借5000", "还有一笔没到", "为什么要知道这个"])
def test_what_points_at_no_loan(text: str) -> None:
    assert said(text, "one") == []


@pytest.mark.parametrize("text", ["8月那笔消费是什么", "分18个月那笔", "13月那笔"])
def test_what_names_no_month_of_a_loan(text: str) -> None:
    assert said(text, "one") == ["this"]


@pytest.mark.parametrize(
    ("text", "shift"),
    [("再多借1000", "more"), ("再加2000", "more"), ("再借1000", "more"), ("少还500", "less"), ("少借1000", "less")],
)
def test_a_figure_on_top_of_another_or_off_it(text: str, shift: str) -> None:
    assert said(text, "shift") == [shift]


@pytest.mark.parametrize("text", ["多借点，8000吧", "少借一点 3000", "加到8000", "最多借1000", "至少500", "借5000"])
def test_a_figure_of_its_own(text: str) -> None:
    assert said(text, "shift") == []


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
