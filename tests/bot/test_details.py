"""What exactly a question is about, and what only shares a word with it."""

from __future__ import annotations

import pytest

from bot.components.details import DETAIL
from bot.components.entity_extractor import entities_of


def details(text: str) -> set[str]:
    return {one["value"] for one in entities_of(text) if one["entity"] == DETAIL}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你们会不会打电话给我家里人", {"third_party", "calls"}),
        ("会不会通知公司", {"third_party"}),
        ("我怕单位的人知道", {"third_party"}),
        ("千万别跟我爸妈说", {"third_party"}),
        ("会不会闹到我单位", {"third_party"}),
        ("会爆通讯录吗", {"contacts"}),
        ("会爆通訊錄嗎", {"contacts"}),
        ("会上门吗", {"visit"}),
        ("会有人来家里要钱吗", {"visit"}),
        ("能不能别打了", {"calls"}),
        ("会起诉我吗", {"court"}),
        ("法院会不会抓我", {"court", "prison"}),
        ("会坐牢吗", {"prison"}),
        ("会影响我孩子上学吗", {"children"}),
        ("我不还了", {"unpaid"}),
        ("最大的一笔是啥", {"largest"}),
        ("能开发票吗", {"invoice"}),
    ],
)
def test_a_detail_is_named(text: str, expected: set[str]) -> None:
    assert details(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "罚息多少",
        "公司没发工资，晚两天还",
        "孩子住院了没钱还",
        "我老婆的卡能还吗",
        "先不还了",
        "逾期一天要多少钱",
        "",
        "？",
    ],
)
def test_a_shared_word_is_no_detail(text: str) -> None:
    assert details(text) == set()
