"""A gateway with stand-ins around it, and a way to read a stream that never ends."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
from fastapi import FastAPI

from channels.app import create_app
from channels.lenders import Lenders
from channels.limits import Limits
from credit.kernel.clock import ManualClock
from credit.kernel.settings import Settings
from tests.channels.doubles import LIN, FakeAssistant, FakeCredit

NOW = datetime(2026, 11, 8, 4, 0, tzinfo=UTC)
PATIENCE = 10.0
"""Seconds a test waits for something that should come at once."""
LIMITS = replace(Limits(), heartbeat_seconds=PATIENCE * 2, notice_seconds=0)


def settings_for(folder: Path, **changes: Any) -> Settings:
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'chat.db'}",
        host="127.0.0.1",
        port=8080,
        rasa_port=5005,
        actions_port=5055,
        demo=True,
        jwt_secret="only-for-tests-" + "j" * 32,
        internal_secret="only-for-tests-" + "i" * 32,
    )
    return replace(settings, **changes)


class World:
    """One gateway process; `restarted` gives the next one over the same database."""

    def __init__(
        self, folder: Path, *, limits: Limits = LIMITS, lenders: Lenders | None = None, **changes: Any
    ) -> None:
        self.settings = settings_for(folder, **changes)
        self.limits = limits
        self.lenders = lenders
        self.clock = ManualClock(NOW)
        self.credit = FakeCredit(self.clock)
        self.assistant = FakeAssistant()
        self._numbers = itertools.count(1)
        self._start()

    def _start(self) -> None:
        self.app: FastAPI = create_app(
            self.settings, cast(Any, self.credit), self.assistant, self.clock, limits=self.limits, lenders=self.lenders
        )
        transport = httpx.ASGITransport(self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    async def restart(self) -> None:
        await self.close()
        self._start()

    async def close(self) -> None:
        await self.client.aclose()
        self.app.state.gateway.database.engine.dispose()

    def token(self, customer_id: UUID = LIN) -> str:
        return str(self.app.state.gateway.identity.issue(customer_id))

    def bearer(self, customer_id: UUID = LIN) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(customer_id)}"}

    async def say(self, text: str, message_id: str | None = None, customer_id: UUID = LIN) -> httpx.Response:
        body = {"id": message_id or f"m-{next(self._numbers)}", "text": text}
        return await self.client.post("/v1/messages", json=body, headers=self.bearer(customer_id))

    async def history(self, customer_id: UUID = LIN, **query: Any) -> dict[str, Any]:
        response = await self.client.get("/v1/messages", params=query, headers=self.bearer(customer_id))
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def confirm(self, offer_id: object, pin: str, customer_id: UUID = LIN) -> httpx.Response:
        address = f"/v1/offers/{offer_id}/confirm"
        return await self.client.post(address, json={"pin": pin}, headers=self.bearer(customer_id))

    @asynccontextmanager
    async def listen(self, customer_id: UUID = LIN, **headers: str) -> AsyncIterator[Listener]:
        """Open the stream; the test's transport would wait for its end, so the application is called directly."""
        listener = Listener()
        given = {**self.bearer(customer_id), **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/v1/stream",
            "raw_path": b"/v1/stream",
            "query_string": b"",
            "scheme": "http",
            "server": ("gateway", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        }
        task = asyncio.create_task(self.app(scope, listener.receive, listener.send))
        try:
            await listener.opened()
            yield listener
        finally:
            listener.left.set()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True)
class Heard:
    """One server-sent event, or a comment (`name` is empty)."""

    name: str
    id: int | None
    data: Any


class Listener:
    """The far end of one stream."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.left = asyncio.Event()
        self._messages: asyncio.Queue[Any] = asyncio.Queue()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self._messages.put_nowait(message)

    async def opened(self) -> None:
        start = await self._message()
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        if self.status == 200:
            first = await self.chunk()  # once this is out, the stream is listening
            assert first is not None
            assert first.startswith("retry:")

    async def chunk(self) -> str | None:
        """The next piece as it was sent; None at the end."""
        message = await self._message()
        return message["body"].decode() if message.get("more_body") else None

    async def next(self) -> Heard:
        """The next event. Fails at the end of the stream."""
        text = await self.chunk()
        assert text is not None, "the stream has ended"
        fields = dict(line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith(":"))
        data = json.loads(fields["data"]) if "data" in fields else None
        return Heard(fields.get("event", ""), int(fields["id"]) if "id" in fields else None, data)

    async def _message(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await self._messages.get()
