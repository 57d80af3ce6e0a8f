"""What must not wait for a model's opinion."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.urgent_words import UrgentWords, urgent_way

SURE = 0.99


def urgent_intent(written: str, confidence: float) -> str | None:
    way = urgent_way(written, confidence)
    return way.intent if way else None


@pytest.mark.parametrize(
    ("written", "intent"),
    [
        ("欠了这么多我不想活了", "human"),
        ("还不上钱 活 不 下 去 了", "human"),
        ("你们天天催，是要逼我去死吗", "human"),
        ("我被骗了三千，我都想死了", "human"),
        ("花呗被盗刷了", "fraud"),
        ("我花唄被盜刷了怎麼辦", "fraud"),
        ("借呗里那笔不是我借的", "fraud"),
        ("客服让我把钱转到安全账户", "fraud"),
    ],
)
def test_danger_and_fraud_overrule_a_sure_model(written: str, intent: str) -> None:
    assert urgent_intent(written, SURE) == intent


@pytest.mark.parametrize(
    "written",
    [
        "怕被盗刷，想把额度调低",
        "商场跳楼价能用花呗吗",
        "我没有套现为什么冻结我花呗",
        "急死人了钱还没到",
        "手续费贵死了",
        "死活借不出来",
        "我要借5000",
        "",
    ],
)
def test_words_that_only_look_like_it_change_nothing(written: str) -> None:
    assert urgent_intent(written, 0.1) is None


def test_a_curse_answers_only_what_is_not_clear() -> None:
    assert urgent_intent("他妈的怎么还不到账", 0.9) is None
    assert urgent_intent("你们他妈的", 0.3) == "complaint"


def test_the_models_candidates_stay_behind_the_urgent_intent() -> None:
    ranking = [{"name": "borrow", "confidence": 0.9}, {"name": "fraud", "confidence": 0.1}]
    message = Message({TEXT: "被骗了还要借5000给他", INTENT: ranking[0], INTENT_RANKING_KEY: ranking})
    UrgentWords().process([message])
    assert message.get(INTENT) == {"name": "fraud", "confidence": 1.0}
    assert [one["name"] for one in message.get(INTENT_RANKING_KEY)] == ["fraud", "borrow"]


def test_danger_is_marked_apart_from_a_wish_for_a_person() -> None:
    message = Message({TEXT: "欠了这么多我不想活了"})
    UrgentWords().process([message])
    assert [(found["entity"], found["value"]) for found in message.get("entities")] == [("urgent", "distress")]
