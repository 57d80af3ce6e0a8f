"""The far side of the house's own channel (`channels/messaging/plain.py`)."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.messaging.plain import sign
from tools.fakes.server import Served

FAILURES = {"quota": 409, "unreachable": 410, "busy": 429, "5xx": 503, "never": 422}


@dataclass
class Shown:
    """One message that a person sees."""

    text: str
    chips: list[str] = field(default_factory=list)
    key: str = ""
    links: list[dict[str, str]] = field(default_factory=list)


class Fake:
    """Keeps what it was sent, once a key, as a platform does that removes doubles."""

    def __init__(self, hook_url: str, *, http: httpx.AsyncClient | None = None, base_url: str = "") -> None:
        self._hook_url = hook_url
        self._http = http or httpx.AsyncClient(trust_env=False, timeout=30)
        self.secret = secrets.token_urlsafe(24)
        self.app = Starlette(routes=[Route("/messages", self._take, methods=["POST"])])
        self._served = Served(self.app)
        self._base_url = base_url
        self._people: dict[str, list[Shown]] = defaultdict(list)
        self._keys: set[str] = set()
        self._fail: deque[str] = deque()
        self._numbers = itertools.count(1)
        self.calls = 0
        self.news = asyncio.Event()
        self.extra: dict[str, Any] = {}

    def settings(self) -> dict[str, Any]:
        return {
            "kind": "plain",
            "secret": self.secret,
            "base_url": self._base_url or self._served.address,
            **self.extra,
        }

    async def start(self) -> None:
        await self._served.start()

    async def stop(self) -> None:
        await self._served.stop()
        await self._http.aclose()

    async def say(
        self, user: str, text: str, *, message_id: str | None = None, event: str | None = None
    ) -> httpx.Response:
        """One webhook. A reply in its own answer is shown like any other."""
        content = {"id": message_id or f"{user}-{next(self._numbers)}", "user": user, "text": text}
        response = await self.post(json.dumps({**content, **({"event": event} if event else {})}).encode())
        if response.status_code == 200 and response.json().get("text"):
            self._show(user, Shown(response.json()["text"]))
        return response

    async def post(self, body: bytes, *, at: int | None = None, secret: str | None = None) -> httpx.Response:
        timestamp = str(self.now() if at is None else at)
        signature = sign(secret or self.secret, timestamp, body)
        headers = {"X-Timestamp": timestamp, "X-Signature": signature, "Content-Type": "application/json"}
        return await self._http.post(self._hook_url, content=body, headers=headers)

    def now(self) -> int:
        return int(time.time())

    async def press(self, user: str, label: str) -> None:
        await self.say(user, label)

    def shown(self, user: str) -> list[str]:
        return [message.text for message in self._people[user]]

    def newest(self, user: str) -> Shown:
        return self._people[user][-1]

    def chips(self, user: str) -> list[str]:
        return self._people[user][-1].chips if self._people[user] else []

    def fail_next(self, code: str, times: int = 1) -> None:
        self._fail.extend([code] * times)

    def _show(self, user: str, message: Shown) -> None:
        self._people[user].append(message)
        self.news.set()

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.calls += 1
        if request.headers["x-signature"] != sign(self.secret, request.headers["x-timestamp"], body):
            return Response(status_code=401)
        if self._fail:
            code = self._fail.popleft()
            return JSONResponse({"code": code}, FAILURES[code])
        content = json.loads(body)
        if content["key"] not in self._keys:
            self._keys.add(content["key"])
            message = Shown(content["text"], content["choices"], content["key"], content["links"])
            self._show(content["user"], message)
        return JSONResponse({})
