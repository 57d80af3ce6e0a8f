"""Who asks to have it done, and who only asks."""

from __future__ import annotations

import pytest

from bot.components.entity_extractor import entities_of

WISHES = [
    "我要借钱",
    "我要借5000",
    "帮我借五千块，分12期",
    "借1.2万一年还清",
    "急用钱借我两千",
    "我想借3k 三个月",
    "给我借三千五，半年的",
    "借八百",
    "贷5000元 6期",
    "提现3000",
    "可以借我点钱不",
    "能帮我借5000吗",
    "借5000行吗",
    "还款",
    "还花呗",
    "提前还款",
    "我要还款",
    "还500",
    "帮我把花呗还了",
    "我想一次性还清花呗",
    "花呗先还一千吧",
    "我要提前还花呗",
    "用借呗还花呗",
    "我要用借呗还花呗",
    "借5000还花呗",
    "账单分期",
    "我要分期",
    "帮我把账单分成6期",
    "花呗分12期",
    "帮我还了吧",
    "给我还了",
    "替我还上",
    "把它还了",
    "先把那笔还了",
    "把5000那笔结了",
    "都还了吧",
    "行，那就还了吧",
    "那现在就把它都还掉吧",
    "帮俺把这期的钱还了呗",
    "全还",
]
NO_WISHES = [
    "借呗怎么借",
    "借呗怎么借钱啊",
    "能借多少",
    "我能借5000吗",
    "借5000利息多少",
    "我借了5000",
    "我已经还款了",
    "还了钱怎么还显示欠款",
    "还款失败",
    "还款日是几号",
    "怎么还款",
    "能提前还款吗",
    "提前还款要手续费吗",
    "不想借了",
    "不要帮我借",
    "取消分期",
    "分期怎么取消",
    "如果我借5000每月还多少",
    "借呗能还花呗吗",
    "花呗怎么分期",
    "能分几期",
    "为什么借不出来",
    "借款记录",
    "我想问一下怎么借",
    "万一还不上会怎么样",
    "还了吧",
    "我都还清了啊",
    "我把它还了",
    "我昨天把借呗还了",
    "花呗都还了吧",
    "系统给我还了",
    "别给我还了",
    "把花呗还了还能借吗",
    "你好",
    "花呗",
    "",
    "？",
]


def wished(written: str) -> bool:
    return any(one["entity"] == "wish" for one in entities_of(written))


@pytest.mark.parametrize("written", WISHES)
def test_an_order_or_a_request_is_a_wish(written: str) -> None:
    assert wished(written)


@pytest.mark.parametrize("written", NO_WISHES)
def test_a_question_a_report_or_a_refusal_is_none(written: str) -> None:
    assert not wished(written)


def test_entities_stand_where_the_customer_wrote_them() -> None:
    written = "我要\u200b借５千元分１２期"
    places = {one["entity"]: one for one in entities_of(written)}
    assert places["amount"]["text"] == written[places["amount"]["start"] : places["amount"]["end"]] == "５千元"
    assert places["amount"]["value"] == "5000"
    assert places["term"]["text"] == "１２期"
    assert places["wish"]["value"] == "explicit"
    assert all(one["confidence_entity"] == 1.0 for one in places.values())


def test_a_long_row_of_leads_is_read_at_once() -> None:
    """One lead can be read as two others; a pattern that tried them all would not come back."""
    assert not wished("那就" * 250 + "看看")
