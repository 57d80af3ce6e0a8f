"""DingTalk's Stream mode against a local gateway: tickets, frames, acknowledgements, and every way a line breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from channels.dingtalk import stream
from channels.messaging.port import Incoming
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.messaging.desk import HOOK, Desk, FakePump
from tools.fakes.dingtalk import PATIENCE, Fake

pytestmark = pytest.mark.anyio

LIN = "staff-lin"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.http.aclose()


@pytest.fixture
async def fake(desk: Desk) -> AsyncIterator[Fake]:
    fake = Fake(HOOK, clock=desk.clock, http=desk.client())
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


@asynccontextmanager
async def listening(desk: Desk, fake: Fake, pump: FakePump, **changes: Any) -> AsyncIterator[None]:
    """With the adapter's `run` going on, and its first connection made."""
    adapter = desk.open(fake.settings(), **changes)
    task = asyncio.create_task(adapter.run(pump))
    try:
        await asyncio.wait_for(fake.connected.wait(), PATIENCE)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def reconnected(fake: Fake, count: int) -> None:
    """Wait until the fake has been connected to so many times."""
    async with asyncio.timeout(PATIENCE):
        while fake.connections < count:
            fake.connected.clear()
            await fake.connected.wait()


async def test_a_frame_is_taken_and_then_acknowledged(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    stored_before_ack: list[int] = []
    pump.on_take = lambda _messages: stored_before_ack.append(len(fake.acks))
    async with listening(desk, fake, pump):
        await fake.say(LIN, "我还能借多少")
    (message,) = pump.messages
    assert (message.user, message.text, message.account) == (LIN, "我还能借多少", fake.robot_code)
    (ack,) = fake.acks
    assert (ack["code"], json.loads(ack["data"])) == (200, {"response": None})
    assert ack["headers"]["contentType"] == "application/json"
    assert stored_before_ack == [0]


async def test_an_answer_goes_back_by_the_webhook_of_the_frame(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump):
        await fake.say(LIN, "x")
        assert desk.adapter is not None
        await desk.adapter.send(desk.reply("好", pump.messages[0]))
    assert fake.shown(LIN) == ["好"]


async def test_a_ping_is_echoed(desk: Desk, fake: Fake) -> None:
    async with listening(desk, fake, FakePump()):
        frame = fake.frame("SYSTEM", "ping", {"opaque": "abc"})
        ack = await fake.push(frame)
    assert (ack["code"], ack["data"]) == (200, frame["data"])


async def test_leaving_the_company_is_an_event(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump):
        await fake.leave(LIN)
        await fake.push(fake.frame("EVENT", "*", {}, eventType="bpms_task_change"))
    assert [(message.event, message.user) for message in pump.messages] == [("unfollow", LIN)]
    assert [json.loads(ack["data"])["status"] for ack in fake.acks] == ["SUCCESS", "SUCCESS"]


async def test_what_nobody_knows_is_acknowledged_so(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump):
        unknown = await fake.push(fake.frame("CALLBACK", "/v1.0/card/instances/callback", {}))
        foreign = await fake.push(fake.robot_frame(fake.message(LIN, "x", robotCode="another")))
        broken = await fake.push({**fake.robot_frame({}), "data": "{"})
    assert [ack["code"] for ack in (unknown, foreign, broken)] == [404, 400, 400]
    assert pump.messages == []
    assert pump.alarms == ["stream_frame_refused", "stream_frame_refused"]


@pytest.mark.parametrize("raw", ["", "[]", "{}", '{"headers":{"messageId":"a b"}}', "[" * 50_000], ids=range(5))
async def test_a_frame_that_cannot_be_read_ends_nothing(desk: Desk, fake: Fake, raw: str) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump):
        await fake.send_raw(raw)
        await fake.say(LIN, "还在吗")
    assert [message.text for message in pump.messages] == ["还在吗"]
    assert (pump.alarms, fake.connections) == (["stream_frame_unreadable"], 1)


async def test_on_a_disconnect_a_new_ticket_is_fetched_at_once(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump):
        await fake.say(LIN, "一")
        await fake.disconnect()
        await reconnected(fake, 2)
        await fake.say(LIN, "二")
    assert [message.text for message in pump.messages] == ["一", "二"]
    assert (pump.rests, pump.alarms) == ([0.0], [])


async def test_a_cut_line_is_made_again(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump):
        await fake.cut()
        await reconnected(fake, 2)
        await fake.say(LIN, "二")
    assert [message.text for message in pump.messages] == ["二"]
    assert pump.alarms == ["stream_lost"]


async def test_a_quiet_line_is_made_again(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump, silence_seconds=0.05):
        await reconnected(fake, 3)
    assert set(pump.alarms) == {"stream_silent"}


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    tries: list[Sequence[Incoming]] = []

    def away_twice(messages: Sequence[Incoming]) -> None:
        tries.append(messages)
        if len(tries) <= 2:
            raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)

    pump.on_take = away_twice
    async with listening(desk, fake, pump):
        await fake.say(LIN, "一")
    assert [message.text for message in pump.messages] == ["一"]
    assert (len(tries), len(fake.acks), fake.connections) == (3, 1, 3)
    assert pump.alarms == ["stream_not_stored", "stream_not_stored"]
    assert len({message.message_id for (message,) in tries}) == 1


async def test_pauses_grow_while_the_platform_is_away(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    fake.refuse_connections = 8
    async with listening(desk, fake, pump):
        pass
    assert len(pump.rests) == 8
    for failures, pause in enumerate(pump.rests, start=1):
        longest = min(stream.LONGEST_REST, 2.0**failures)
        assert longest / 2 <= pause <= longest
    assert set(pump.alarms) == {"stream_lost"}


async def test_a_wrong_secret_is_told_and_the_previous_one_tried(desk: Desk, fake: Fake) -> None:
    pump = FakePump()
    async with listening(desk, fake, pump, client_secret={"current": "the next one", "previous": fake.client_secret}):
        await fake.say(LIN, "一")
    assert pump.alarms == []
    refused = asyncio.Event()
    pump.on_rest = lambda _seconds: refused.set()
    task = asyncio.create_task(desk.open(fake.settings(), client_secret="wrong").run(pump))
    await asyncio.wait_for(refused.wait(), PATIENCE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert set(pump.alarms) == {"stream_refused"}


@pytest.mark.parametrize(
    "endpoint",
    [
        "ws://wss-open-connection.dingtalk.com/connect",
        "wss://evil.example/connect",
        "wss://dingtalk.com.evil.example",
        "",
    ],
)
def test_a_connection_leads_to_the_platform_or_nowhere(endpoint: str) -> None:
    """A ticket must not go to somebody else."""
    line: Any = stream.Stream(
        base_url="https://api.dingtalk.com",
        client_id="a",
        secrets=(),
        http=None,
        clock=None,
        reader=None,
        silence_seconds=1,  # type: ignore[arg-type]
    )
    with pytest.raises(stream.SendLater):
        line._check(endpoint)
    line._check("wss://wss-open-connection-union.dingtalk.com:443/connect")


async def test_in_http_mode_nothing_is_listened_to(desk: Desk, fake: Fake) -> None:
    await desk.open(fake.settings(), mode="http").run(FakePump())
    assert fake.connections == 0
