"""WeChat Official Account 公众号 / 服务号, in safe mode.

Source: developers.weixin.qq.com, message push, passive reply, custom/send. An answer that is ready in time goes back
inside the webhook; later ones by custom/send, five in 48 hours after each message of the user."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import httpx
from pydantic import Field, field_validator

from channels.crypto.safe_xml import cdata
from channels.crypto.wechat_family import CryptoError
from channels.messaging.kinds import Around, Rotating
from channels.messaging.port import (
    Answer,
    ChannelLimits,
    ChannelRefused,
    EventName,
    Incoming,
    InlineReply,
    Outgoing,
    Pump,
    Quota,
    Received,
    Webhook,
)
from channels.wechat.api import Api
from channels.wechat.inbound import ID, CallbackSettings, Told, fresh, opened
from channels.wechat.notices import NoticeTemplate, SubscriptionNotices
from credit.notices.service import KINDS

PLATFORM = "https://api.weixin.qq.com"
SUCCESS = Answer(200, b"success")
ANSWERED_WITHIN = 4.5
"""Seconds. The platform cuts the line after five and shows the user a notice."""
ECHO = re.compile(r"[0-9]{1,64}")
XML, JSON = "application/xml; charset=utf-8", "application/json; charset=utf-8"
EVENTS: Mapping[str, EventName] = {
    "subscribe": "follow",
    "unsubscribe": "unfollow",
    "SCAN": "enter",
    "CLICK": "menu",
}
LIMITS = ChannelLimits(
    text_bytes=2048,
    choices="menu",
    most_choices=10,
    choice_bytes=128,
    text_bytes_with_choices=1024,  # undocumented here; what the customer service of the same family takes
    quota=Quota(5, timedelta(hours=48)),
)


class Settings(CallbackSettings):
    """One account, as its console shows it (settings and development, basic configuration)."""

    kind: Literal["wechat_oa"]
    app_id: str = Field(pattern=ID)
    app_secret: Rotating
    notices: dict[str, NoticeTemplate] = Field(default_factory=dict)
    """Subscription notices by the kind of reminder."""

    @field_validator("notices")
    @classmethod
    def _of_kinds(cls, notices: dict[str, NoticeTemplate]) -> dict[str, NoticeTemplate]:
        unknown = sorted(set(notices) - set(KINDS))
        if unknown:
            raise ValueError(f"there is no reminder {unknown[0]}: {', '.join(KINDS)}")
        return notices


def open_adapter(name: str, settings: Settings, around: Around) -> OfficialAccount:
    return OfficialAccount(name, settings, around)


class OfficialAccount:
    """See `channels.messaging.port.Adapter`."""

    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self._name = name
        self._app_id = settings.app_id
        self._clock = around.clock
        self._crypto = settings.crypto(settings.app_id)
        base_url = settings.base_url or PLATFORM

        async def ask_for_token(secret: str) -> httpx.Response:
            # The stable one: fetching it again does not kill what another process of ours is using.
            asked = {"grant_type": "client_credential", "appid": settings.app_id, "secret": secret}
            return await around.http.post(f"{base_url}/cgi-bin/stable_token", json=asked)

        self._api = Api(
            around.http, around.clock, base_url, secrets=settings.app_secret.values, ask_for_token=ask_for_token
        )
        self._limits = replace(LIMITS, notices=frozenset(settings.notices))
        self._notices = SubscriptionNotices(self._api, settings.notices)

    @property
    def name(self) -> str:
        return self._name

    @property
    def limits(self) -> ChannelLimits:
        return self._limits

    def receive(self, webhook: Webhook) -> Received:
        """See the port. Raises ChannelRefused url_check, signature, stale, plain, app, decrypt, shape."""
        if webhook.method == "GET":
            return Received(self._url_check(webhook))
        told = opened(webhook, self._crypto)
        message = self._read(told, webhook)
        inline = None if message.event in {"unfollow", "ignored"} else InlineReply(ANSWERED_WITHIN, self._writer(told))
        return Received(SUCCESS, (message,), inline=inline)

    async def send(self, outgoing: Outgoing) -> None:
        """See the port. The platform removes no doubles here: one sent into a broken line may be seen twice."""
        if outgoing.notice is not None:
            await self._notices.send(outgoing.user, outgoing.notice, key=outgoing.key)
            return
        await self._api.call("/cgi-bin/message/custom/send", {"touser": outgoing.user, **_content(outgoing)})

    async def hand_over(self, account: str, user: str) -> bool:
        return False  # staff answer in our own desk; the platform's is customer service's

    async def run(self, pump: Pump) -> None:
        return

    async def aclose(self) -> None:
        return

    def _url_check(self, webhook: Webhook) -> Answer:
        query = webhook.query
        timestamp = query.get("timestamp", "")
        try:
            self._crypto.verify(query.get("signature", ""), timestamp, query.get("nonce", ""))
        except CryptoError:
            raise ChannelRefused("url_check") from None
        fresh(timestamp, webhook.received_at)
        echo = query.get("echostr", "")
        if not ECHO.fullmatch(echo):  # nothing but digits is given back, so that nobody's markup is
            raise ChannelRefused("url_check")
        return Answer(200, echo.encode())

    def _read(self, told: Told, webhook: Webhook) -> Incoming:
        kind, text, event = meaning(told, EVENTS)
        return Incoming(
            channel=self._name,
            account=self._app_id,
            user=told.user,
            message_id=told.message_id,
            kind=kind,
            text=text,
            at=told.at(webhook),
            event=event,
        )

    def _writer(self, told: Told) -> Callable[[str], Answer]:
        def write(text: str) -> Answer:
            """The passive reply, in the form and with the secrets that the message came with."""
            now = str(int(self._clock.now().timestamp()))
            fields: dict[str, str | int] = {
                "ToUserName": told.get("FromUserName"),
                "FromUserName": told.get("ToUserName"),
                "CreateTime": int(now),
                "MsgType": "text",
                "Content": text,
            }
            in_xml = told.form == "xml"
            content = as_xml(fields) if in_xml else json.dumps(fields, ensure_ascii=False)
            sealed = self._crypto.seal(content, now, now, answering=told.opened)
            outside: dict[str, str | int] = {
                "Encrypt": sealed.encrypt,
                "MsgSignature": sealed.signature,
                "TimeStamp": int(sealed.timestamp),
                "Nonce": sealed.nonce,
            }
            return Answer(200, (as_xml(outside) if in_xml else json.dumps(outside)).encode(), XML if in_xml else JSON)

        return write


def meaning(
    told: Told, events: Mapping[str, EventName]
) -> tuple[Literal["text", "choice", "event", "other"], str, EventName | None]:
    """Kind, text and event of a message. A pressed chip comes as its label, marked with the menu's own id."""
    match told.get("MsgType"):
        case "text":
            return ("choice" if told.get("bizmsgmenuid") else "text"), told.get("Content"), None
        case "event":
            event = events.get(told.get("Event"), "ignored")
            return "event", told.get("EventKey") if event == "menu" else "", event
        case _:
            return "other", "", None


def as_xml(fields: Mapping[str, str | int]) -> str:
    """The family's XML: numbers bare, texts as CDATA."""
    inner = (f"<{name}>{cdata(value) if isinstance(value, str) else value}</{name}>" for name, value in fields.items())
    return f"<xml>{''.join(inner)}</xml>"


def _content(outgoing: Outgoing) -> dict[str, Any]:
    if not outgoing.choices:
        return {"msgtype": "text", "text": {"content": outgoing.text}}
    chips = [{"id": str(nth), "content": label} for nth, label in enumerate(outgoing.choices, 1)]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": outgoing.text, "list": chips, "tail_content": ""}}
