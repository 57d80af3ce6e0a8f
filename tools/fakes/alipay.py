"""An Alipay of one life account and its followers: signed forms out, RSA2-signed calls in."""

from __future__ import annotations

import itertools
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.crypto import rsa2
from credit.kernel.clock import BUSINESS_ZONE, Clock, SystemClock
from tools.fakes.serving import Failures, Server

NOTIFY = "alipay.mobile.public.message.notify"
NODE = "alipay_open_public_message_custom_send_response"
MOST_CHARACTERS = 2000
SKEW = timedelta(minutes=10)
CONTACT_WINDOW = timedelta(hours=48)
"""After anything that the person does."""
EVENT_WINDOW = timedelta(minutes=5)
SIGNED_ANSWER = re.compile(r"<response>(.*)</response><sign>([^<]*)</sign>", re.DOTALL)

FAILURES: dict[str, tuple[str, str]] = {
    "busy": ("20000", "isp.unknow-error"),
    "quota": ("40005", "isv.app-call-limited"),
    "unreachable": ("40004", "USER_NOT_FOLLOW"),
    "window": ("40004", "MSG_SD_OVER_TIME"),
    "refused": ("40004", "isv.invalid-parameter"),
    "token": ("40006", "isv.insufficient-isv-permissions"),
}
"""What `fail_next` takes, beside `5xx`: code and sub-code."""


@cache
def key(name: str) -> RSAPrivateKey:
    """A key pair of this process, made once: making one takes a quarter of a second."""
    return generate_private_key(65537, 2048)


class Fake:
    """The platform's side and the followers'. `answers` keeps what the gateway answered, newest last."""

    def __init__(
        self,
        hook_url: str,
        *,
        charset: str = "GBK",
        clock: Clock | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.hook_url = hook_url
        self.charset = charset
        self.clock = clock or SystemClock()
        self.app_id = "2021" + str(secrets.randbelow(10**12)).zfill(12)
        self.app_key = key("app")
        self.own_key = key("platform")
        self.calls = 0
        self.named: list[str] = []
        """The event that each message which was shown is an answer to."""
        self.answers: list[httpx.Response] = []
        self._http = http or httpx.AsyncClient(trust_env=False)
        self._numbers = itertools.count(1)
        self._followers: set[str] = set()
        self._heard: dict[tuple[str, str], datetime] = {}
        """When a person last did what, by person and event type; `text` for a message."""
        self._spent: set[str] = set()
        """Who has had the one message a day for entering."""
        self._shown: dict[str, list[str]] = {}
        self._failures = Failures()
        self._server = Server([Route("/gateway.do", self._take, methods=["POST"])])

    def settings(self) -> dict[str, object]:
        private = self.app_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return {
            "kind": "alipay",
            "base_url": f"http://{self._server.address}",
            "app_id": self.app_id,
            "app_private_key": private,
            "alipay_public_key": rsa2.bare(self.own_key.public_key()),
        }

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()
        await self._http.aclose()

    # ── followers ───────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, user: str, text: str) -> None:
        """Whoever writes follows the account: the platform lets nobody else."""
        self.notes(user, "text")
        await self.push(self.message(user, text))

    async def press(self, user: str, label: str) -> None:
        """There is nothing to press: choices are numbered here."""
        raise KeyError(label)

    async def do(self, user: str, event: str, action: str = "") -> None:
        """follow, unfollow, enter, or click on the entry `action` of the account's menu."""
        self.notes(user, event)
        await self.push(self.event(user, event, ActionParam=action))

    def notes(self, user: str, event: str) -> None:
        """What the platform itself remembers of what the person did."""
        if event == "unfollow":
            self._followers.discard(user)
        else:
            self._followers.add(user)
        self._spent.discard(user)
        self._heard[user, "enter_ppchat" if event == "enter" else event] = self.clock.now()

    def shown(self, user: str) -> list[str]:
        return list(self._shown.get(user, []))

    def chips(self, user: str) -> list[str]:
        return []

    def fail_next(self, code: str, times: int = 1) -> None:
        self._failures.order(code, times)

    # ── forms, also for tests that want them wrong ──────────────────────────────────────────────────────────

    def message(self, user: str, text: str, **parts: str) -> str:
        inner = f"<Text><Content>{escape(text)}</Content></Text>"
        return self._xml(user, {"MsgType": "text", "MsgId": f"m{next(self._numbers):08}", **parts}, inner)

    def event(self, user: str, event: str, **parts: str) -> str:
        return self._xml(user, {"MsgType": "event", "EventType": event, **parts})

    def _xml(self, user: str, parts: Mapping[str, str], inner: str = "") -> str:
        created = str(int(self.clock.now().timestamp() * 1000))
        all_parts = {"AppId": self.app_id, "FromAlipayUserId": user, "CreateTime": created, **parts}
        texts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in all_parts.items() if value)
        return f'<?xml version="1.0" encoding="{self.charset}"?><XML>{texts}{inner}</XML>'

    def form(self, content: str, *, key: RSAPrivateKey | None = None, **fields: str) -> bytes:
        """The signed body; a field that is changed here is signed as changed."""
        all_fields = {
            "service": NOTIFY,
            "charset": self.charset,
            "sign_type": "RSA2",
            "biz_content": content,
            **fields,
        }
        raw = {name.encode(): value.encode(self.charset) for name, value in all_fields.items()}
        signed = rsa2.sign(key or self.own_key, rsa2.content_of(raw))
        return urlencode({**all_fields, "sign": signed}, encoding=self.charset).encode("ascii")

    async def push(self, content: str, *, service: str = NOTIFY) -> httpx.Response:
        return await self.post(self.form(content, service=service))

    async def post(self, body: bytes) -> httpx.Response:
        headers = {"content-type": f"application/x-www-form-urlencoded; charset={self.charset}"}
        answer = await self._http.post(self.hook_url, content=body, headers=headers)
        self.answers.append(answer)
        return answer

    async def check_url(self) -> bool:
        """What the console does when the address is saved."""
        answer = await self.push(self._xml("", {"EventType": "verifygw"}), service="alipay.service.check")
        inner = self.opened(answer)
        ours = rsa2.bare(self.app_key.public_key())
        return inner == f"<success>true</success><biz_content>{ours}</biz_content>"

    def opened(self, answer: httpx.Response) -> str:
        """The inner text of a signed answer. Raises ValueError when the app did not sign it."""
        found = SIGNED_ANSWER.search(answer.text)
        if found is None or not rsa2.is_signed([self.app_key.public_key()], found[1].encode(self.charset), found[2]):
            raise ValueError("not signed by the app")
        return found[1]

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _take(self, request: Request) -> Response:
        self.calls += 1
        fields = rsa2.fields_of(await request.body())
        failure = self._failures.next()
        if failure == "5xx":
            return Response("Bad Gateway", 502)
        if failure:
            return _answer(*FAILURES.get(failure, ("40004", failure)))
        if not rsa2.is_signed([self.app_key.public_key()], rsa2.content_of(fields), fields.get(b"sign", b"")):
            return _answer("40002", "isv.invalid-signature")
        if problem := self._problem({name.decode(): value.decode() for name, value in fields.items()}):
            return _answer("40004", problem)
        message = json.loads(fields[b"biz_content"])
        self._shown.setdefault(message["to_user_id"], []).append(message["text"]["content"])
        self.named.append(message.get("event_type", ""))
        if message.get("event_type") == "enter_ppchat":
            self._spent.add(message["to_user_id"])
        return _answer("10000", "")

    def _problem(self, fields: dict[str, str]) -> str:
        """What the platform would refuse; empty for nothing."""
        sent_at = datetime.strptime(fields["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BUSINESS_ZONE)
        if fields["app_id"] != self.app_id or abs(self.clock.now() - sent_at) > SKEW:
            return "isv.invalid-timestamp"
        message: dict[str, Any] = json.loads(fields["biz_content"])
        user, event = message["to_user_id"], message.get("event_type", "")
        if user not in self._followers:
            return "USER_NOT_FOLLOW"
        if not 0 < len(message["text"]["content"]) <= MOST_CHARACTERS:
            return "isv.invalid-parameter"
        if event == "enter_ppchat" and user in self._spent:
            return "MSG_SD_OVER_TIME"
        if event:
            heard = self._heard.get((user, event))
            window = timedelta(days=1) if event == "enter_ppchat" else EVENT_WINDOW
        else:
            heard = max((at for (who, _), at in self._heard.items() if who == user), default=None)
            window = CONTACT_WINDOW
        return "" if heard and self.clock.now() < heard + window else "MSG_SD_OVER_TIME"


def _answer(code: str, sub_code: str) -> JSONResponse:
    return JSONResponse(
        {NODE: {"code": code, "msg": "said", **({"sub_code": sub_code} if sub_code else {})}, "sign": ""}
    )
