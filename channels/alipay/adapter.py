"""One Alipay life account: the gateway's forms are verified by RSA2, answers are sent one by one.

Source: the platform's gateway demo and its page on alipay.open.public.message.custom.send."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from channels.alipay.reader import Reader
from channels.crypto import rsa2
from channels.crypto.safe_xml import XmlRefusedError, cdata
from channels.crypto.safe_xml import parse as parse_xml
from channels.messaging.json_reading import Tree, answered, instant, text_at, tree_at
from channels.messaging.kinds import Around, ChannelSettings, Rotating
from channels.messaging.port import (
    Answer,
    ChannelLimits,
    ChannelRefused,
    Outgoing,
    Pump,
    Quota,
    Received,
    SendFailed,
    SendLater,
    Unreachable,
    Webhook,
)
from credit.kernel.clock import BUSINESS_ZONE

BASE_URL = "https://openapi.alipay.com"
CHARSETS = {"gbk": "gbk", "gb2312": "gb18030", "gb18030": "gb18030", "utf-8": "utf-8"}
CHECK, NOTIFY = b"alipay.service.check", b"alipay.mobile.public.message.notify"
METHOD = "alipay.open.public.message.custom.send"
ANSWER_NODE = METHOD.replace(".", "_") + "_response"
LIMITS = ChannelLimits(
    text_bytes=1800, choices="numbered", links="text", unasked=False, quota=Quota(100, timedelta(hours=48))
)
"""How long a text may be is documented nowhere that we could read; six hundred Chinese characters are modest. A hundred
messages a day, within two days of anything the user does. Nothing unasked: reminders have templates of their own."""

TAKEN = "10000"
AWAY = "20000"
OVER_TIME = "MSG_SD_OVER_TIME"
OUTSIDE = (OVER_TIME, "NOT_FOLLOW", "UNFOLLOW", "USER_NOT_EXIST")
BUSY = ("isp.", "aop.", "isv.app-call-limited", "SYSTEM_ERROR", "system-error")


def _readable(read: Callable[[str], object]) -> Callable[[Rotating], Rotating]:
    def check(keys: Rotating) -> Rotating:
        for text in keys.values:
            read(text)
        return keys

    return check


class Settings(ChannelSettings):
    """Keys as the platform's key tool and console give them: PEM, or the bare base64."""

    kind: Literal["alipay"] = "alipay"
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    app_private_key: Annotated[Rotating, AfterValidator(_readable(rsa2.private_key))]
    alipay_public_key: Annotated[Rotating, AfterValidator(_readable(rsa2.public_key))]
    """The platform's, not our own: the console shows both beside each other."""


class Alipay:
    """The adapter; see `channels.messaging.port.Adapter`."""

    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self._name = name
        self._around = around
        self._app_id = settings.app_id
        self._base = settings.base_url or BASE_URL
        self._key = rsa2.private_key(settings.app_private_key.value)
        self._platform_keys = [rsa2.public_key(text) for text in settings.alipay_public_key.values]
        self._reader = Reader(name, settings.app_id)
        ours = f"<biz_content>{rsa2.bare(self._key.public_key())}</biz_content>"
        # Signed once, not for each stranger who asks.
        self._check_passed = self._signed(f"<success>true</success>{ours}")
        self._check_failed = self._signed(f"<success>false</success><error_code>VERIFY_FAILED</error_code>{ours}")

    @property
    def name(self) -> str:
        return self._name

    @property
    def limits(self) -> ChannelLimits:
        return LIMITS

    # ── in ──────────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, webhook: Webhook) -> Received:
        if webhook.method != "POST":
            raise ChannelRefused("shape")
        try:
            fields = rsa2.fields_of(webhook.body)
        except ValueError:
            raise ChannelRefused("shape") from None
        is_check = fields.get(b"service") == CHECK
        try:
            return self._read(fields, webhook)
        except ChannelRefused as refusal:
            if is_check:  # the console wants a signed no
                raise ChannelRefused(refusal.code, self._check_failed) from None
            raise

    def _read(self, fields: dict[bytes, bytes], webhook: Webhook) -> Received:
        if fields.get(b"sign_type") != b"RSA2" or b"sign" not in fields:
            raise ChannelRefused("plain")  # RSA with SHA-1 is no signature any more
        if not rsa2.is_signed(self._platform_keys, rsa2.content_of(fields), fields[b"sign"]):
            raise ChannelRefused("signature")
        content = _content_of(fields)
        if fields.get(b"service") == CHECK:
            self._reader.check_ours(content)
            if text_at(content, "EventType") != "verifygw":
                raise ChannelRefused("url_check")
            return Received(self._check_passed)
        if fields.get(b"service") != NOTIFY:
            raise ChannelRefused("shape")
        message = self._reader.read(content, webhook.received_at)
        return Received(self._acknowledged(message.user), (message,))

    def _acknowledged(self, user: str) -> Answer:
        now = int(self._around.clock.now().timestamp() * 1000)
        return self._signed(
            f"<XML><ToUserId>{cdata(user)}</ToUserId><AppId>{cdata(self._app_id)}</AppId>"
            f"<CreateTime>{now}</CreateTime><MsgType>{cdata('ack')}</MsgType></XML>"
        )

    def _signed(self, response: str) -> Answer:
        """An answer whose signature covers the inner text of `response` byte for byte. Letters of ASCII only, so that
        the character set that was asked in does not matter."""
        sign = rsa2.sign(self._key, response.encode("ascii"))
        body = (
            '<?xml version="1.0" encoding="GBK"?>'
            f"<alipay><response>{response}</response><sign>{sign}</sign><sign_type>RSA2</sign_type></alipay>"
        )
        return Answer(200, body.encode("ascii"), "text/xml; charset=GBK")

    # ── out ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> None:
        """The platform does not remove doubles.

        In an event's own window an answer names the event; when that is over or used up, the one after any contact
        counts."""
        content: dict[str, object] = {
            "to_user_id": outgoing.user,
            "msg_type": "text",
            "text": {"content": outgoing.text},
        }
        # With `chat` it is shown where the customer wrote, not on the account's front page.
        usual = {**content, "chat": "1"}
        answer: Tree = {}
        event_type = self._event_of(outgoing)
        if event_type:
            answer = await self._call({**content, "event_type": event_type})
        if not event_type or text_at(answer, "sub_code") == OVER_TIME:  # refused, so nothing was shown
            answer = await self._call(usual)
        _judge(answer)

    def _event_of(self, outgoing: Outgoing) -> str:
        """What the answer is to, while the window of that is open; else empty."""
        now = self._around.clock.now()
        in_window = now < instant(outgoing.reply_context.get("until", ""), now)
        return outgoing.reply_context.get("event_type", "") if in_window else ""

    async def _call(self, content: dict[str, object]) -> Tree:
        reply = await self._around.http.post(f"{self._base}/gateway.do", data=self._request(content))
        found = answered(reply)
        return tree_at(found, ANSWER_NODE) or tree_at(found, "error_response")

    def _request(self, content: dict[str, object]) -> dict[str, str]:
        fields = {
            "app_id": self._app_id,
            "method": METHOD,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{self._around.clock.now().astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False),
        }
        signed = rsa2.content_of({name.encode(): value.encode() for name, value in fields.items()})
        return {**fields, "sign": rsa2.sign(self._key, signed)}

    async def hand_over(self, account: str, user: str) -> bool:
        """There is no desk on the platform that we may give to; the gateway's own has it."""
        return False

    async def run(self, pump: Pump) -> None:
        """Only webhooks."""

    async def aclose(self) -> None:
        """Nothing of its own is open."""


def _content_of(fields: dict[bytes, bytes]) -> Tree:
    """The XML of a verified form, read in the form's own character set."""
    charset = CHARSETS.get(fields.get(b"charset", b"gbk").decode("ascii", "replace").lower())
    if charset is None:
        raise ChannelRefused("shape")
    try:
        return parse_xml(fields.get(b"biz_content", b"").decode(charset))
    except (UnicodeDecodeError, XmlRefusedError):
        raise ChannelRefused("shape") from None


def _judge(answer: Tree) -> None:
    """Raises what the platform's answer means, unless it took the message."""
    code, sub_code = text_at(answer, "code"), text_at(answer, "sub_code")
    if code == TAKEN:
        return
    told = sub_code or code or "no_answer"
    if any(mark in sub_code for mark in OUTSIDE):
        raise Unreachable(told)
    if code in (AWAY, "") or any(mark in sub_code for mark in BUSY):
        raise SendLater(told)
    raise SendFailed(told)


def open_adapter(name: str, settings: Settings, around: Around) -> Alipay:
    return Alipay(name, settings, around)
