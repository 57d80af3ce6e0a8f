"""A WeChat with one Official Account in safe mode and its followers."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.crypto.safe_xml import XmlRefusedError, parse
from channels.crypto.wechat_family import CryptoError, envelope, signature_of
from credit.kernel.clock import Clock
from tools.fakes.wechat_family import Family, Fields, Form, Push, RefusedCall, refusal, too_long, written

OUT_OF_SERVICE = "该公众号暂时无法提供服务"
"""What a person reads when the account's answer is none."""
MOST_TEXT = 2048
MOST_CHIPS = 10
FEW, SHORTLY = 3, timedelta(minutes=1)
"""After a follow, a scan or a menu: so many messages in so long."""
NOTICE_LETTERS = 20
NOTICE_FIELDS = {"thing1": "=bill", "amount2": "left", "date3": "due_on"}


class Fake(Family):
    """See `tools.fakes`."""

    refusals: ClassVar[Mapping[str, int]] = {"quota": 45047, "busy": -1, "unreachable": 45015, "refused": 45002}

    def __init__(self, hook_url: str, *, clock: Clock | None = None, http: httpx.AsyncClient | None = None) -> None:
        super().__init__(hook_url, "wx" + secrets.token_hex(8), clock=clock, http=http)
        self.account = "gh_" + secrets.token_hex(6)
        self.template = secrets.token_urlsafe(32)
        self.form: Form = "xml"
        self.consents: Counter[str] = Counter()
        """How many notices each person has agreed to."""
        self._notice_keys: set[str] = set()

    def settings(self) -> dict[str, object]:
        return {
            "kind": "wechat_oa",
            "app_id": self.receive_id,
            "app_secret": {"current": self.app_secret},
            "notices": {"bill_due": {"template_id": self.template, "fields": NOTICE_FIELDS}},
            **self.callback_settings(),
        }

    def routes(self) -> list[Any]:
        return [
            Route("/cgi-bin/stable_token", self._token, methods=["POST"]),
            self.call("/cgi-bin/message/custom/send", self._take),
            self.call("/cgi-bin/message/subscribe/bizsend", self._notify),
        ]

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, user: str, text: str) -> None:
        await self.deliver(user, self.message(user, text))

    async def press(self, user: str, label: str) -> None:
        await self.deliver(user, self.message(user, label, bizmsgmenuid=self.chip(user, label)))

    async def follow(self, user: str) -> None:
        await self.deliver(user, self.event(user, "subscribe", EventKey=""))

    async def leave(self, user: str) -> None:
        push = self.event(user, "unsubscribe")
        self._windows.pop(user, None)
        await self.insist(lambda: self.seal(written(push, self.form), form=self.form))

    async def menu(self, user: str, key: str) -> None:
        await self.deliver(user, self.event(user, "CLICK", EventKey=key))

    async def deliver(self, user: str, fields: Fields) -> None:
        """Push what the person did, and show what comes back in the answer."""
        if fields["MsgType"] == "event":
            self.open_window(user, FEW, SHORTLY)
        else:
            self.open_window(user)
        answer = await self.insist(
            lambda: self.with_openid(self.seal(written(fields, self.form), form=self.form), user)
        )
        told = None if answer is None else self.read_answer(answer)
        if told is None:
            self.show(user, OUT_OF_SERVICE)
        elif told:
            self.show(user, told)

    # ── pushes, also for tests that want them wrong ─────────────────────────────────────────────────────────

    def message(self, user: str, text: str, **more: str) -> dict[str, str | int]:
        return {**self._head(user, "text"), "Content": text, "MsgId": int(self.number()), **more}

    def event(self, user: str, name: str, **more: str) -> dict[str, str | int]:
        return {**self._head(user, "event"), "Event": name, **more}

    def other(self, user: str, kind: str) -> dict[str, str | int]:
        return {**self._head(user, kind), "MediaId": "m", "MsgId": int(self.number())}

    def with_openid(self, push: Push, user: str) -> Push:
        """As the platform adds it, with the signature of the plain mode that says nothing of the body."""
        timestamp, nonce = push.query["timestamp"], push.query["nonce"]
        plain = signature_of(self.secrets.token, timestamp, nonce)
        return Push({**push.query, "signature": plain, "openid": user, "encrypt_type": "aes"}, push.body)

    def url_check(self, echo: str, *, token: str = "", age: int = 0) -> dict[str, str]:
        """The query of the console's check."""
        timestamp, nonce = str(int(self.clock.now().timestamp()) - age), secrets.token_hex(5)
        signature = signature_of(token or self.secrets.token, timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}

    def read_answer(self, answer: httpx.Response) -> str | None:
        """The text in a passive reply; empty for none; None for what the platform does not understand."""
        if answer.content in {b"", b"success"}:
            return ""
        try:
            outside = self._tree(answer.text)
            query = [str(outside[name]) for name in ("MsgSignature", "TimeStamp", "Nonce")]
            inside = self._tree(self.secrets.crypto.open(envelope(answer.content), *query).message)
        except (CryptoError, XmlRefusedError, ValueError, KeyError):
            return None
        text = inside.get("Content")
        return None if inside.get("FromUserName") != self.account or too_long(text, MOST_TEXT) else str(text)

    def _tree(self, text: str) -> dict[str, Any]:
        """In the form that the account has chosen: the platform reads no other."""
        return dict(parse(text)) if self.form == "xml" else dict(json.loads(text))

    def _head(self, user: str, kind: str) -> dict[str, str | int]:
        now = int(self.clock.now().timestamp())
        return {"ToUserName": self.account, "FromUserName": user, "CreateTime": now, "MsgType": kind}

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _token(self, request: Request) -> Response:
        asked = await request.json()
        if asked.get("appid") != self.receive_id or asked.get("grant_type") != "client_credential":
            return refusal(40013)
        return self.give_token(asked.get("secret")) if asked.get("secret") == self.app_secret else refusal(40125)

    def _take(self, body: dict[str, Any]) -> dict[str, Any]:
        user, chips = body["touser"], {}
        if body["msgtype"] == "msgmenu":
            menu = body["msgmenu"]
            text, chips = menu["head_content"], {chip["content"]: str(chip["id"]) for chip in menu["list"]}
            if len(menu["list"]) > MOST_CHIPS:
                raise RefusedCall(45098)
        else:
            text = body["text"]["content"]
        if too_long(text, MOST_TEXT):
            raise RefusedCall(45002)
        self.spend(user, closed=45015, spent=45047)
        self.show(user, text, chips)
        return {}

    def _notify(self, body: dict[str, Any]) -> dict[str, Any]:
        user, key = body["touser"], body.get("client_msg_id", "")
        if body["template_id"] != self.template:
            raise RefusedCall(40037)
        if key in self._notice_keys:
            return {}
        if not self.consents[user]:
            raise RefusedCall(43101)
        self.consents[user] -= 1
        values = [field["value"] for field in body["data"].values()]
        if any(len(value) > NOTICE_LETTERS for value in values):
            raise RefusedCall(47003)
        self._notice_keys.add(key)
        self.show(user, " ".join(values))
        return {}
