"""From webhook to answer: once, in order, in time, and kept until the platform has it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from channels.replies import Choice, Payload, Reply
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, ZHAO
from tests.channels.messaging.apps import LINK, Apps

pytestmark = pytest.mark.anyio

MENU = [
    Reply(
        text="请选期数。",
        choices=[Choice(label="查额度", payload=Payload(intent="check_limit")), Choice(label="12 期")],
    )
]


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_message_three_times_at_once_is_one_turn_and_three_quick_answers(apps_on_both: Apps) -> None:
    apps = apps_on_both
    await apps.bound("alpha", "u1")
    apps.assistant.gate = asyncio.Event()
    fake = apps.fakes["alpha"]
    answers = await asyncio.gather(*(fake.say("u1", "你好", message_id="m-1") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    apps.assistant.gate.set()
    await apps.settle()
    assert (await fake.say("u1", "你好", message_id="m-1")).status_code == 200  # and long after
    await apps.settle()
    assert len(apps.assistant.asked) == 1
    assert fake.shown("u1") == ["听到：你好"]


async def test_messages_of_one_person_are_answered_in_their_order_and_others_do_not_wait(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    await apps.bound("beta", "u2", ZHAO)
    apps.assistant.gate = asyncio.Event()
    for nth in range(4):
        await apps.fakes["alpha"].say("u1", f"第 {nth}")
    await apps.fakes["beta"].say("u2", "别人")
    async with asyncio.timeout(10):
        while apps.assistant.at_once < 2:  # noqa: ASYNC110  two events in one loop, no time passes
            await asyncio.sleep(0)
    assert sorted(asked.text for asked in apps.assistant.asked) == ["别人", "第 0"]
    apps.assistant.gate.set()
    await apps.settle()
    assert apps.fakes["alpha"].shown("u1") == [f"听到：第 {nth}" for nth in range(4)]


async def test_one_customer_in_three_apps_and_on_the_web_has_four_conversations(apps: Apps) -> None:
    places = [("alpha", "u1"), ("beta", "u1"), ("gamma", "w9")]
    for channel, user in places:
        await apps.bound(channel, user)
    await apps.bound("alpha", "z1", ZHAO)

    async def talk(channel: str, user: str) -> None:
        for nth in range(3):
            await apps.fakes[channel].say(user, f"{channel} {nth}")

    async def talk_on_the_web() -> None:
        for nth in range(3):
            await apps.say(f"web {nth}")

    await asyncio.gather(*(talk(*place) for place in places), talk("alpha", "z1"), talk_on_the_web())
    await apps.settle()
    threads = {(asked.customer_id, asked.thread) for asked in apps.assistant.asked}
    assert len(threads) == 5
    assert {customer for customer, _ in threads} == {LIN, ZHAO}
    for channel, user in [*places, ("alpha", "z1")]:
        assert apps.fakes[channel].shown(user) == [f"听到：{channel} {nth}" for nth in range(3)]
    web = [message["text"] for message in (await apps.history())["messages"] if message["from"] == "customer"]
    assert web == ["web 0", "web 1", "web 2"]


async def test_a_number_is_the_choice_it_stood_before_and_only_there(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    await apps.bound("alpha", "u2")
    apps.assistant.answer = lambda _text: MENU
    (shown,) = await apps.chat("alpha", "u1", "分期")
    assert shown.endswith("1. 查额度\n2. 12 期")
    await apps.chat("alpha", "u1", "①")
    assert (apps.assistant.asked[-1].text, apps.assistant.asked[-1].payload) == (
        "查额度",
        Payload(intent="check_limit"),
    )
    await apps.chat("alpha", "u2", "1")  # the same customer elsewhere was shown no list
    assert apps.assistant.asked[-1].text == "1"
    apps.assistant.answer = lambda _text: [Reply(text="借多少？")]
    await apps.chat("alpha", "u1", "2")
    assert apps.assistant.asked[-1].text == "12 期"
    await apps.chat("alpha", "u1", "1")  # the list is over: an amount, perhaps
    assert apps.assistant.asked[-1].text == "1"


async def test_chips_come_as_chips_and_a_pressed_one_means_what_it_stood_for(apps: Apps) -> None:
    await apps.bound("beta", "u1")
    apps.assistant.answer = lambda _text: MENU
    assert await apps.chat("beta", "u1", "分期") == ["请选期数。"]
    assert apps.fakes["beta"].chips("u1") == ["查额度", "12 期"]
    await apps.fakes["beta"].press("u1", "查额度")
    await apps.settle()
    assert apps.assistant.asked[-1].payload == Payload(intent="check_limit")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/restart", "restart"),
        ("  ／／check_limit ", "check_limit"),
        ("😀👨‍👩‍👧", "😀👨👩👧"),
        ("我的电话 13812345678", "我的电话 ***********"),
    ],
)
async def test_what_is_typed_is_cleaned_as_on_the_web(apps: Apps, text: str, heard: str) -> None:
    await apps.bound("alpha", "u1")
    await apps.chat("alpha", "u1", text)
    assert apps.assistant.asked[-1].text == heard


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "没有收到文字"), ("   ", "没有收到文字"), ("长" * 501, "最多 500 个字"), ("长" * 3000, "最多 500 个字")],
)
async def test_what_cannot_be_a_message_is_answered_without_the_assistant(apps: Apps, text: str, said: str) -> None:
    await apps.bound("alpha", "u1")
    (shown,) = await apps.chat("alpha", "u1", text)
    assert said in shown
    assert apps.assistant.asked == []


async def test_a_webhook_that_is_not_the_platforms_is_stored_nowhere(apps: Apps) -> None:
    fake, body = apps.fakes["alpha"], b'{"id": "1", "user": "u1", "text": "x"}'
    assert (await fake.post(body, secret="wrong")).status_code == 403
    assert (await fake.post(body, at=fake.now() - 301)).status_code == 403
    assert (await fake.post(b"<xml/>")).status_code == 422
    assert (await apps.client.get("/hooks/alpha")).status_code == 405
    assert (await apps.client.post("/hooks/unknown")).status_code == 404
    assert (await apps.client.post("/hooks/alpha?a=1&a=2")).status_code == 400
    assert apps.inbox_states() == []


async def test_a_webhook_may_be_a_megabyte_and_nothing_else_may(apps: Apps) -> None:
    most = 1024 * 1024
    for length, status in ((most, 403), (most + 1, 413)):
        assert (await apps.client.post("/hooks/alpha", content=b"x" * length)).status_code == status
    assert (await apps.client.post("/v1/messages", content=b"x" * 20_000)).status_code == 413


async def test_without_channels_the_addresses_do_not_exist(world: Any) -> None:
    for address in ("/hooks/alpha", "/v1/bindings", "/v1/bind-links/open"):
        assert (await world.client.post(address, json={})).status_code == 404
    assert (await world.client.get("/bind/x")).status_code == 404


async def test_while_the_database_is_away_the_platform_is_told_to_come_again(apps: Apps) -> None:
    def away(_work: Any) -> Any:
        raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)

    store = apps.app.state.gateway.store
    store.write = away
    assert (await apps.fakes["alpha"].say("u1", "你好", message_id="m-1")).status_code == 503
    del store.write
    assert LINK.search((await apps.chat("alpha", "u1", "你好", message_id="m-1"))[0])


# ── the assistant's side ────────────────────────────────────────────────────────────────────────────────────


async def test_an_assistant_that_is_away_is_asked_again_and_then_the_customer_is_told(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.assistant.fails = CreditError(ErrorCode.ASSISTANT_UNREACHABLE)
    assert await apps.chat("alpha", "u1", "你好") == []
    await apps.later(seconds=2)
    assert apps.fakes["alpha"].shown("u1") == []
    await apps.later(seconds=4)
    (said,) = apps.fakes["alpha"].shown("u1")
    assert "智能助手暂时没有回应" in said
    assert len(apps.assistant.asked) == 3
    apps.assistant.fails = None
    assert await apps.chat("alpha", "u1", "现在呢") == ["听到：现在呢"]


async def test_a_defect_costs_one_message_its_answer_and_not_the_conversation(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.assistant.fails = ValueError("a defect")
    await apps.chat("alpha", "u1", "你好")
    await apps.later(seconds=2)
    await apps.later(seconds=4)
    (said,) = apps.fakes["alpha"].shown("u1")
    assert "我们这边出错了" in said
    apps.assistant.fails = None
    assert await apps.chat("alpha", "u1", "现在呢") == ["听到：现在呢"]


async def test_while_a_person_of_the_lender_talks_the_assistant_is_silent_and_the_person_is_heard_in_the_app(
    apps: Apps,
) -> None:
    await apps.bound("alpha", "u1")
    ticket = apps.credit.open_ticket(LIN)
    member = {"Authorization": f"Bearer {apps.app.state.gateway.staff.issue('小王')}"}
    await apps.chat("alpha", "u1", "转人工")
    await apps.client.post(f"/staff/tickets/{ticket.id}/take", headers=member)
    await apps.settle()
    assert "小王" in apps.fakes["alpha"].shown("u1")[-1]
    assert await apps.chat("alpha", "u1", "在吗") == []
    said = {"id": "s-1", "text": "在的，请说"}
    for _ in range(2):
        await apps.client.post(f"/staff/tickets/{ticket.id}/messages", json=said, headers=member)
    await apps.settle()
    assert apps.fakes["alpha"].shown("u1")[-1] == "在的，请说"
    assert apps.fakes["alpha"].shown("u1").count("在的，请说") == 1
    assert [asked.text for asked in apps.assistant.asked] == ["转人工"]


async def test_while_the_platforms_own_desk_talks_the_assistant_is_silent_and_wakes_up_after(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    assert await apps.chat("alpha", "u1", "", event="handed_over") == []
    assert await apps.chat("alpha", "u1", "有人吗") == []
    await apps.chat("alpha", "u1", "", event="handed_back")
    assert await apps.chat("alpha", "u1", "有人吗") == ["听到：有人吗"]


@pytest.mark.parametrize(("event", "said"), [("group", "单独对话"), ("ignored", ""), ("delivery_failed", "")])
async def test_events_of_no_account_are_answered_without_one(apps: Apps, event: str, said: str) -> None:
    await apps.bound("alpha", "u1")
    shown = await apps.chat("alpha", "u1", "x", event=event)
    assert all(said in text for text in shown)
    assert len(shown) == bool(said)
    assert apps.assistant.asked == []


async def test_a_greeting_is_said_once_in_half_a_day_and_invites_whoever_is_not_bound(apps: Apps) -> None:
    assert LINK.search((await apps.chat("alpha", "u1", "", event="enter"))[0])
    assert await apps.chat("alpha", "u1", "", event="enter") == []
    await apps.bound("alpha", "u1")
    apps.clock.advance(hours=12)
    (said,) = await apps.chat("alpha", "u1", "", event="enter")
    assert "AI" in said
    assert not LINK.search(said)


# ── inline ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_in_time_goes_into_the_webhooks_own_answer_and_nowhere_else(apps: Apps) -> None:
    await apps.bound("gamma", "u1")
    response = await apps.fakes["gamma"].say("u1", "你好", message_id="m-1")
    assert response.json() == {"text": "听到：你好"}
    await apps.later(seconds=60)
    assert apps.states() == ["inline"]
    assert apps.fakes["gamma"].calls == 0
    again = await apps.fakes["gamma"].say("u1", "你好", message_id="m-1")  # the platform did not get the first
    assert again.json() == {"text": "听到：你好"}
    assert len(apps.assistant.asked) == 1


async def test_a_turn_of_seven_seconds_is_acknowledged_early_and_answered_by_a_message(slow: Apps) -> None:
    await slow.bound("gamma", "u1")
    slow.assistant.gate = asyncio.Event()
    began = slow.clock.now()
    answers = [
        await slow.fakes["gamma"].say("u1", "你好", message_id="m-1") for _ in range(3)
    ]  # as a platform asks again
    assert [answer.json() for answer in answers] == [{}] * 3
    assert (slow.clock.now() - began).total_seconds() == 4.0
    slow.clock.advance(seconds=3)
    slow.assistant.gate.set()
    await slow.settle()
    assert slow.fakes["gamma"].shown("u1") == ["听到：你好"]
    assert len(slow.assistant.asked) == 1
    assert (await slow.fakes["gamma"].say("u1", "你好", message_id="m-1")).json() == {}
    assert slow.states() == ["sent"]


async def test_choices_of_an_inline_answer_are_numbered(apps: Apps) -> None:
    await apps.bound("gamma", "u1")
    apps.assistant.answer = lambda _text: MENU
    (shown,) = await apps.chat("gamma", "u1", "分期")
    assert shown.endswith("1. 查额度\n2. 12 期")
    await apps.chat("gamma", "u1", "2")
    assert apps.assistant.asked[-1].text == "12 期"
