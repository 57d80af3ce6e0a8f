"""A DingTalk of one robot and its people: Stream frames or signed calls out, webhook and robot API in."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.crypto import dingtalk as crypto
from channels.crypto.wechat_family import WeChatCrypto
from credit.kernel.clock import Clock, SystemClock
from tools.fakes.serving import Failures, Server

TOKEN_SECONDS = 7200
WEBHOOK_LIFE = timedelta(minutes=90)
MOST_USERS = 20
PATIENCE = 10.0
OUTSIDER = "$:"
"""What the ids of people begin with who are not with the company; only their session webhook reaches them."""

FAILURES: dict[str, tuple[int, str]] = {
    "busy": (429, "Throttling.Api"),
    "quota": (403, "Forbidden.AccessDenied.QpsLimitForApi"),
    "token": (401, "InvalidAuthentication"),
    "unreachable": (400, "staffId.notExisted"),
    "refused": (400, "invalidParameter"),
    "5xx": (503, ""),
}
"""What `fail_next` takes, beside a code of the platform's own: status and code."""


class Fake:
    """The platform's side and the people's. In Stream mode `say` returns when the frame was acknowledged."""

    def __init__(
        self,
        hook_url: str,
        *,
        mode: Literal["stream", "http"] = "stream",
        clock: Clock | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.hook_url = hook_url
        self.mode = mode
        self.clock = clock or SystemClock()
        self.client_id = "ding" + secrets.token_hex(8)
        self.client_secret = secrets.token_urlsafe(24)
        self.robot_code = self.client_id
        self.corp_id = "dingcorp" + secrets.token_hex(6)
        self.event_token = secrets.token_urlsafe(12)
        self.event_aes_key = "k" + secrets.token_hex(21)
        self.tokens: list[str] = []
        self.acks: list[dict[str, Any]] = []
        """Every acknowledgement that came, oldest first."""
        self.answers: list[httpx.Response] = []
        self.is_started = False
        self.connections = 0
        self.connected = asyncio.Event()
        self.refuse_connections = 0
        """How many of the next connections are not given a ticket."""
        self.by_webhook = 0
        self.by_api = 0
        self._http = http or httpx.AsyncClient(trust_env=False)
        self._numbers = itertools.count(1)
        self.tickets: dict[str, bool] = {}
        """Every ticket that was given out, and whether it can still be used."""
        self._socket: WebSocket | None = None
        self._pending: dict[str, tuple[str, asyncio.Future[dict[str, Any]]]] = {}
        self._webhooks: dict[str, tuple[str, float]] = {}
        self._shown: dict[str, list[str]] = {}
        self._failures = Failures()
        self._server = Server(
            [
                Route("/v1.0/oauth2/accessToken", self._give_token, methods=["POST"]),
                Route("/v1.0/gateway/connections/open", self._give_ticket, methods=["POST"]),
                Route("/v1.0/robot/oToMessages/batchSend", self._take_by_api, methods=["POST"]),
                Route("/robot/sendBySession", self._take_by_webhook, methods=["POST"]),
                WebSocketRoute("/connect", self._connect),
            ]
        )

    def settings(self) -> dict[str, object]:
        return {
            "kind": "dingtalk",
            "base_url": f"http://{self._server.address}",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "robot_code": self.robot_code,
            "corp_id": self.corp_id,
            "mode": self.mode,
            **({"event_token": self.event_token, "event_aes_key": self.event_aes_key} if self.mode == "http" else {}),
        }

    async def start(self) -> None:
        await self._server.start()
        self.is_started = True

    async def stop(self) -> None:
        await self._server.stop()
        await self._http.aclose()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, user: str, text: str) -> None:
        message = self.message(user, text)
        if self.mode == "http":
            await self.call(message)
        else:
            await self.push(self.robot_frame(message))

    async def press(self, user: str, label: str) -> None:
        """There is nothing to press: choices are numbered here."""
        raise KeyError(label)

    async def leave(self, user: str) -> None:
        """The person is no longer with the company."""
        if self.mode == "http":
            await self.push_event({"EventType": "user_leave_org", "UserId": [user], "CorpId": self.corp_id})
        else:
            await self.push(self.frame("EVENT", "*", {"userId": [user]}, eventType="user_leave_org"))

    def shown(self, user: str) -> list[str]:
        return list(self._shown.get(user, []))

    def chips(self, user: str) -> list[str]:
        return []

    def fail_next(self, code: str, times: int = 1) -> None:
        self._failures.order(code, times)

    # ── messages, also for tests that want them wrong ───────────────────────────────────────────────────────

    def message(self, user: str, text: str, *, group: bool = False, **changes: Any) -> dict[str, Any]:
        now = self.clock.now()
        until = now + WEBHOOK_LIFE
        session = secrets.token_hex(16)
        self._webhooks[session] = (user, until.timestamp())
        staff = {} if user.startswith(OUTSIDER) else {"senderStaffId": user}
        return {
            "msgtype": "text",
            "text": {"content": f" {text}" if group else text},
            "msgId": f"msg{next(self._numbers):08}==",
            "createAt": int(now.timestamp() * 1000),
            "conversationType": "2" if group else "1",
            "conversationId": "cid1==",
            "senderId": user if user.startswith(OUTSIDER) else f"{OUTSIDER}LWCP_v1:{user}",
            "senderNick": "somebody",
            "senderCorpId": self.corp_id,
            "chatbotCorpId": self.corp_id,
            "robotCode": self.robot_code,
            "sessionWebhook": f"http://{self._server.address}/robot/sendBySession?session={session}",
            "sessionWebhookExpiredTime": int(until.timestamp() * 1000),
            **staff,
            **changes,
        }

    # ── HTTP mode ───────────────────────────────────────────────────────────────────────────────────────────

    def headers(self, *, age: int = 0, secret: str | None = None) -> dict[str, str]:
        """Of a signed call; `age` in seconds."""
        timestamp = str(int((self.clock.now().timestamp() - age) * 1000))
        return {"timestamp": timestamp, "sign": crypto.sign(secret or self.client_secret, timestamp)}

    async def call(self, message: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.post(json.dumps(message).encode(), headers or self.headers())

    async def push_event(self, event: dict[str, Any]) -> httpx.Response:
        """Encrypted; the answer must open to the word success."""
        body, query = self.sealed(event)
        return await self.post(body, {}, query)

    def sealed(self, event: dict[str, Any], *, age: int = 0) -> tuple[bytes, dict[str, str]]:
        timestamp = str(int((self.clock.now().timestamp() - age) * 1000))
        sealed = self.event_crypto().seal(json.dumps(event), timestamp, secrets.token_hex(4))
        query = {"signature": sealed.signature, "timestamp": timestamp, "nonce": sealed.nonce}
        return json.dumps({"encrypt": sealed.encrypt}).encode(), query

    def event_crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.client_id, [self.event_token], [self.event_aes_key])

    async def post(self, body: bytes, headers: dict[str, str], query: dict[str, str] | None = None) -> httpx.Response:
        answer = await self._http.post(self.hook_url, content=body, headers=headers, params=query)
        self.answers.append(answer)
        return answer

    # ── Stream mode ─────────────────────────────────────────────────────────────────────────────────────────

    def robot_frame(self, message: dict[str, Any]) -> dict[str, Any]:
        return self.frame("CALLBACK", "/v1.0/im/bot/messages/get", message)

    def frame(self, kind: str, topic: str, data: Any, **headers: str) -> dict[str, Any]:
        number = f"frame{next(self._numbers):08}"
        return {
            "specVersion": "1.0",
            "type": kind,
            "headers": {
                "topic": topic,
                "messageId": number,
                "contentType": "application/json",
                "time": str(int(self.clock.now().timestamp() * 1000)),
                **({"eventId": number, "eventCorpId": self.corp_id} if kind == "EVENT" else {}),
                **headers,
            },
            "data": json.dumps(data),
        }

    async def push(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Send a frame, again on each new connection until it is acknowledged; the acknowledgement."""
        acknowledged: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        raw = json.dumps(frame)
        self._pending[frame["headers"]["messageId"]] = (raw, acknowledged)
        await self.send_raw(raw)
        return await asyncio.wait_for(acknowledged, PATIENCE)

    async def send_raw(self, raw: str) -> None:
        if self._socket is not None:
            with suppress(RuntimeError, WebSocketDisconnect):  # gone this moment: the next connection gets it
                await self._socket.send_text(raw)

    async def ping(self) -> dict[str, Any]:
        return await self.push(self.frame("SYSTEM", "ping", {"opaque": secrets.token_hex(8)}))

    async def disconnect(self) -> None:
        """Ask the client to connect anew, as the platform does before it restarts a server."""
        await self.send_raw(json.dumps(self.frame("SYSTEM", "disconnect", {"reason": "persistent connection"})))

    async def cut(self) -> None:
        """End the connection without a word."""
        if self._socket is not None:
            await self._socket.close(1011)

    async def _connect(self, socket: WebSocket) -> None:
        ticket = socket.query_params.get("ticket", "")
        if not self.tickets.get(ticket):
            await socket.close()
            return
        self.tickets[ticket] = False
        await socket.accept()
        self.connections += 1
        self._socket = socket
        self.connected.set()
        for raw, _ in list(self._pending.values()):
            await self.send_raw(raw)
        try:
            while True:
                self._acknowledged(json.loads(await socket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            if self._socket is socket:
                self._socket = None
                self.connected.clear()

    def _acknowledged(self, ack: dict[str, Any]) -> None:
        self.acks.append(ack)
        _, waiting = self._pending.pop(ack["headers"]["messageId"], ("", None))
        if waiting is not None and not waiting.done():
            waiting.set_result(ack)

    async def _give_ticket(self, request: Request) -> Response:
        asked = await request.json()
        if self.refuse_connections:
            self.refuse_connections -= 1
            return Response("Service Unavailable", 503)
        if (asked.get("clientId"), asked.get("clientSecret")) != (self.client_id, self.client_secret):
            return JSONResponse({"code": "authFailed", "message": "wrong client"}, 401)
        ticket = secrets.token_hex(16)
        self.tickets[ticket] = True
        return JSONResponse({"endpoint": f"ws://{self._server.address}/connect", "ticket": ticket})

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _give_token(self, request: Request) -> Response:
        if await request.json() != {"appKey": self.client_id, "appSecret": self.client_secret}:
            return JSONResponse({"code": "invalidClientIdOrSecret", "message": "wrong client"}, 400)
        self.tokens.append(secrets.token_hex(16))
        return JSONResponse({"accessToken": self.tokens[-1], "expireIn": TOKEN_SECONDS})

    async def _take_by_webhook(self, request: Request) -> Response:
        if failure := self._failures.next():
            status, _ = FAILURES.get(failure, (200, ""))
            return JSONResponse({"errcode": failure}, status) if status != 503 else Response("Unavailable", status)
        user, until = self._webhooks.get(request.query_params.get("session", ""), ("", 0.0))
        message = await request.json()
        if self.clock.now().timestamp() >= until or message.get("msgtype") != "text":
            return JSONResponse({"errcode": 300005, "errmsg": "session is over"})
        self.by_webhook += 1
        self._shown.setdefault(user, []).append(message["text"]["content"])
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _take_by_api(self, request: Request) -> Response:
        message = await request.json()
        if failure := self._failures.next():
            if failure in ("invalidStaffIdList", "flowControlledStaffIdList"):
                return JSONResponse({"processQueryKey": "q", failure: message["userIds"]})
            status, code = FAILURES.get(failure, (400, failure))
            if failure == "token":
                self.tokens.append("killed")
            return JSONResponse({"code": code, "message": failure}, status) if code else Response("no", status)
        if not self.tokens or request.headers.get("x-acs-dingtalk-access-token") != self.tokens[-1]:
            return JSONResponse({"code": "InvalidAuthentication", "message": "token"}, 401)
        users = message["userIds"]
        if not 0 < len(users) <= MOST_USERS or message["robotCode"] != self.robot_code:
            return JSONResponse({"code": "invalidParameter", "message": "robot or users"}, 400)
        if message["msgKey"] != "sampleText" or any(user.startswith(OUTSIDER) for user in users):
            return JSONResponse({"code": "staffId.notExisted", "message": "unknown"}, 400)
        self.by_api += 1
        for user in users:
            self._shown.setdefault(user, []).append(json.loads(message["msgParam"])["content"])
        return JSONResponse({"processQueryKey": "q", "invalidStaffIdList": [], "flowControlledStaffIdList": []})
