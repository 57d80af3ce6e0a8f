"""Who writes traditional Chinese is answered in it, choices and cards included, until they write otherwise."""

from __future__ import annotations

import pytest

from channels.language import first_language, in_script, language_of
from channels.replies import Choice, Payload, Reply
from tests.channels.doubles import LIN, ZHAO, limit_lines
from tests.channels.world import World

CHOICES = [Choice(label="还款", payload=Payload(intent="repay", entities={"target": "bill"}))]


def answer(_text: str) -> list[Reply]:
    card = {"kind": "limit", "lines": [line.model_dump(mode="json") for line in limit_lines()]}
    return [Reply(text="账单还欠 100.00 元。", card=card, choices=CHOICES)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的額度是多少", "zh-TW"),
        ("用借唄還花唄", "zh-TW"),
        ("我的额度是多少", "zh-CN"),
        ("好的", "zh-HK"),
        ("6", "zh-HK"),
        ("", "zh-HK"),
        ("😀 ok", "zh-HK"),
    ],
)
def test_the_script_of_a_message_sets_the_language_where_one_shows(text: str, language: str) -> None:
    assert language_of(text, before="zh-HK") == language


def test_a_lender_in_hong_kong_is_answered_for_in_its_own_script() -> None:
    assert language_of("我的額度", before="zh-CN", first="zh-HK") == "zh-HK"


def test_the_first_language_is_configured() -> None:
    assert first_language({}) == "zh-CN"
    assert first_language({"ASSISTANT_LANGUAGE": "zh-TW"}) == "zh-TW"
    with pytest.raises(ValueError, match="ASSISTANT_LANGUAGE"):
        first_language({"ASSISTANT_LANGUAGE": "fr"})


def test_codes_and_figures_stay_as_they_are() -> None:
    pytest.importorskip("opencc")
    content = {"kind": "offer", "amount": {"minor": 5, "currency": "CNY"}, "rows": [{"name": "复利"}], "tail": None}
    assert in_script(content, "zh-TW") == {**content, "rows": [{"name": "複利"}]}
    assert in_script(content, "zh-CN") is content


@pytest.mark.anyio
async def test_texts_choices_and_cards_are_in_the_customers_script(world: World) -> None:
    pytest.importorskip("opencc")
    world.assistant.answer = answer
    reply = (await world.say("我的帳單還欠多少")).json()["replies"][0]
    assert reply["text"] == "帳單還欠 100.00 元。"
    assert reply["choices"] == ["還款"]
    assert reply["card"]["lines"][1]["name"] == "現金借"
    assert (await world.history())["messages"][-1]["text"] == reply["text"]


@pytest.mark.anyio
async def test_a_choice_in_traditional_keeps_its_meaning(world: World) -> None:
    pytest.importorskip("opencc")
    world.assistant.answer = answer
    await world.say("我的帳單還欠多少")
    await world.say("還款")
    assert world.assistant.asked[-1].payload == CHOICES[0].payload


@pytest.mark.anyio
async def test_the_language_lasts_until_the_other_script_is_written_and_is_each_customers_own(world: World) -> None:
    pytest.importorskip("opencc")
    world.assistant.answer = answer
    await world.say("我的帳單還欠多少")
    assert (await world.say("好的")).json()["replies"][0]["choices"] == ["還款"]
    await world.restart()
    assert (await world.say("6", customer_id=ZHAO)).json()["replies"][0]["choices"] == ["还款"]
    assert (await world.say("6")).json()["replies"][0]["choices"] == ["還款"]
    assert (await world.say("账单")).json()["replies"][0]["choices"] == ["还款"]


@pytest.mark.anyio
async def test_what_nobody_asked_for_is_in_the_same_script_and_a_persons_words_are_left(world: World) -> None:
    pytest.importorskip("opencc")
    await world.say("我的額度")
    conversation = world.app.state.gateway.conversation
    await conversation.post(LIN, Reply(text="还款到账"))
    await conversation.post(LIN, Reply(text="我来帮您"), sender="person")
    texts = [message["text"] for message in (await world.history())["messages"]]
    assert texts[-2:] == ["還款到帳", "我来帮您"]
