"""The history by cursor, and the stream that misses nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from channels.hub import Event, Hub
from channels.replies import Reply
from channels.stream import cursor_of, frame
from tests.channels.doubles import LIN, ZHAO
from tests.channels.world import LIMITS, World

pytestmark = pytest.mark.anyio


async def test_the_history_comes_in_pages_from_the_end(world: World) -> None:
    for nth in range(5):
        await world.say(f"第{nth}句")
    newest = await world.history(limit=4)
    middle = await world.history(limit=4, before=newest["before"])
    oldest = await world.history(limit=4, before=middle["before"])
    assert oldest["before"] is None
    texts = [message["text"] for page in (oldest, middle, newest) for message in page["messages"]]
    assert texts == [text for nth in range(5) for text in (f"第{nth}句", f"听到：第{nth}句")]
    assert newest["messages"][0] == {
        "seq": 7,
        "id": "m-4",
        "at": "2026-11-08T04:00:00+00:00",
        "from": "customer",
        "text": "第3句",
        "card": None,
        "choices": [],
    }


async def test_a_page_that_ends_at_the_beginning_has_no_cursor(world: World) -> None:
    await world.say("你好")
    assert (await world.history(limit=2))["before"] is None
    assert await world.history(customer_id=ZHAO) == {"messages": [], "before": None}


@pytest.mark.parametrize("query", ["before=x", "before=0", f"before={2**63}", "limit=0", "limit=101", "limit=1.5"])
async def test_a_cursor_that_is_none_is_refused(world: World, query: str) -> None:
    response = await world.client.get(f"/v1/messages?{query}", headers=world.bearer())
    assert (response.status_code, response.json()["code"]) == (422, "body_invalid")


async def test_the_stream_brings_replies_as_they_come_and_only_ones_own(world: World) -> None:
    async with world.listen() as mine:
        assert mine.headers["content-type"].startswith("text/event-stream")
        assert mine.headers["cache-control"] == "no-store"
        await world.say("别人的话", customer_id=ZHAO)
        await world.say("你好")
        heard = await mine.next()
    assert (heard.name, heard.id, heard.data["text"], heard.data["from"]) == ("message", 4, "听到：你好", "assistant")
    assert heard.data["seq"] == heard.id


async def test_a_stream_resumes_after_the_last_event_that_was_seen(world: World) -> None:
    for nth in range(3):
        await world.say(f"第{nth}句")
    async with world.listen(last_event_id="2") as mine:
        missed = [await mine.next() for _ in range(2)]
        await world.say("现在")
        live = await mine.next()
    assert [(event.id, event.data["text"]) for event in missed] == [(4, "听到：第1句"), (6, "听到：第2句")]
    assert (live.id, live.data["text"]) == (8, "听到：现在")


async def test_a_long_absence_is_caught_up_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.stream.CATCH_UP_PAGE", 2)
    for nth in range(5):
        await world.say(f"第{nth}句")
    async with world.listen(last_event_id="0") as mine:
        assert [(await mine.next()).id for _ in range(5)] == [2, 4, 6, 8, 10]


async def test_without_a_last_event_a_stream_starts_now(world: World) -> None:
    await world.say("以前")
    async with world.listen() as mine:
        await world.say("现在")
        assert (await mine.next()).data["text"] == "听到：现在"


async def test_what_comes_during_the_catch_up_comes_once(world: World) -> None:
    await world.say("以前")
    conversation = world.app.state.gateway.conversation
    really = conversation.replies_after
    posted = False

    async def look(*question: object) -> object:
        nonlocal posted
        if not posted:
            posted = True
            await conversation.post(LIN, Reply(text="正好这时"))
        return await really(*question)

    conversation.replies_after = look
    async with world.listen(last_event_id="0") as mine:
        caught = [(await mine.next()).data["text"] for _ in range(2)]
        await conversation.post(LIN, Reply(text="之后"))
        caught.append((await mine.next()).data["text"])
    assert caught == ["听到：以前", "正好这时", "之后"]


@pytest.mark.parametrize("header", ["", "x", "-1", "1.5", "９", "9" * 19, None])
def test_a_last_event_that_is_not_ours_means_from_now_on(header: str | None) -> None:
    assert cursor_of(header) is None


async def test_a_quiet_stream_has_heartbeats(tmp_path: Path) -> None:
    world = World(tmp_path, limits=replace(LIMITS, heartbeat_seconds=0.001))
    async with world.listen() as mine:
        assert await mine.chunk() == ": still here\n\n"
    await world.close()


async def test_a_stream_ends_with_its_token(tmp_path: Path) -> None:
    world = World(tmp_path, limits=replace(LIMITS, heartbeat_seconds=0.001))
    async with world.listen() as mine:
        world.clock.advance(minutes=30)
        while await mine.chunk() is not None:
            pass
    await world.close()


async def test_streams_end_when_the_process_stops(world: World) -> None:
    async with world.listen() as mine, world.listen(ZHAO) as theirs:
        world.app.state.gateway.hub.close()
        assert await mine.chunk() is None
        assert await theirs.chunk() is None


async def test_a_reader_who_leaves_is_forgotten(world: World) -> None:
    hub = world.app.state.gateway.hub
    async with world.listen():
        assert hub.listening(LIN) == 1
    assert hub.listening(LIN) == 0


async def test_a_customers_oldest_stream_ends_when_there_are_too_many(tmp_path: Path) -> None:
    world = World(tmp_path, limits=replace(LIMITS, streams_per_customer=2))
    async with world.listen() as first, world.listen(), world.listen() as third:
        assert await first.chunk() is None
        await world.say("你好")
        assert (await third.next()).data["text"] == "听到：你好"
    await world.close()


async def test_a_reader_too_slow_is_cut_off_and_can_resume() -> None:
    hub = Hub(streams_per_customer=1, backlog=2)
    with hub.subscribe(LIN) as slow:
        for nth in range(3):
            hub.publish(LIN, Event("message", {}, nth))
        async with asyncio.timeout(5):
            assert await slow.next(5) is None
        assert slow.closed


def test_an_event_is_one_data_line_whatever_it_holds() -> None:
    text = frame(Event("message", {"text": "一\n二\r\n三"}, 7))
    assert text == 'id: 7\nevent: message\ndata: {"text": "一\\n二\\r\\n三"}\n\n'
