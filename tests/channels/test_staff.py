"""A person takes over: the assistant is silent, the person's words reach the customer once, and then it goes on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.channels.doubles import LIN, ZHAO
from tests.channels.world import World

pytestmark = pytest.mark.anyio


class Desk:
    """One member of staff at the web API."""

    def __init__(self, world: World, name: str = "小周") -> None:
        self.world = world
        self.headers = {"Authorization": f"Bearer {world.app.state.gateway.staff.issue(name)}"}

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.world.client.request(method, f"/staff{path}", headers=self.headers, **options)

    async def take(self, ticket_id: UUID) -> httpx.Response:
        return await self.call("POST", f"/tickets/{ticket_id}/take")

    async def say(self, ticket_id: UUID, text: str, message_id: str = "s-1") -> httpx.Response:
        return await self.call("POST", f"/tickets/{ticket_id}/messages", json={"id": message_id, "text": text})

    async def read(self, ticket_id: UUID, after: int = 0) -> httpx.Response:
        return await self.call("GET", f"/tickets/{ticket_id}", params={"after": after})


def senders(history: dict[str, Any]) -> list[str]:
    return [message["from"] for message in history["messages"]]


async def test_while_a_person_has_the_conversation_the_assistant_neither_hears_nor_answers(world: World) -> None:
    desk, ticket = Desk(world), world.credit.open_ticket(LIN)
    assert (await world.say("还没人接")).json()["replies"] != []
    await desk.take(ticket.id)
    heard = len(world.assistant.asked)
    assert (await world.say("有人吗", "m-person")).json() == {"replies": []}
    assert (await world.say("有人吗", "m-person")).json() == {"replies": []}, "a repeat is answered alike"
    assert len(world.assistant.asked) == heard
    assert (await desk.read(ticket.id)).json()["messages"][-1]["text"] == "有人吗"


async def test_a_persons_words_reach_the_open_stream_and_the_history_once(world: World) -> None:
    desk, ticket = Desk(world), world.credit.open_ticket(LIN)
    await desk.take(ticket.id)
    async with world.listen() as listener:
        for _ in range(2):
            assert (await desk.say(ticket.id, "您好，我来看看")).json() == {"sent": True}
        event = await listener.next()
    assert (event.data["from"], event.data["text"]) == ("person", "您好，我来看看")
    assert senders(await world.history()) == ["assistant", "person"]


async def test_taking_and_closing_are_told_to_the_customer_once_and_then_the_assistant_is_back(world: World) -> None:
    desk, ticket = Desk(world), world.credit.open_ticket(LIN)
    for _ in range(2):
        await desk.take(ticket.id)
    assert (await desk.call("POST", f"/tickets/{ticket.id}/close", json={"note": "已说明"})).status_code == 200
    told = [message["text"] for message in (await world.history())["messages"]]
    assert len(told) == 2
    assert all("小周" in text for text in told)
    assert (await world.say("还在吗")).json()["replies"][0]["text"] == "听到：还在吗"
    again = await desk.call("POST", f"/tickets/{ticket.id}/close", json={"note": ""})
    assert (again.status_code, again.json()["code"]) == (409, "ticket_closed")


async def test_an_account_is_shown_only_to_the_person_who_took_it(world: World) -> None:
    mine, colleague, ticket = Desk(world), Desk(world, "小吴"), world.credit.open_ticket(ZHAO)
    assert (await mine.read(ticket.id)).json()["code"] == "ticket_not_found", "not before it is taken"
    await mine.take(ticket.id)
    assert "summary" in (await mine.read(ticket.id)).json()
    assert "summary" not in (await mine.read(ticket.id, after=1)).json(), "once, not at each look"
    for refused in (
        await colleague.read(ticket.id),
        await colleague.take(ticket.id),
        await colleague.say(ticket.id, "喂"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "ticket_taken")


async def test_the_queue_shows_names_and_reasons_but_no_account(world: World) -> None:
    world.credit.open_ticket(LIN)
    listed = (await Desk(world).call("GET", "/tickets")).json()
    assert listed["me"] == "小周"
    assert [ticket["customer_name"] for ticket in listed["tickets"]] == ["林晓月"]
    assert not {"summary", "limits", "messages"} & set(listed["tickets"][0])


@pytest.mark.parametrize("path", ["/tickets", "/tickets/019db000-0000-7000-8000-0000000000ff"])
async def test_a_customers_token_does_not_open_the_desk(world: World, path: str) -> None:
    refused = await world.client.get(f"/staff{path}", headers=world.bearer(LIN))
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
    assert (await world.client.get(f"/staff{path}")).json()["code"] == "token_missing"


async def test_a_staff_token_is_no_customers(world: World) -> None:
    refused = await world.client.get("/v1/messages", headers=Desk(world).headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


async def test_what_a_person_types_is_cleaned_like_a_customers_text(world: World) -> None:
    desk, ticket = Desk(world), world.credit.open_ticket(LIN)
    await desk.take(ticket.id)
    await desk.say(ticket.id, "/borrow 您的卡 6222021234567890123 吗")
    said = (await world.history())["messages"][-1]["text"]
    assert said.startswith("borrow")
    assert "6222" not in said
    assert (await desk.say(ticket.id, "  ", "s-2")).json()["code"] == "message_empty"


async def test_the_desk_and_its_login_need_no_inline_script(world: World) -> None:
    page = await world.client.get("/staff")
    assert page.status_code == 200
    assert '<script type="module" src="/staff/web/staff.js"></script>' in page.text
    assert "style=" not in page.text
    assert (await world.client.get("/staff/web/staff.js")).status_code == 200
    login = await world.client.post("/demo/staff/login", json={"name": "小周"})
    assert set(login.json()) == {"token"}
