"""A Feishu of one app and its people: encrypted and signed events out, tokens, messages and cards in."""

from __future__ import annotations

import itertools
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.crypto import feishu as crypto
from credit.kernel.clock import Clock, SystemClock
from tools.fakes.serving import Failures, Server

TOKEN_SECONDS = 7200
MOST_TEXT_BYTES = 150 * 1024
MOST_CARD_BYTES = 30 * 1024
MOST_UUID = 50
RESET = {"x-ogw-ratelimit-reset": "2"}

FAILURES: dict[str, tuple[int, str]] = {
    "busy": (429, "99991400"),
    "user_busy": (400, "230020"),
    "token": (400, "99991663"),
    "unreachable": (400, "230013"),
    "refused": (400, "230001"),
    "5xx": (502, ""),
}
"""What `fail_next` takes, beside a code of the platform's own: status and code."""


@dataclass(slots=True)
class Shown:
    """One message as the person sees it."""

    text: str
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


class Fake:
    """The platform's side and the people's. `answers` keeps what the gateway answered, newest last."""

    def __init__(self, hook_url: str, *, clock: Clock | None = None, http: httpx.AsyncClient | None = None) -> None:
        self.hook_url = hook_url
        self.clock = clock or SystemClock()
        self.app_id = "cli_" + secrets.token_hex(8)
        self.app_secret = secrets.token_urlsafe(24)
        self.encrypt_key = secrets.token_urlsafe(24)
        self.verification_token = secrets.token_urlsafe(24)
        self.tenant_key = secrets.token_hex(8)
        self.tokens: list[str] = []
        """Every token that was given out; the last one counts."""
        self.calls = 0
        """Messages that were asked to be sent, refused ones too."""
        self.answers: list[httpx.Response] = []
        self._http = http or httpx.AsyncClient(trust_env=False)
        self._numbers = itertools.count(1)
        self._seen_keys: set[str] = set()
        self._shown: dict[str, list[Shown]] = {}
        self._failures = Failures()
        self._server = Server(
            [
                Route("/open-apis/auth/v3/tenant_access_token/internal", self._give_token, methods=["POST"]),
                Route("/open-apis/im/v1/messages", self._take_message, methods=["POST"]),
            ]
        )

    def settings(self) -> dict[str, object]:
        return {
            "kind": "feishu",
            "base_url": f"http://{self._server.address}",
            "app_id": self.app_id,
            "app_secret": self.app_secret,
            "encrypt_key": self.encrypt_key,
            "verification_token": self.verification_token,
            "tenant_key": self.tenant_key,
        }

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()
        await self._http.aclose()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, user: str, text: str) -> None:
        await self.push(self.message(user, text))

    async def press(self, user: str, label: str) -> None:
        """Press a button of the newest message that has it. Raises KeyError when there is none."""
        for shown in reversed(self._shown.get(user, [])):
            if label in shown.buttons:
                await self.push(self.tap(user, shown.buttons[label]))
                return
        raise KeyError(label)

    async def leave(self, user: str) -> None:
        """The person is no longer with the company."""
        await self.push(self.event("contact.user.deleted_v3", {"object": {"open_id": user}}))

    def shown(self, user: str) -> list[str]:
        return [shown.text for shown in self._shown.get(user, [])]

    def chips(self, user: str) -> list[str]:
        newest = self._shown.get(user, [])[-1:]
        return [label for shown in newest for label in shown.buttons]

    def links(self, user: str) -> dict[str, str]:
        """Addresses behind the newest message's buttons."""
        newest = self._shown.get(user, [])[-1:]
        return {label: url for shown in newest for label, url in shown.links.items()}

    def fail_next(self, code: str, times: int = 1) -> None:
        self._failures.order(code, times)

    # ── events, also for tests that want them wrong ─────────────────────────────────────────────────────────

    def event(self, kind: str, content: dict[str, Any], **header: str) -> dict[str, Any]:
        return {
            "schema": "2.0",
            "header": {
                "event_id": f"ev{next(self._numbers):08}",
                "event_type": kind,
                "create_time": str(int(self.clock.now().timestamp() * 1000)),
                "token": self.verification_token,
                "app_id": self.app_id,
                "tenant_key": self.tenant_key,
                **header,
            },
            "event": content,
        }

    def message(
        self, user: str, text: str, *, chat_type: str = "p2p", message_type: str = "text", **header: str
    ) -> dict[str, Any]:
        """In a group the app is mentioned first, as people do there."""
        mentions = [{"key": "@_user_1", "id": {"open_id": "ou_app"}, "name": "app"}] if chat_type == "group" else []
        said = f"@_user_1 {text}" if mentions else text
        content = {
            "sender": {"sender_id": {"open_id": user}, "sender_type": "user", "tenant_key": self.tenant_key},
            "message": {
                "message_id": f"om_{next(self._numbers):08}",
                "chat_id": "oc_1",
                "chat_type": chat_type,
                "message_type": message_type,
                "content": json.dumps({"text": said}) if message_type == "text" else "{}",
                "mentions": mentions,
            },
        }
        return self.event("im.message.receive_v1", content, **header)

    def tap(self, user: str, value: dict[str, str]) -> dict[str, Any]:
        return self.event(
            "card.action.trigger", {"operator": {"open_id": user}, "action": {"tag": "button", "value": value}}
        )

    def sealed(self, event: dict[str, Any], *, key: str | None = None) -> bytes:
        """The body that is posted."""
        sealed = crypto.encrypt(key or self.encrypt_key, json.dumps(event), start=secrets.token_bytes(16))
        return json.dumps({"encrypt": sealed}).encode()

    def headers(self, body: bytes, *, key: str | None = None, age: int = 0) -> dict[str, str]:
        """The signature's headers; `age` in seconds."""
        timestamp = str(int(self.clock.now().timestamp()) - age)
        nonce = secrets.token_hex(8)
        return {
            "content-type": "application/json",
            "x-lark-request-timestamp": timestamp,
            "x-lark-request-nonce": nonce,
            "x-lark-signature": crypto.signature(key or self.encrypt_key, timestamp, nonce, body),
        }

    async def push(self, event: dict[str, Any]) -> httpx.Response:
        body = self.sealed(event)
        return await self.post(body, self.headers(body))

    async def check_url(self) -> bool:
        """What the console does when the address is saved: unsigned, and the challenge must come back."""
        challenge = secrets.token_hex(16)
        event = {"type": "url_verification", "token": self.verification_token, "challenge": challenge}
        answer = await self.post(self.sealed(event), {"content-type": "application/json"})
        return answer.status_code == httpx.codes.OK and answer.json() == {"challenge": challenge}

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        answer = await self._http.post(self.hook_url, content=body, headers=headers)
        self.answers.append(answer)
        return answer

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _give_token(self, request: Request) -> Response:
        asked = await request.json()
        if asked != {"app_id": self.app_id, "app_secret": self.app_secret}:
            return JSONResponse({"code": 10014, "msg": "app secret invalid"})
        self.tokens.append("t-" + secrets.token_urlsafe(24))
        return JSONResponse({"code": 0, "msg": "ok", "tenant_access_token": self.tokens[-1], "expire": TOKEN_SECONDS})

    async def _take_message(self, request: Request) -> Response:
        self.calls += 1
        if failure := self._failures.next():
            status, code = FAILURES.get(failure, (400, failure))
            if not code:
                return Response("Bad Gateway", status)
            if failure == "token":
                self.tokens.append("killed")
            return JSONResponse({"code": int(code), "msg": failure}, status, RESET if failure == "busy" else None)
        if not self.tokens or request.headers.get("authorization") != f"Bearer {self.tokens[-1]}":
            return JSONResponse({"code": 99991663, "msg": "Invalid access token"}, 400)
        message = await request.json()
        if problem := _problem(message, dict(request.query_params)):
            return JSONResponse({"code": 230001, "msg": problem}, 400)
        if message["uuid"] not in self._seen_keys:
            self._seen_keys.add(message["uuid"])
            self._shown.setdefault(message["receive_id"], []).append(_seen(message))
        return JSONResponse({"code": 0, "msg": "success", "data": {"message_id": f"om_{next(self._numbers):08}"}})


def _problem(message: dict[str, Any], query: dict[str, str]) -> str:
    """What the platform would refuse; empty for nothing."""
    if query != {"receive_id_type": "open_id"}:
        return "receive_id_type"
    if not 0 < len(message.get("uuid", "")) <= MOST_UUID:
        return "uuid"
    most = {"text": MOST_TEXT_BYTES, "interactive": MOST_CARD_BYTES}.get(message.get("msg_type", ""), 0)
    if not isinstance(message.get("content"), str) or len(message["content"].encode()) > most:
        return "content"
    return ""


def _seen(message: dict[str, Any]) -> Shown:
    content = json.loads(message["content"])
    if message["msg_type"] == "text":
        return Shown(content["text"])
    shown = Shown("")
    for element in content["elements"]:
        if element["tag"] == "div":
            shown.text += element["text"]["content"]
        for button in element.get("actions", []):
            label = button["text"]["content"]
            if "url" in button:
                shown.links[label] = button["url"]
            else:
                shown.buttons[label] = button["value"]
    return shown
