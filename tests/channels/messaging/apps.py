"""A gateway with configured channels, and fake platforms on the other side of it, all in this process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, cast
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.app import create_app
from channels.messaging import peers
from channels.messaging.config import MessagingConfig
from channels.messaging.port import Incoming
from channels.messaging.service import Messaging, Outside
from channels.messaging.tables import bindings, inbox, outbox
from credit.kernel.ids import new_id
from tests.channels.doubles import LIN
from tests.channels.world import World
from tools.fakes.plain import Fake

PUBLIC = "https://chat.example.com"
LINK = re.compile(rf"{PUBLIC}(/bind/[A-Za-z0-9_-]+)")
CHANNELS: dict[str, dict[str, Any]] = {
    "alpha": {},
    "beta": {"chips": True},
    "gamma": {"inline_seconds": 4.0, "quota": 5},
}


class Platforms(httpx.AsyncBaseTransport):
    """Leads a channel's calls to its fake by the host's name."""

    def __init__(self) -> None:
        self._fakes: dict[str, httpx.ASGITransport] = {}

    def add(self, name: str, fake: Fake) -> None:
        self._fakes[name] = httpx.ASGITransport(fake.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._fakes[request.url.host].handle_async_request(request)


class Apps(World):
    """`alpha` numbers its choices, `beta` has chips, `gamma` replies inline and has a quota."""

    def __init__(self, folder: Path, *, database_url: str | None = None, wait: Any = None, **changes: Any) -> None:
        self.fakes: dict[str, Fake] = {}
        self._platforms = Platforms()
        self._wait = wait
        super().__init__(folder, **({"database_url": database_url} if database_url else {}), **changes)

    def _start(self) -> None:
        if not self.fakes:
            self._make_fakes()
        secrets = {f"{name.upper()}_SECRET": fake.secret for name, fake in self.fakes.items()}
        settings = {
            name: {**fake.settings(), "secret": f"${{{name.upper()}_SECRET}}"} for name, fake in self.fakes.items()
        }
        config = MessagingConfig.parse({"public_url": PUBLIC, "channels": settings}, secrets)
        outside = Outside(self._platforms, random=Random(5))
        if self._wait is not None:
            outside = replace(outside, wait=self._wait)
        self.app = create_app(
            self.settings,
            cast(Any, self.credit),
            self.assistant,
            self.clock,
            limits=self.limits,
            lenders=self.lenders,
            messaging=config,
            outside=outside,
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://gateway")
        for name, fake in self.fakes.items():
            fake._http = self.client
            fake._hook_url = f"/hooks/{name}"

    def _make_fakes(self) -> None:
        for name, extra in CHANNELS.items():
            fake = Fake(f"/hooks/{name}", http=httpx.AsyncClient(), base_url=f"http://{name}")
            fake.extra = extra
            fake.now = lambda: int(self.clock.now().timestamp())  # type: ignore[method-assign]
            self.fakes[name] = fake
            self._platforms.add(name, fake)

    @property
    def messaging(self) -> Messaging:
        return cast(Messaging, self.app.state.gateway.messaging)

    async def close(self) -> None:
        await self.messaging.close()
        await super().close()

    async def settle(self) -> None:
        """All that can be done at this instant."""
        async with asyncio.timeout(30):
            await self.messaging.pipeline.settle()

    async def chat(self, channel: str, user: str, text: str, **more: Any) -> list[str]:
        """Say something in an app; what is shown there for it."""
        fake = self.fakes[channel]
        before = len(fake.shown(user))
        response = await fake.say(user, text, **more)
        assert response.status_code == 200, response.text
        await self.settle()
        return fake.shown(user)[before:]

    async def later(self, **by: float) -> None:
        self.clock.advance(**by)
        await self.settle()

    async def link_for(self, channel: str, user: str) -> str:
        """The signed part of a fresh invitation."""
        (said,) = await self.chat(channel, user, "你好")
        found = LINK.search(said)
        assert found, said
        return found[1].removeprefix("/bind/")

    async def begin(self, signed: str, customer_id: UUID = LIN) -> httpx.Response:
        opened = (await self.client.post("/v1/bind-links/open", json={"signed": signed})).json()
        body = {"signed": signed, "consent_version": opened["consent"]["version"]}
        return await self.client.post("/v1/bindings", json=body, headers=self.bearer(customer_id))

    async def bind(self, channel: str, user: str, customer_id: UUID = LIN) -> None:
        """Invitation, page, login, consent, code."""
        response = await self.begin(await self.link_for(channel, user), customer_id)
        assert response.status_code == 200, response.text
        (said,) = await self.chat(channel, user, response.json()["code"])
        assert "绑定好了" in said

    async def bound(self, channel: str, user: str, customer_id: UUID = LIN) -> None:
        """As `bind` leaves it, without the way there."""
        now = self.clock.now()
        message = Incoming(channel, channel, user, f"bound-{user}", "event", "", now, "follow")

        def work(session: Session) -> None:
            (peer_id,) = peers.find_or_make(session, [message], now).values()
            row = {"id": new_id(), "peer_id": peer_id, "customer_id": customer_id}
            session.execute(bindings.insert().values(**row, consent_version="0" * 12, consent_text="", bound_at=now))

        self.app.state.gateway.store.write(work)

    def rows(self, work: Callable[[Session], Any]) -> Any:
        return self.app.state.gateway.store.look(work)

    def states(self) -> list[str]:
        """Of the outbox, in its order."""
        return list(self.rows(lambda session: session.scalars(select(outbox.c.state).order_by(outbox.c.seq)).all()))

    def inbox_states(self) -> list[str]:
        return list(self.rows(lambda session: session.scalars(select(inbox.c.state).order_by(inbox.c.seq)).all()))


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
