"""A thumb for an answer and why: one for each message, changeable, counted for the desk."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from channels.replies import Reply
from tests.channels.doubles import LIN, ZHAO
from tests.channels.world import World

pytestmark = pytest.mark.anyio


async def last_seq(world: World) -> int:
    await world.say("你好")
    return int((await world.history())["messages"][-1]["seq"])


async def thumb(world: World, seq: int, customer: Any = LIN, **opinion: Any) -> httpx.Response:
    return await world.client.post(f"/v1/messages/{seq}/feedback", json=opinion, headers=world.bearer(customer))


async def counts(world: World) -> dict[str, Any]:
    token = (await world.client.post("/demo/staff/login", json={"name": "小王"})).json()["token"]
    answer = await world.client.get("/staff/feedback", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return dict(answer.json())


async def test_a_thumb_is_kept_with_its_reason_and_counted_once(world: World) -> None:
    seq = await last_seq(world)
    assert (await thumb(world, seq, thumb="down", reason="金额不对")).json() == {"thumb": "down", "reason": "金额不对"}
    await thumb(world, seq, thumb="down", reason="看不懂")
    assert await counts(world) == {"up": 0, "down": 1, "reasons": ["看不懂"]}


async def test_a_thumb_can_be_turned_and_taken_back(world: World) -> None:
    seq = await last_seq(world)
    await thumb(world, seq, thumb="down", reason="看不懂")
    await thumb(world, seq, thumb="up")
    assert await counts(world) == {"up": 1, "down": 0, "reasons": []}
    await thumb(world, seq, thumb=None)
    assert await counts(world) == {"up": 0, "down": 0, "reasons": []}


async def test_the_history_tells_the_thumb_of_every_answer(world: World) -> None:
    first = await last_seq(world)
    second = await last_seq(world)
    await thumb(world, first, thumb="down", reason="看不懂")
    await thumb(world, second, thumb="up")
    await thumb(world, second, thumb=None)
    said = (await world.history())["messages"]
    assert [message.get("thumb", "none can be given") for message in said] == [
        *("none can be given", "down"),
        *("none can be given", None),
    ]
    news = await world.client.get("/v1/updates", params={"after": first - 1}, headers=world.bearer())
    assert news.json()["messages"][0]["thumb"] == "down"


async def test_an_answer_on_the_stream_can_be_judged(world: World) -> None:
    async with world.listen() as mine:
        await world.say("你好")
        heard = await mine.next()
    assert heard.data["thumb"] is None


async def test_a_reminder_a_receipt_and_a_person_are_no_answers(world: World) -> None:
    post = world.app.state.gateway.conversation.post
    await post(LIN, Reply(text="明天是还款日"), key="notice:1")
    await post(LIN, Reply(text="办理成功"))
    await post(LIN, Reply(text="我是小王"), key="staff:1", sender="person")
    said = (await world.history())["messages"]
    assert ["thumb" in message for message in said] == [False, False, False]


async def test_only_what_was_said_to_the_customer_can_be_judged(world: World) -> None:
    seq = await last_seq(world)
    assert (await thumb(world, seq, ZHAO, thumb="up")).status_code == 404
    assert (await thumb(world, seq - 1, thumb="up")).status_code == 404  # the customer's own message
    assert (await thumb(world, seq + 99, thumb="up")).status_code == 404


async def test_a_reason_is_short_and_holds_no_numbers_of_cards(world: World) -> None:
    seq = await last_seq(world)
    assert (await thumb(world, seq, thumb="down", reason="字" * 201)).status_code == 422
    assert (await thumb(world, seq, thumb="sideways")).status_code == 422
    said = (await thumb(world, seq, thumb="down", reason="我的卡 6222020200112233445 不对")).json()
    assert "6222" not in said["reason"]


async def test_the_counts_are_for_the_staff(world: World) -> None:
    assert (await world.client.get("/staff/feedback", headers=world.bearer())).status_code == 401
