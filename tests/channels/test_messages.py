"""One turn at a time, each answered once, nothing lost."""

from __future__ import annotations

import asyncio

import pytest

from channels.replies import Choice, Payload, Reply
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, ZHAO, limit_lines
from tests.channels.world import World

pytestmark = pytest.mark.anyio

TERMS = [
    Choice(label="分12期", payload=Payload(intent="borrow", entities={"term": "12"})),
    Choice(label="换个金额"),
]


async def test_a_message_is_answered_with_text_card_and_labels(world: World) -> None:
    card = {"kind": "limit", "lines": [line.model_dump(mode="json") for line in limit_lines()]}
    world.assistant.answer = lambda _text: [Reply(text="还可借 15,000.00 元。", card=card, choices=TERMS)]
    response = await world.say("我的额度")
    assert response.status_code == 200
    assert response.json() == {
        "replies": [{"text": "还可借 15,000.00 元。", "card": card, "choices": ["分12期", "换个金额"]}]
    }


async def test_a_repeat_gets_the_first_answer_and_asks_nobody(world: World) -> None:
    first = await world.say("你好", "same")
    world.assistant.answer = lambda _text: [Reply(text="别的")]
    again = await world.say("你好", "same")
    assert again.json() == first.json()
    assert len(world.assistant.asked) == 1
    assert len((await world.history())["messages"]) == 2


async def test_a_repeat_while_the_first_is_in_flight_waits_for_its_answer(world: World) -> None:
    world.assistant.gate = asyncio.Event()
    sent = [asyncio.create_task(world.say("你好", "same")) for _ in range(5)]
    await world.assistant.entered.wait()
    world.assistant.gate.set()
    answers = [response.json() for response in await asyncio.gather(*sent)]
    assert answers == [answers[0]] * 5
    assert answers[0]["replies"][0]["text"] == "听到：你好"
    assert len(world.assistant.asked) == 1


async def test_the_same_id_with_another_text_is_refused(world: World) -> None:
    await world.say("你好", "same")
    response = await world.say("再见", "same")
    assert response.status_code == 409
    assert response.json()["code"] == "message_id_reused"
    assert len(world.assistant.asked) == 1


async def test_two_customers_may_use_the_same_id(world: World) -> None:
    await world.say("你好", "same", LIN)
    assert (await world.say("再见", "same", ZHAO)).status_code == 200


async def test_turns_of_one_customer_follow_each_other_and_of_two_do_not_wait(world: World) -> None:
    world.assistant.gate = asyncio.Event()
    mine = [asyncio.create_task(world.say(f"第{nth}句")) for nth in range(3)]
    await world.assistant.entered.wait()
    world.assistant.entered.clear()
    theirs = asyncio.create_task(world.say("你好", customer_id=ZHAO))
    await world.assistant.entered.wait()
    assert {asked.customer_id for asked in world.assistant.asked} == {LIN, ZHAO}
    assert len(world.assistant.asked) == 2
    world.assistant.gate.set()
    await asyncio.gather(*mine, theirs)
    assert world.assistant.most_at_once == 2
    assert len(world.app.state.gateway.conversation._turns) == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"id": "m", "text": ""}, 422, "message_empty"),
        ({"id": "m", "text": " \u200b／ "}, 422, "message_empty"),
        ({"id": "m", "text": "借" * 501}, 413, "message_too_long"),
        ({"id": "m", "text": "借" * 9000}, 413, "message_too_long"),
        ({"id": "m", "text": 5000}, 422, "body_invalid"),
        ({"id": "m", "text": None}, 422, "body_invalid"),
        ({"id": 1, "text": "你好"}, 422, "body_invalid"),
        ({"id": "", "text": "你好"}, 422, "body_invalid"),
        ({"id": "m" * 65, "text": "你好"}, 422, "body_invalid"),
        ({"id": "m 1", "text": "你好"}, 422, "body_invalid"),
        ({"id": "m", "text": "你好", "sender": str(ZHAO)}, 422, "body_invalid"),
        ({"id": "m"}, 422, "body_invalid"),
        ([], 422, "body_invalid"),
    ],
)
async def test_a_message_that_is_none_is_refused(world: World, body: object, status: int, code: str) -> None:
    response = await world.client.post("/v1/messages", json=body, headers=world.bearer())
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["message"]
    assert world.assistant.asked == []


@pytest.mark.parametrize("content", [b"", b"{", b'{"id":"m","text":NaN}', b"\xff\xfe", b"null", b"[" * 5000])
async def test_a_body_that_is_no_json_is_refused(world: World, content: bytes) -> None:
    headers = {**world.bearer(), "Content-Type": "application/json"}
    response = await world.client.post("/v1/messages", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "body_invalid")


async def test_half_a_character_is_no_text(world: World) -> None:
    headers = {**world.bearer(), "Content-Type": "application/json"}
    content = b'{"id":"m","text":"\\ud800"}'
    response = await world.client.post("/v1/messages", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "message_empty")


async def test_a_slash_is_text(world: World) -> None:
    await world.say('/borrow{"amount":"5000"}')
    assert world.assistant.asked[0].text == 'borrow{"amount":"5000"}'
    assert world.assistant.asked[0].payload is None


async def test_personal_numbers_reach_neither_the_assistant_nor_the_history(world: World) -> None:
    await world.say("卡6222021234567890，电话13812345678")
    assert world.assistant.asked[0].text == "卡****************，电话***********"
    assert [message["text"] for message in (await world.history())["messages"]] == [
        "卡****************，电话***********",
        "听到：卡****************，电话***********",
    ]


async def test_a_pressed_choice_carries_its_meaning_and_other_text_does_not(world: World) -> None:
    world.assistant.answer = lambda _text: [Reply(text="分几期？", choices=TERMS)]
    await world.say("借五千")
    world.assistant.answer = lambda _text: [Reply(text="好的")]
    for text in ("分12期", "换个金额", "分6期"):
        await world.say(text)
    payload = Payload(intent="borrow", entities={"term": "12"})
    assert [asked.payload for asked in world.assistant.asked] == [None, payload, None, None]


async def test_only_the_latest_choices_have_a_meaning(world: World) -> None:
    world.assistant.answer = lambda _text: [Reply(text="分几期？", choices=TERMS)]
    await world.say("借五千")
    world.assistant.answer = lambda _text: [Reply(text="还有别的吗？", choices=[Choice(label="没有了")])]
    await world.say("等等")
    await world.say("分12期")
    assert world.assistant.asked[-1].payload is None


async def test_choices_of_all_bubbles_of_an_answer_count(world: World) -> None:
    human = Choice(label="转人工", payload=Payload(intent="human"))
    world.assistant.answer = lambda _text: [Reply(text="一", choices=TERMS), Reply(text="二", choices=[human])]
    await world.say("借五千")
    await world.say("分12期")
    assert world.assistant.asked[-1].payload == TERMS[0].payload


async def test_another_customers_choices_mean_nothing(world: World) -> None:
    world.assistant.answer = lambda _text: [Reply(text="分几期？", choices=TERMS)]
    await world.say("借五千", customer_id=ZHAO)
    await world.say("分12期", customer_id=LIN)
    assert world.assistant.asked[-1].payload is None


async def test_a_pressed_choice_keeps_its_meaning_when_it_is_sent_again(world: World) -> None:
    world.assistant.answer = lambda _text: [Reply(text="分几期？", choices=TERMS)]
    await world.say("借五千")
    world.assistant.fails = CreditError(ErrorCode.ASSISTANT_UNREACHABLE)
    assert (await world.say("分12期", "pressed")).status_code == 503
    world.assistant.fails = None
    assert (await world.say("分12期", "pressed")).status_code == 200
    assert [asked.payload for asked in world.assistant.asked[1:]] == [TERMS[0].payload] * 2


async def test_a_failed_turn_keeps_the_message_and_can_be_sent_again(world: World) -> None:
    world.assistant.fails = CreditError(ErrorCode.ASSISTANT_UNREACHABLE, "ConnectError")
    refused = await world.say("你好", "same")
    assert (refused.status_code, refused.json()["code"]) == (503, "assistant_unreachable")
    assert [message["from"] for message in (await world.history())["messages"]] == ["customer"]
    world.assistant.fails = None
    assert (await world.say("你好", "same")).json()["replies"][0]["text"] == "听到：你好"
    assert [message["from"] for message in (await world.history())["messages"]] == ["customer", "assistant"]


async def test_a_crash_after_asking_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_anything: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(world.app.state.gateway.store, "finish_turn", crash)
    assert (await world.say("你好", "same")).status_code == 500
    await world.restart()
    assert [message["text"] for message in (await world.history())["messages"]] == ["你好"]
    assert (await world.say("你好", "same")).status_code == 200
    assert [message["text"] for message in (await world.history())["messages"]] == ["你好", "听到：你好"]


async def test_no_answer_with_the_actions_away_is_a_refusal_that_can_be_repeated(world: World) -> None:
    world.assistant.answer = lambda _text: []
    world.assistant.missing = ["actions"]
    refused = await world.say("查额度", "same")
    assert (refused.status_code, refused.json()["code"]) == (503, "account_service_unreachable")
    world.assistant.missing = []
    answered = await world.say("查额度", "same")
    assert answered.json()["replies"][0]["choices"] == ["转人工"]


async def test_answers_and_history_survive_a_restart(world: World) -> None:
    world.assistant.answer = lambda _text: [Reply(text="分几期？", choices=TERMS)]
    first = await world.say("借五千", "same")
    before = await world.history()
    await world.restart()
    assert (await world.say("借五千", "same")).json() == first.json()
    assert await world.history() == before
    await world.say("分12期")
    assert world.assistant.asked[-1].payload == TERMS[0].payload


async def test_a_database_put_back_without_the_conversations_tables_gets_them_again(world: World) -> None:
    await world.say("你好")
    with world.app.state.gateway.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE chat_turns")
        connection.exec_driver_sql("DROP TABLE chat_messages")
    assert (await world.say("你好")).status_code == 200
    assert len((await world.history())["messages"]) == 2
