"""The gateway's place between a fake platform and an adapter, without the pipeline: what came in is kept, nothing more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from channels.messaging.kinds import Around, module_of
from channels.messaging.port import Adapter, ChannelRefused, Incoming, Outgoing, Received, Webhook
from credit.kernel.clock import ManualClock

NOW = datetime(2026, 11, 8, 4, 0, tzinfo=UTC)
HOOK = "http://gateway.test/hooks/app"


@dataclass(slots=True)
class Desk:
    """Give its `client` to the fake, then `open` the adapter with the fake's settings."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    messages: list[Incoming] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    adapter: Adapter | None = None
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=5))

    def client(self) -> httpx.AsyncClient:
        """For the fake: what it posts to the hook comes here."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle))

    def around(self) -> Around:
        return Around(clock=self.clock, http=self.http, public_url="http://gateway.test")

    def open(self, settings: dict[str, Any], **changes: Any) -> Any:
        """The adapter of these settings; also the one that answers from now on."""
        module = module_of(settings["kind"])
        self.adapter = module.open_adapter(
            "app", module.Settings.model_validate({**settings, **changes}), self.around()
        )
        return self.adapter

    def handle(self, request: httpx.Request) -> httpx.Response:
        webhook = Webhook(
            method=request.method,
            query=dict(request.url.params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
            received_at=self.clock.now(),
        )
        assert self.adapter is not None
        try:
            received = self.adapter.receive(webhook)
        except ChannelRefused as refusal:
            self.refused.append(refusal.code)
            answer = refusal.answer
        else:
            self.received.append(received)
            self.messages += received.messages
            answer = received.answer
        return httpx.Response(answer.status, content=answer.body, headers={"content-type": answer.content_type})

    def reply(self, text: str, to: Incoming | None = None, *, key: str = "a" * 32, **parts: Any) -> Outgoing:
        """A reply to the message, by default to the newest one."""
        asked = to or self.messages[-1]
        return Outgoing(
            key=key,
            channel=asked.channel,
            account=asked.account,
            user=asked.user,
            text=text,
            reply_context=asked.reply_context,
            **parts,
        )


@dataclass(slots=True)
class FakePump:
    """A pump over lists. `on_take` may raise; `rests` are the pauses that were asked for."""

    messages: list[Incoming] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    rests: list[float] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    on_take: Callable[[Sequence[Incoming]], None] = field(default=lambda _messages: None)
    on_rest: Callable[[float], None] = field(default=lambda _seconds: None)

    async def take(self, messages: Sequence[Incoming], *, cursor: tuple[str, str] | None = None) -> None:
        self.on_take(messages)
        self.messages += messages
        if cursor:
            self.cursors[cursor[0]] = cursor[1]

    async def cursor(self, account: str) -> str:
        return self.cursors.get(account, "")

    async def next_pull(self, seconds: float) -> None:
        return None

    async def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.on_rest(seconds)

    def alarm(self, code: str, **facts: str | int) -> None:
        self.alarms.append(code)
