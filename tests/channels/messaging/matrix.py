"""The replay matrix: what every channel must survive, played against a whole gateway with the platform's fake.

A channel joins with a `Profile` in a module `profile_*.py` beside this one, listed in its `PROFILES`. The cases are in
`matrix_cases.py`; `test_matrix.py` plays them, and the table of channels and cases is printed at the end of the run."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Literal, cast

import httpx
import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from channels.app import create_app
from channels.logs import configure_logging
from channels.messaging.config import MessagingConfig
from channels.messaging.kinds import module_of
from channels.messaging.pipeline import wait_for
from channels.messaging.port import Incoming, Pull
from channels.messaging.pump import ChannelPump
from channels.messaging.service import Messaging, Outside
from channels.messaging.tables import bindings, cursors, outbox, peers
from credit.kernel.clock import Clock
from credit.kernel.ids import new_id
from tests.channels.doubles import LIN
from tests.channels.world import World

CHANNEL = "here"
HOOK = f"http://gateway/hooks/{CHANNEL}"
PUBLIC = "https://chat.example.com"
USER = "user-1"
PATIENCE = 30.0

type Signed = Literal["current", "previous", "foreign"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the platform's, right or wrong."""

    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


class Profile:
    """One channel as the matrix plays it. What is not overridden must stand in `not_applicable`, with the reason."""

    name: ClassVar[str]
    not_applicable: ClassVar[Mapping[int, str]] = {}
    too_old: ClassVar[int] = 301
    """Seconds after which a signed time is refused."""

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> Any:
        """The platform; what it posts to the gateway goes by `http` to `HOOK`."""
        raise NotImplementedError

    def platform(self, fake: Any) -> httpx.AsyncBaseTransport:
        """Where the gateway's calls to the platform go."""
        raise NotImplementedError

    def settings(self, fake: Any) -> dict[str, Any]:
        return dict(fake.settings())

    def is_taken(self, response: httpx.Response) -> bool:
        """Whether the platform is content and will not ask again."""
        return response.status_code == 200

    def is_refused(self, response: httpx.Response) -> bool:
        """Whether a stranger gets nothing but a refusal."""
        return response.status_code == 403 and response.content == b""

    def absorb(self, fake: Any, user: str, response: httpx.Response) -> None:
        """Show the user what an answer to a webhook brings, where answers may."""

    def url_check(self, fake: Any, *, signed: Signed = "current") -> Call:
        """What the console sends when the address is saved."""
        raise NotImplementedError

    def url_check_passed(self, response: httpx.Response) -> bool:
        raise NotImplementedError

    def message(
        self,
        fake: Any,
        user: str,
        text: str,
        *,
        message_id: str = "",
        signed: Signed = "current",
        age: int = 0,
        foreign_app: bool = False,
    ) -> Call:
        """A text message. `foreign_app`: rightly signed with our secrets, but inside it names another app."""
        raise NotImplementedError

    def flipped(self, call: Call) -> Call:
        """The same with one bit of its signature changed."""
        raise NotImplementedError

    def broken(self, fake: Any) -> dict[str, Call]:
        """By name: rightly signed, but the ciphertext is not one."""
        raise NotImplementedError

    def unknown_type(self, fake: Any, user: str) -> Call:
        raise NotImplementedError

    def bomb(self, fake: Any) -> Call:
        """XML with a document type and entities, rightly signed."""
        raise NotImplementedError

    def plain(self, fake: Any, user: str) -> Call:
        """An unencrypted message, though encryption is configured."""
        raise NotImplementedError

    def forms(self, fake: Any, user: str) -> Sequence[Call]:
        """The same message in each form that the platform knows."""
        raise NotImplementedError

    def invites(self, fake: Any, user: str, said: str) -> bool:
        """Whether the newest message, which says this, leads to the page that binds."""
        return "/bind/" in said

    async def leave(self, fake: Any, user: str) -> None:
        """The user unsubscribes."""
        raise NotImplementedError

    async def session_webhooks(self, rig: Rig) -> None:
        """Session webhooks that are over, or lead elsewhere."""
        raise NotImplementedError

    async def deliver(self, rig: Rig, call: Call) -> httpx.Response:
        """Bring the platform's request to the gateway."""
        return await rig.client.request(
            call.method, HOOK, params=dict(call.query), content=call.body, headers=dict(call.headers)
        )

    async def quiet(self, rig: Rig) -> None:
        """Until the adapter's own task has nothing more to bring."""
        await rig.pump.quiet(rig.listening)

    async def close(self, fake: Any) -> None:
        """End what the fake has opened."""

    def tokens_fetched(self, fake: Any) -> int:
        """How many access tokens the platform has given out."""
        raise NotImplementedError

    def secrets(self, fake: Any) -> list[str]:
        """All that must never be in a log: secrets and keys, old and new, tokens that were given out."""
        raise NotImplementedError


class Quiet:
    """A pump between an adapter's own task and the pipeline's, which knows when there is nothing to do."""

    def __init__(self, pump: ChannelPump) -> None:
        self._pump = pump
        self._idle = asyncio.Event()
        self.dies_after_store = False
        """The process dies when the next page is stored, before the platform is asked for more."""

    async def take(self, messages: Sequence[Incoming], *, cursor: tuple[str, str] | None = None) -> None:
        await self._pump.take(messages, cursor=cursor)
        if self.dies_after_store:
            self.dies_after_store = False
            raise asyncio.CancelledError

    async def cursor(self, account: str) -> str:
        return await self._pump.cursor(account)

    async def next_pull(self, seconds: float) -> Pull | None:
        if self._pump._pulls.empty():
            if not seconds:
                return None
            self._idle.set()
        pull = await self._pump._pulls.get()
        self._idle.clear()
        return pull

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def alarm(self, code: str, **facts: str | int) -> None:
        self._pump.alarm(code, **facts)

    async def quiet(self, task: asyncio.Task[None]) -> None:
        """Until the adapter waits for news, or has ended."""
        while not task.done():
            await asyncio.sleep(0)
            if self._idle.is_set() and self._pump._pulls.empty():
                return


class ToGateway(httpx.AsyncBaseTransport):
    """From the fake to the gateway of the moment."""

    app: Any = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await httpx.ASGITransport(self.app).handle_async_request(request)


class Rig(World):
    """A gateway with one channel, its platform, and a bound customer."""

    def __init__(self, folder: Path, profile: Profile, *, inline: bool) -> None:
        """`inline`: whether replies are ready before the platform gives up waiting."""
        self.profile = profile
        self._inline = inline
        self._to_gateway = ToGateway()
        self.fake: Any = None
        super().__init__(folder)

    def _start(self) -> None:
        if self.fake is None:
            self.fake = self.profile.open_fake(self.clock, httpx.AsyncClient(transport=self._to_gateway))
        settings = self.profile.settings(self.fake)
        channel = module_of(str(settings["kind"])).Settings.model_validate(settings)
        config = MessagingConfig(public_url=PUBLIC).model_copy(update={"channels": {CHANNEL: channel}})
        wait = wait_for if self._inline else self._too_late
        self.app = create_app(
            self.settings,
            cast(Any, self.credit),
            self.assistant,
            self.clock,
            limits=self.limits,
            messaging=config,
            outside=Outside(self.profile.platform(self.fake), wait=wait, random=Random(5)),
        )
        self._to_gateway.app = self.app
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://gateway")
        self.listen_again()

    async def _too_late(self, _event: asyncio.Event, seconds: float) -> bool:
        """As if every turn took longer than the platform waits."""
        self.clock.advance(seconds=seconds + 2)
        return False

    def listen_again(self) -> None:
        """Start the adapter's own task, as the pipeline does at its start and after a failure."""
        self.pump = Quiet(self.messaging.pipeline.pumps[CHANNEL])
        self.listening = asyncio.create_task(self.messaging.adapters[CHANNEL].run(self.pump))

    @property
    def messaging(self) -> Messaging:
        return cast(Messaging, self.app.state.gateway.messaging)

    async def close(self) -> None:
        self.listening.cancel()
        await asyncio.gather(self.listening, return_exceptions=True)
        await self.messaging.close()
        await super().close()
        await self.profile.close(self.fake)

    async def settle(self) -> None:
        """All that can be done at this instant."""
        async with asyncio.timeout(PATIENCE):
            await self.profile.quiet(self)
            await self.messaging.pipeline.settle()

    async def later(self, **by: float) -> None:
        self.clock.advance(**by)
        await self.settle()

    # ── the platform's side ─────────────────────────────────────────────────────────────────────────────────

    async def post(self, call: Call, user: str = USER) -> httpx.Response:
        """One webhook; what its answer brings is shown."""
        response = await self.profile.deliver(self, call)
        self.profile.absorb(self.fake, user, response)
        return response

    async def take(self, call: Call, user: str = USER) -> httpx.Response:
        """A webhook that must be taken, and all that comes of it."""
        response = await self.post(call, user)
        assert self.profile.is_taken(response), (response.status_code, response.content)
        await self.settle()
        return response

    async def hear(self, text: str, user: str = USER) -> list[str]:
        """Say something; what is shown for it."""
        before = len(self.shown(user))
        await self.take(self.profile.message(self.fake, user, text), user)
        return self.shown(user)[before:]

    async def refuse(self, call: Call) -> None:
        """A webhook that must be refused and do nothing."""
        turns, shown = self.turns, self.shown()
        response = await self.post(call)
        assert self.profile.is_refused(response), (response.status_code, response.content)
        await self.settle()
        assert (self.turns, self.shown()) == (turns, shown)

    def shown(self, user: str = USER) -> list[str]:
        return list(self.fake.shown(user))

    # ── our side ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def turns(self) -> int:
        """How often the assistant was asked."""
        return len(self.assistant.asked)

    async def bind(self, user: str = USER) -> None:
        """What the page, the login and the code do is tested elsewhere; here the identity just is the customer's."""
        await self.hear("\u4f60\u597d", user)

        def work(session: Session) -> None:
            peer_id = session.execute(select(peers.c.id).where(peers.c.user == user)).scalar_one()
            row = {"id": new_id(), "peer_id": peer_id, "customer_id": LIN, "bound_at": self.clock.now()}
            session.execute(insert(bindings).values(consent_version="1", consent_text="yes", **row))

        self.write(work)
        self.clock.advance(minutes=2)

    def write(self, work: Any) -> Any:
        return self.app.state.gateway.store.write(work)

    def look(self, work: Any) -> Any:
        return self.app.state.gateway.store.look(work)

    def outbox_states(self) -> list[str]:
        """Of the messages since the last that was sent, in their order."""
        query = select(outbox.c.state).order_by(outbox.c.seq)
        return list(self.look(lambda session: session.scalars(query).all()))

    def is_bound(self) -> bool:
        query = select(bindings.c.id).where(bindings.c.ended_at.is_(None))
        return self.look(lambda session: session.execute(query).first()) is not None

    def is_unreachable(self, user: str = USER) -> bool:
        query = select(peers.c.unreachable).where(peers.c.user == user)
        return bool(self.look(lambda session: session.execute(query).scalar_one()))

    def put_cursor_back(self, value: str) -> None:
        self.write(lambda session: session.execute(update(cursors).values(value=value)))

    def counted(self, metric: str, **labels: str) -> float:
        """A count of the gateway's own, as the operator sees it."""
        registry = self.app.state.gateway.metrics.registry
        return registry.get_sample_value(f"messaging_{metric}_total", {"channel": CHANNEL, **labels}) or 0.0


@contextmanager
def logged(clock: Clock) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, ours and the libraries', as in the real process."""
    text = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging(clock, text)
    try:
        yield text
    finally:
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()
