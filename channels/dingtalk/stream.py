"""Stream mode: we connect to the platform, so that no port of ours is open to it and nobody can forge a call.

A connection costs a single-use ticket. Each frame is acknowledged when its message is stored, not before; what was not
is sent again. Source: the platform's own client (dingtalk-stream), which blocks without a time limit."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from channels.dingtalk.reader import Reader
from channels.messaging.json_reading import Tree, answered, id_at, parse, text_at, tree_at
from channels.messaging.port import BODY_BYTES, ChannelRefused, Incoming, Pump, SendLater, TokenRefused
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError

ROBOT = "/v1.0/im/bot/messages/get"
SUBSCRIPTIONS = [{"type": "CALLBACK", "topic": ROBOT}, {"type": "EVENT", "topic": "*"}]
OWN_HOSTS = ".dingtalk.com"
CONNECT_SECONDS = 10.0
PING_SECONDS = 30.0
LONGEST_REST = 60.0
USER_AGENT = "xinzhang"

OK, BAD_REQUEST, UNKNOWN = 200, 400, 404
ROBOT_DONE = {"response": None}
EVENT_DONE = {"status": "SUCCESS", "message": "success"}


@dataclass(slots=True)
class _Hearing:
    """What one connection has brought so far."""

    frames: int = 0


class Stream:
    """Connects, listens, connects again; until it is cancelled."""

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        secrets: Sequence[str],
        http: httpx.AsyncClient,
        clock: Clock,
        reader: Reader,
        silence_seconds: float,
    ) -> None:
        self._base = base_url
        self._client_id = client_id
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._reader = reader
        self._silence = silence_seconds

    async def run(self, pump: Pump) -> None:
        failures = 0
        while True:
            hearing = _Hearing()
            try:
                await self._listen(pump, hearing)
                problem = ""
            except TimeoutError:  # the watchdog: a dead connection looks like a quiet one
                problem = "stream_silent"
            except TokenRefused:
                problem = "stream_refused"
            except CreditError:  # not stored, so not acknowledged: it will come again
                problem = "stream_not_stored"
            except (OSError, httpx.HTTPError, WebSocketException, SendLater):
                problem = "stream_lost"
            failures = 0 if hearing.frames else failures + 1
            if problem:
                pump.alarm(problem, failures=failures)
            await pump.rest(_pause(failures) if problem or not hearing.frames else 0.0)

    async def _listen(self, pump: Pump, hearing: _Hearing) -> None:
        """One connection, until the platform ends it."""
        address = await self._address()
        async with connect(
            address,
            proxy=None,
            open_timeout=CONNECT_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            max_size=BODY_BYTES,
        ) as socket:
            while True:
                async with asyncio.timeout(self._silence):
                    frame = await socket.recv()
                if await self._is_the_last(frame, socket, pump):
                    return
                hearing.frames += 1

    async def _address(self) -> str:
        """With a ticket of its own. Raises TokenRefused, SendLater."""
        code = ""
        for secret in self._secrets:
            reply = await self._http.post(
                f"{self._base}/v1.0/gateway/connections/open",
                json={
                    "clientId": self._client_id,
                    "clientSecret": secret,
                    "subscriptions": SUBSCRIPTIONS,
                    "ua": USER_AGENT,
                },
            )
            found = answered(reply)
            code = text_at(found, "code")
            if reply.is_success:
                endpoint = text_at(found, "endpoint")
                self._check(endpoint)
                return f"{endpoint}?ticket={quote(text_at(found, 'ticket'), safe='')}"
            if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise SendLater("http_429")
        raise TokenRefused(code or "stream")

    def _check(self, endpoint: str) -> None:
        """Encrypted and the platform's own, or on the host of the configured base."""
        parts = urlsplit(endpoint)
        its_own = parts.scheme == "wss" and (parts.hostname or "").endswith(OWN_HOSTS)
        if not its_own and parts.netloc != urlsplit(self._base).netloc:
            raise SendLater("stream_endpoint")

    async def _is_the_last(self, raw: str | bytes, socket: ClientConnection, pump: Pump) -> bool:
        try:
            frame = parse(raw)
            message_id = id_at(frame, "headers", "messageId")
        except ChannelRefused:
            pump.alarm("stream_frame_unreadable")  # without an id there is nothing to acknowledge
            return False
        topic = text_at(frame, "headers", "topic")
        if text_at(frame, "type") == "SYSTEM":
            if topic == "disconnect":
                return True
            await self._acknowledge(socket, message_id, OK, text_at(frame, "data"))
            return False
        code, data = await self._taken(frame, pump)
        await self._acknowledge(socket, message_id, code, json.dumps(data))
        return False

    async def _taken(self, frame: Tree, pump: Pump) -> tuple[int, dict[str, Any]]:
        """Store what a frame brings. Raises CreditError when the database is away."""
        kind = text_at(frame, "type")
        try:
            if kind == "CALLBACK" and text_at(frame, "headers", "topic") == ROBOT:
                message = self._reader.message(parse(text_at(frame, "data")), self._clock.now())
                await pump.take([message])
                return OK, ROBOT_DONE
            if kind == "EVENT":
                if left := self._left(frame):
                    await pump.take(left)
                return OK, EVENT_DONE
        except ChannelRefused as refusal:
            pump.alarm("stream_frame_refused", why=refusal.code)
            return BAD_REQUEST, {}
        return UNKNOWN, {}

    def _left(self, frame: Tree) -> tuple[Incoming, ...]:
        headers = tree_at(frame, "headers")
        data = parse(text_at(frame, "data"))
        return self._reader.left(data, text_at(headers, "eventType"), id_at(headers, "eventId"), self._clock.now())

    async def _acknowledge(self, socket: ClientConnection, message_id: str, code: int, data: str) -> None:
        headers = {"messageId": message_id, "contentType": "application/json"}
        message = "OK" if code == OK else "refused"
        await socket.send(json.dumps({"code": code, "headers": headers, "message": message, "data": data}))


def _pause(failures: int) -> float:
    """Twice as long each time, up to a minute; drawn, so that many gateways do not come back in one moment."""
    return min(LONGEST_REST, 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)
