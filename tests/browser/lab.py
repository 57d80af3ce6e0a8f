"""A gateway with stand-ins behind it, and a lender's pages at another origin, both served to a real browser.

The three real processes are for what only they can show; here a test can cut a stream, move the clock and fill a
history in milliseconds."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from sqlalchemy import delete, insert
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.app import create_app
from channels.feedback import feedback
from channels.gateway import Gateway
from channels.lenders import Lenders
from channels.replies import Choice, Reply, Sender
from channels.store import messages, turns, used_links
from credit.cards import LimitCard
from credit.front.widget import Bought
from credit.kernel.clock import ManualClock, SystemClock
from credit.kernel.errors import CreditError, ErrorCode
from tests.browser import cards
from tests.browser.pages import PAGES
from tests.channels.doubles import LIN, FakeAssistant, FakeCredit, limit_lines
from tests.channels.world import LIMITS, settings_for
from tools.services import LOOPBACK, free_ports

Json = dict[str, Any]
START_SECONDS = 20
GENEROUS = replace(LIMITS, customer_per_minute=100_000, address_per_minute=100_000)
"""The clock stands still here, so no bucket would fill again."""


class Served:
    """An ASGI application on a port of its own, in a thread of its own."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        config = uvicorn.Config(
            app, host=LOOPBACK, port=port, log_config=None, access_log=False, lifespan="on", interface="asgi3"
        )
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self.loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        async def serve() -> None:
            task = asyncio.create_task(self._server.serve())
            while not self._server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            self._started.set()
            await task

        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            runner.run(serve())

    def start(self) -> None:
        self._thread.start()
        assert self._started.wait(START_SECONDS)
        assert self._server.started, f"{self.url} did not start"

    def call[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(START_SECONDS)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)


class Cutter:
    """Between browser and gateway: cuts streams in the middle of an event, or answers in the gateway's place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.cut_next = False
        self.cuts = 0
        self.failing: dict[str, int] = {}
        """How many more calls of a path die without an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope.get("method") != "OPTIONS" and self.failing.get(path, 0) > 0:
            self.failing[path] -= 1
            await send(
                {
                    "type": "http.response.start",
                    "status": 503,
                    "headers": [(b"content-type", b"text/html"), (b"access-control-allow-origin", b"*")],
                }
            )
            await send({"type": "http.response.body", "body": b"<html>bad gateway</html>"})
            return

        async def sending(message: Message) -> None:
            body = message.get("body", b"")
            if path == "/v1/stream" and self.cut_next and b"data:" in body:
                self.cut_next = False
                self.cuts += 1
                await send({**message, "body": body[: len(body) // 2]})
                raise ConnectionAbortedError("cut")
            await send(message)

        with suppress(ConnectionAbortedError):  # the server closes the connection, since the answer has no end
            await self._app(scope, receive, sending)


class AccountCredit(FakeCredit):
    """What the demo's host page asks besides."""

    def customer_name(self, _customer: UUID) -> str:
        return "林晓月"

    def limits(self, _customer: UUID) -> Any:
        return LimitCard(lines=limit_lines())

    def bill(self, _customer: UUID) -> Any:
        return cards.bill()

    def purchases(self, _customer: UUID, limit: int = 20) -> list[Bought]:
        return []

    def receipt_proof(self, _customer: UUID, journal_id: UUID) -> Json:
        if self.proofs_wait:
            raise CreditError(ErrorCode.PROOF_NOT_READY)
        return {"format": "xinzhang-ledger-proof-1", "journal": {"id": str(journal_id)}}

    proofs_wait = False


class Lab:
    """The gateway (`gateway_url`) and a lender's site (`site_url`) whose pages embed the widget."""

    def __init__(self, folder: Path) -> None:
        port, site_port = free_ports(2)
        self.site_url = f"http://{LOOPBACK}:{site_port}"
        self.clock = ManualClock(SystemClock().now())
        self.credit = AccountCredit(self.clock)
        self.assistant = FakeAssistant(answer=self.answer)
        self.cards = cards.every_card(self.clock.now())
        self._key = Ed25519PrivateKey.generate()
        settings = settings_for(folder, port=port)
        app = create_app(
            settings, cast(Any, self.credit), self.assistant, self.clock, limits=GENEROUS, lenders=self._lenders(folder)
        )
        self.gateway: Gateway = app.state.gateway
        self.cutter = Cutter(app)
        self._served = Served(self.cutter, port)
        self.gateway_url = self._served.url
        self.tokens_given = 0
        self._site = Served(self._pages, site_port)

    def start(self) -> None:
        self._served.start()
        self._site.start()

    def stop(self) -> None:
        self._served.stop()
        self._site.stop()

    def forget(self) -> None:
        """An empty history, no failing path, a fresh account."""
        with self.gateway.database.engine.begin() as connection:
            for table in (turns, messages, used_links, feedback):
                connection.execute(delete(table))
        self.cutter.failing.clear()
        self.assistant.gate = None
        self.assistant.fails = None
        self.credit.attempts.clear()
        self.credit.locked_until.clear()
        self.credit.proofs_wait = False

    def answer(self, text: str) -> list[Reply]:
        """`卡片 bill` shows that card; anything else is repeated."""
        kind = text.removeprefix("卡片 ")
        card = self.cards.get(kind)
        if card is None:
            return [Reply(text=f"听到：{text}", choices=[Choice(label="查额度"), Choice(label="查账单")])]
        if kind == "offer":
            card = self.credit.put_offer(LIN, reading_seconds=1).model_dump(mode="json")
        return [Reply(text=f"这是 {kind} 的文字说明。", card=card, choices=[Choice(label="下一步")])]

    def release(self) -> None:
        """Let the answers go that wait for the gate."""

        async def open_gate() -> None:
            assert self.assistant.gate is not None
            self.assistant.gate.set()

        self._served.call(open_gate())

    def say(self, text: str, card: Json | None = None, sender: Sender = "assistant") -> None:
        """The assistant, or a person in its place, says something that nobody asked for."""
        self._served.call(self.gateway.conversation.post(LIN, Reply(text=text, card=card), sender=sender))

    def fill(self, count: int) -> None:
        """A long history, straight into the table."""
        rows = []
        for nth in range(count):
            reply = (
                self.answer("卡片 bill" if nth % 50 == 1 else str(nth))[0] if nth % 2 else Reply(text=f"第 {nth} 句")
            )
            at = self.clock.now() - timedelta(minutes=count - nth)
            turn = {"customer_id": LIN, "client_id": f"filled-{nth // 2}"}
            row = {**turn, "at": at, "sender": "assistant" if nth % 2 else "customer"}
            rows.append({**row, **reply.model_dump(mode="json")})
        with self.gateway.database.engine.begin() as connection:
            connection.execute(insert(messages), rows)

    def token(self) -> str:
        """As the lender's own login would sign it."""
        self.tokens_given += 1
        now = int(self.clock.now().timestamp())
        claims = {"sub": str(LIN), "aud": "chat", "iss": "https://lender.example", "iat": now, "exp": now + 1800}
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": "k1"})

    def _lenders(self, folder: Path) -> Lenders:
        public = {**json.loads(OKPAlgorithm.to_jwk(self._key.public_key())), "kid": "k1", "alg": "EdDSA", "use": "sig"}
        path = folder / "jwks.json"
        path.write_text(json.dumps({"keys": [public]}))
        lender = {"id": "site", "origins": [self.site_url], "issuer": "https://lender.example", "audience": "chat"}
        return Lenders.model_validate({"lenders": [{**lender, "jwks_file": str(path)}]})

    async def _pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The lender's site: its pages, its login, its CSP reports."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        page = PAGES.get(scope["path"])
        if scope["path"] == "/token":
            status, headers, body = 200, {"content-type": "text/plain"}, self.token()
        elif page is None:
            status, headers, body = 404, {"content-type": "text/plain"}, "nothing here"
        else:
            status, headers, body = 200, page.headers(self.gateway_url), page.body(self.gateway_url)
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body.encode()})


async def _lifespan(receive: Receive, send: Send) -> None:
    answers = {"lifespan.startup": "lifespan.startup.complete", "lifespan.shutdown": "lifespan.shutdown.complete"}
    for _ in answers:
        message = await receive()
        await send({"type": answers[message["type"]]})
