"""One adapter of the WeChat family between its fake platform and a pipeline that only remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from channels.messaging.kinds import Around, module_of
from channels.messaging.port import Answer, ChannelRefused, Incoming, Outgoing, Pull, Received, Webhook
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError, ErrorCode
from tools.fakes import wechat_oa, wecom_app, wecom_kf
from tools.fakes.wechat_family import Family, Push

NOW = datetime(2026, 11, 8, 4, 0, tzinfo=UTC)
HOOK = "http://gateway/hooks/here"
USER = "oUser-1"

type AnyFake = wechat_oa.Fake | wecom_app.Fake | wecom_kf.Fake


class Memory:
    """A pump, and what it was given."""

    def __init__(self) -> None:
        self.messages: list[Incoming] = []
        self.cursors: dict[str, str] = {}
        self.alarms: list[tuple[str, dict[str, str | int]]] = []
        self.rests: list[float] = []
        self.pulls: list[Pull] = []
        self.away = 0
        """So many times the database is away."""
        self.idle = asyncio.Event()

    async def take(self, messages: Sequence[Incoming], *, cursor: tuple[str, str] | None = None) -> None:
        if self.away:
            self.away -= 1
            raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)
        known = {message.message_id for message in self.messages}
        self.messages += [message for message in messages if message.message_id not in known]
        if cursor:
            self.cursors[cursor[0]] = cursor[1]

    async def cursor(self, account: str) -> str:
        return self.cursors.get(account, "")

    async def next_pull(self, seconds: float) -> Pull | None:
        if self.pulls:
            return self.pulls.pop(0)
        if not seconds:
            return None
        self.idle.set()
        return await asyncio.get_running_loop().create_future()  # until it is cancelled

    async def rest(self, seconds: float) -> None:
        self.rests.append(seconds)

    def alarm(self, code: str, **facts: str | int) -> None:
        self.alarms.append((code, facts))

    def texts(self) -> list[str]:
        return [message.text for message in self.messages if message.kind in {"text", "choice"}]

    def events(self) -> list[str | None]:
        return [message.event for message in self.messages if message.kind == "event"]


class Playing[F: Family]:
    """The adapter, the platform, and everything that passed between them."""

    def __init__(self, module: Any, **changes: Any) -> None:
        self.clock = ManualClock(NOW)
        self.received: list[Received] = []
        self.refused: list[str] = []
        self.pump = Memory()
        gateway = httpx.AsyncClient(transport=httpx.MockTransport(self._hook))
        self.fake: F = module.Fake(HOOK, clock=self.clock, http=gateway)
        self.fake._server.address = "platform"
        self.platform = httpx.AsyncClient(transport=httpx.ASGITransport(self.fake._server._app))
        settings = {**self.fake.settings(), **changes}
        kind = module_of(str(settings["kind"]))
        around = Around(self.clock, self.platform, "http://gateway")
        self.adapter = kind.open_adapter("here", kind.Settings.model_validate(settings), around)

    async def close(self) -> None:
        await self.platform.aclose()
        await self.fake._http.aclose()

    def webhook(self, push: Push, method: str = "POST") -> Webhook:
        return Webhook(method, push.query, {}, push.body, self.clock.now())

    def receive(self, push: Push, method: str = "POST") -> Received:
        return self.adapter.receive(self.webhook(push, method))

    def refusal(self, push: Push, method: str = "POST") -> str:
        """The word that the adapter refuses it with; fails if it does not, or if it says why to the sender."""
        with pytest.raises(ChannelRefused) as refused:
            self.receive(push, method)
        assert refused.value.answer == Answer(403)
        return refused.value.code

    async def fetch(self) -> None:
        """Run the adapter's own fetching until there is nothing more to do."""
        self.pump.idle.clear()
        task = asyncio.create_task(self.adapter.run(self.pump))
        idle = asyncio.create_task(self.pump.idle.wait())
        try:
            await asyncio.wait({task, idle}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not task.cancelled():
                task.result()
        finally:
            for each in (task, idle):
                each.cancel()
            await asyncio.gather(task, idle, return_exceptions=True)

    async def send(self, text: str, user: str = USER, key: str = "f" * 32, **more: Any) -> None:
        account = getattr(self.fake, "account", "here")
        message = Outgoing(key=key, channel="here", account=account, user=user, text=text)
        await self.adapter.send(replace(message, **more))

    def _hook(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        webhook = Webhook(request.method, query, dict(request.headers), request.content, self.clock.now())
        try:
            received = self.adapter.receive(webhook)
        except ChannelRefused as refused:
            self.refused.append(refused.code)
            return _response(refused.answer)
        self.received.append(received)
        if received.pull:
            self.pump.pulls.append(received.pull)
        return _response(received.answer)

    @property
    def heard(self) -> list[Incoming]:
        return [message for received in self.received for message in received.messages]


def _response(answer: Answer) -> httpx.Response:
    return httpx.Response(answer.status, content=answer.body, headers={"content-type": answer.content_type})
