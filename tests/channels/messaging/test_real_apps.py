"""Feishu, DingTalk by Stream and Alipay at one gateway, each with its platform's fake on a real port: what is proven for the
house's own channel elsewhere is seen here through the platforms' own ways."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from channels.app import create_app
from channels.messaging.config import MessagingConfig
from channels.messaging.service import Messaging
from channels.replies import Choice, Payload, Reply
from tests.channels.doubles import LIN, ZHAO
from tests.channels.messaging.matrix import ToGateway
from tests.channels.messaging.test_apps_settings import SECRETS
from tests.channels.world import World
from tools.fakes import alipay, dingtalk, feishu

pytestmark = pytest.mark.anyio

PUBLIC = "https://chat.example.com"
LINK = re.compile(rf"{PUBLIC}/bind/([A-Za-z0-9_-]+)")
NAMES = ("feishu", "dingtalk", "alipay")
MENU = [
    Reply(
        text="请选期数。",
        choices=[Choice(label="查额度", payload=Payload(intent="check_limit")), Choice(label="12 期")],
    )
]


class Lender(World):
    """One gateway, three platforms."""

    async def open(self) -> None:
        await asyncio.gather(*(fake.start() for fake in self.fakes.values()))
        self.gateway()

    def _start(self) -> None:
        self._to_gateway = ToGateway()

        def hook(name: str) -> dict[str, Any]:
            http = httpx.AsyncClient(transport=self._to_gateway)
            return {"hook_url": f"http://gateway/hooks/{name}", "clock": self.clock, "http": http}

        self.fakes: dict[str, Any] = {
            "feishu": feishu.Fake(**hook("feishu")),
            "dingtalk": dingtalk.Fake(**hook("dingtalk")),
            "alipay": alipay.Fake(**hook("alipay"), charset="gb18030"),
        }

    def gateway(self) -> None:
        """Make it, also after one that has died."""
        content: dict[str, Any] = {"public_url": PUBLIC, "channels": {}}
        env = {}
        for name, fake in self.fakes.items():
            settings = fake.settings()
            for field in (field for field in SECRETS[name] if field in settings):
                env[f"{name}_{field}"] = str(settings[field])
                settings[field] = f"${{{name}_{field}}}"
            content["channels"][name] = settings
        self.app = create_app(
            self.settings,
            cast(Any, self.credit),
            self.assistant,
            self.clock,
            limits=self.limits,
            messaging=MessagingConfig.parse(content, env),
        )
        self._to_gateway.app = self.app
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://gateway")
        messaging = self.messaging
        self._stream = asyncio.create_task(messaging.adapters["dingtalk"].run(messaging.pipeline.pumps["dingtalk"]))

    @property
    def messaging(self) -> Messaging:
        return cast(Messaging, self.app.state.gateway.messaging)

    async def die(self) -> None:
        """The gateway's process, not the platforms."""
        self._stream.cancel()
        await asyncio.gather(self._stream, return_exceptions=True)
        await self.messaging.close()
        await super().close()

    async def close(self) -> None:
        await self.die()
        await asyncio.gather(*(fake.stop() for fake in self.fakes.values()))

    async def chat(self, name: str, user: str, text: str) -> list[str]:
        """Say something; what is shown for it."""
        before = len(self.fakes[name].shown(user))
        await self.fakes[name].say(user, text)
        return await self.settled(name, user, before)

    async def settled(self, name: str, user: str, before: int) -> list[str]:
        async with asyncio.timeout(30):
            await self.messaging.pipeline.settle()
        return list(self.fakes[name].shown(user)[before:])

    async def invitation(self, name: str, user: str) -> str:
        """The signed part of the link that a stranger is shown, as text or behind a button."""
        shown = await self.chat(name, user, "我欠多少")
        addresses = self.fakes[name].links(user).values() if name == "feishu" else ()
        found = LINK.search(" ".join([*shown, *addresses]))
        assert found, shown
        return found[1]

    async def bind(self, name: str, user: str, customer_id: Any = LIN) -> None:
        signed = await self.invitation(name, user)
        opened = (await self.client.post("/v1/bind-links/open", json={"signed": signed})).json()
        body = {"signed": signed, "consent_version": opened["consent"]["version"]}
        response = await self.client.post("/v1/bindings", json=body, headers=self.bearer(customer_id))
        (said,) = await self.chat(name, user, response.json()["code"])
        assert "绑定好了" in said


@pytest.fixture
async def lender(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Lender]:
    lender = Lender(tmp_path)
    await lender.open()
    yield lender
    await lender.close()


async def test_an_identity_is_nobody_s_until_it_is_bound_and_then_has_a_conversation_of_its_own(lender: Lender) -> None:
    for name in NAMES:
        await lender.bind(name, "u-1")
    await lender.bind("feishu", "u-2", ZHAO)
    assert lender.assistant.asked == []
    for name in NAMES:
        assert await lender.chat(name, "u-1", f"我在 {name}") == [f"听到：我在 {name}"]
    await lender.chat("feishu", "u-2", "别人")
    asked = {(asked.customer_id, asked.thread.split("-")[0], asked.text) for asked in lender.assistant.asked}
    assert asked == {*((LIN, name, f"我在 {name}") for name in NAMES), (ZHAO, "feishu", "别人")}
    assert len({asked.thread for asked in lender.assistant.asked}) == 4
    await lender.invitation("alipay", "u-2")  # the same word on another platform is another person
    assert len(lender.assistant.asked) == 4


@pytest.mark.parametrize("name", NAMES)
async def test_a_choice_is_pressed_or_given_by_its_number(lender: Lender, name: str) -> None:
    await lender.bind(name, "u-1")
    lender.assistant.answer = lambda _text: MENU
    (shown,) = await lender.chat(name, "u-1", "分期")
    if name == "feishu":
        assert (shown, lender.fakes[name].chips("u-1")) == ("请选期数。", ["查额度", "12 期"])
        for _ in range(2):  # pressed twice, meant once
            await lender.fakes[name].press("u-1", "查额度")
        await lender.settled(name, "u-1", 0)
    else:
        assert shown.endswith("1. 查额度\n2. 12 期")
        await lender.chat(name, "u-1", "1")
    assert [asked.payload for asked in lender.assistant.asked] == [None, Payload(intent="check_limit")]


@pytest.mark.parametrize("name", NAMES)
async def test_a_crash_before_sending_loses_nothing_and_doubles_nothing(lender: Lender, name: str) -> None:
    await lender.bind(name, "u-1")
    fake = lender.fakes[name]
    fake.fail_next("5xx")
    assert await lender.chat(name, "u-1", "一") == []
    before = len(fake.shown("u-1"))
    await lender.die()
    lender.gateway()
    lender.clock.advance(minutes=1)
    await lender.messaging.pipeline.look()
    assert await lender.settled(name, "u-1", before) == ["听到：一"]
    assert len(lender.assistant.asked) == 1


async def test_what_comes_by_stream_while_the_gateway_is_away_waits_at_the_platform(lender: Lender) -> None:
    await lender.bind("dingtalk", "u-1")
    fake = lender.fakes["dingtalk"]
    await lender.die()
    said = asyncio.create_task(fake.say("u-1", "还在吗"))
    await asyncio.sleep(0)
    lender.gateway()
    await said
    assert (await lender.settled("dingtalk", "u-1", 0))[-1] == "听到：还在吗"


async def test_an_event_repeated_by_the_platform_for_hours_is_one_turn(lender: Lender) -> None:
    """Feishu asks again after fifteen seconds, five minutes, an hour and six, each time newly signed."""
    await lender.bind("feishu", "u-1")
    fake = lender.fakes["feishu"]
    event = fake.message("u-1", "借五千")
    for pause in (0, 15, 300, 3600, 6 * 3600):
        lender.clock.advance(seconds=pause)
        assert (await fake.push(json.loads(json.dumps(event)))).status_code == 200
        await lender.settled("feishu", "u-1", 0)
    assert [asked.text for asked in lender.assistant.asked] == ["借五千"]
