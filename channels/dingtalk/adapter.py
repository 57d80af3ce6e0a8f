"""One DingTalk robot. Stream mode listens; HTTP mode takes signed calls; answers go to one person, never to a group.

Source: the platform's pages on robot messages, the session webhook and oToMessages/batchSend."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Literal, Self

import httpx
from pydantic import Field, model_validator

from channels.crypto import dingtalk as crypto
from channels.crypto.wechat_family import CryptoError, WeChatCrypto, envelope
from channels.dingtalk.reader import OWN_ORIGINS, Reader, origin_of
from channels.dingtalk.signs import FirstBodies
from channels.dingtalk.stream import Stream
from channels.messaging.json_reading import Tree, answered, instant, list_at, parse, text_at
from channels.messaging.kinds import Around, ChannelSettings, Rotating
from channels.messaging.port import (
    Answer,
    ChannelLimits,
    ChannelRefused,
    Outgoing,
    Pump,
    Received,
    SendFailed,
    SendLater,
    TokenRefused,
    Unreachable,
    Webhook,
)
from channels.messaging.tokens import TokenCache, TokenExpired

BASE_URL = "https://api.dingtalk.com"
JSON = "application/json; charset=utf-8"
SAID_NOTHING = Answer(200, b'{"msgtype":"empty"}', JSON)
LIMITS = ChannelLimits(text_bytes=5000, choices="numbered", links="text")
MARGIN = timedelta(seconds=30)
"""A session webhook this near to its end may be over when our call arrives."""
OUTSIDER = "$:"
"""What the ids of people of other companies begin with; the robot API does not know them."""
TOO_FAST = {"130101", "130103"}
GONE = {"staffId.notExisted", "user.notExisted"}
SAMPLE_TEXT = "sampleText"


class Settings(ChannelSettings):
    """All of it stands on the app's pages in the developer console."""

    kind: Literal["dingtalk"] = "dingtalk"
    client_id: str = Field(min_length=1, max_length=128)
    client_secret: Rotating
    robot_code: str = Field(min_length=1, max_length=128)
    corp_id: str = Field(min_length=1, max_length=128)
    mode: Literal["stream", "http"] = "stream"
    silence_seconds: float = Field(default=300.0, gt=0)
    """Stream: after so long without a frame the connection is made anew."""
    event_token: Rotating | None = None
    """HTTP event push (people who leave the company); in Stream mode events come by themselves."""
    event_aes_key: Rotating | None = None
    event_receiver: str | None = None
    """Whom the pushes are for: the client id, or the corp id of older apps. None: the client id."""

    @model_validator(mode="after")
    def events_need_both(self) -> Self:
        if (self.event_token is None) != (self.event_aes_key is None):
            raise ValueError("event_token and event_aes_key go together")
        return self


class DingTalk:
    """The adapter; see `channels.messaging.port.Adapter`."""

    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self._name = name
        self._settings = settings
        self._around = around
        self._base = settings.base_url or BASE_URL
        # Its own too when a base is configured: behind a proxy the webhooks still lead to the platform.
        origins = OWN_ORIGINS | {origin_of(self._base)}
        self._reader = Reader(name, settings.robot_code, settings.corp_id, origins)
        self._bodies = FirstBodies()
        self._tokens = TokenCache(around.clock, self._fetch_token)
        self._events = (
            WeChatCrypto(
                settings.event_receiver or settings.client_id,
                settings.event_token.values,
                settings.event_aes_key.values,
            )
            if settings.event_token and settings.event_aes_key
            else None
        )

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
        if "sign" in webhook.headers:
            return self._robot_call(webhook)
        return self._event_push(webhook)

    def _robot_call(self, webhook: Webhook) -> Received:
        if self._settings.mode != "http":
            raise ChannelRefused("plain")  # in Stream mode nobody has a reason to call
        sign, timestamp = webhook.headers["sign"], webhook.headers.get("timestamp", "")
        now = self._around.clock.now()
        if not crypto.is_signed(self._settings.client_secret.values, timestamp, sign, now=now):
            raise ChannelRefused("signature" if crypto.is_recent(timestamp, now) else "stale")
        if not self._bodies.fits(sign, webhook.body, now):
            raise ChannelRefused("replayed")
        message = self._reader.message(parse(webhook.body), webhook.received_at)
        # The body may be forged, so its webhook may be somebody else's: answers go to the person the platform knows.
        return Received(SAID_NOTHING, (replace(message, reply_context={}),))

    def _event_push(self, webhook: Webhook) -> Received:
        """Encrypted like the WeChat family's; the answer is the word success, encrypted the same way."""
        query = webhook.query
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if self._events is None:
            raise ChannelRefused("plain")
        try:
            given = query.get("msg_signature") or query.get("signature", "")
            opened = self._events.open(envelope(webhook.body), given, timestamp, nonce)
        except CryptoError as error:
            raise ChannelRefused("signature" if error.code.name == "SIGNATURE_WRONG" else "decrypt") from None
        if not crypto.is_recent(timestamp, self._around.clock.now()):
            raise ChannelRefused("stale")
        event = parse(opened.message)
        if text_at(event, "CorpId") not in ("", self._settings.corp_id):
            raise ChannelRefused("app")
        sealed = self._events.seal("success", timestamp, nonce, answering=opened)
        answer = {
            "msg_signature": sealed.signature,
            "timeStamp": sealed.timestamp,
            "nonce": sealed.nonce,
            "encrypt": sealed.encrypt,
        }
        event_id = text_at(event, "eventId") or f"{timestamp}-{nonce}"
        left = self._reader.left(event, text_at(event, "EventType"), event_id[:100], webhook.received_at)
        return Received(Answer(200, json.dumps(answer).encode(), JSON), left)

    async def run(self, pump: Pump) -> None:
        if self._settings.mode != "stream":
            return
        await Stream(
            base_url=self._base,
            client_id=self._settings.client_id,
            secrets=self._settings.client_secret.values,
            http=self._around.http,
            clock=self._around.clock,
            reader=self._reader,
            silence_seconds=self._settings.silence_seconds,
        ).run(pump)

    # ── out ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> None:
        """By the session webhook of a Stream frame while it lives, else by the robot API. Neither removes doubles."""
        if self._webhook_lives(outgoing) and await self._posted_to_webhook(outgoing):
            return
        if outgoing.user.startswith(OUTSIDER):
            raise Unreachable("webhook_over")
        await self._tokens.using(lambda token: self._post(outgoing, token))

    def _webhook_lives(self, outgoing: Outgoing) -> bool:
        context = outgoing.reply_context
        now = self._around.clock.now()
        until = instant(context.get("webhook_until", ""), now)
        # Looked at again although it was when it came in: what is kept in a database may have been changed there.
        return now + MARGIN < until and self._reader.may_post_to(context.get("webhook", ""))

    async def _posted_to_webhook(self, outgoing: Outgoing) -> bool:
        """False when the platform did not take it there; then nothing was shown and the other way is open."""
        body = {"msgtype": "text", "text": {"content": outgoing.text}}
        reply = await self._around.http.post(outgoing.reply_context["webhook"], json=body)
        code = text_at(answered(reply), "errcode")
        if code in TOO_FAST or reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise SendLater(code or "http_429")
        return code == "0"

    async def _post(self, outgoing: Outgoing, token: str) -> None:
        reply = await self._around.http.post(
            f"{self._base}/v1.0/robot/oToMessages/batchSend",
            headers={"x-acs-dingtalk-access-token": token},
            json={
                "robotCode": outgoing.account,
                "userIds": [outgoing.user],
                "msgKey": SAMPLE_TEXT,
                "msgParam": json.dumps({"content": outgoing.text}, ensure_ascii=False),
            },
        )
        found = answered(reply)
        if not reply.is_success:
            raise _refusal(reply, found)
        if outgoing.user in list_at(found, "invalidStaffIdList"):
            raise Unreachable("invalid_staff")
        if outgoing.user in list_at(found, "flowControlledStaffIdList"):
            raise SendLater("flow_controlled")

    async def _fetch_token(self) -> tuple[str, float]:
        """With the current secret and, if the platform does not know it yet, with the previous one."""
        code = ""
        for secret in self._settings.client_secret.values:
            reply = await self._around.http.post(
                f"{self._base}/v1.0/oauth2/accessToken",
                json={"appKey": self._settings.client_id, "appSecret": secret},
            )
            found = answered(reply)
            if reply.is_success:
                return text_at(found, "accessToken"), float(text_at(found, "expireIn") or 0)
            if _is_busy(reply, text_at(found, "code")):
                raise SendLater(text_at(found, "code"))
            code = text_at(found, "code")
        raise TokenRefused(code or "token")

    async def hand_over(self, account: str, user: str) -> bool:
        """There is no desk on the platform; the gateway's own has it."""
        return False

    async def aclose(self) -> None:
        """Nothing of its own is open."""


def _refusal(reply: httpx.Response, found: Tree) -> Exception:
    code = text_at(found, "code")
    if _is_busy(reply, code):
        return SendLater(code or "http_429")
    if reply.status_code == httpx.codes.UNAUTHORIZED or code == "InvalidAuthentication":
        return TokenExpired(code)
    return Unreachable(code) if code in GONE else SendFailed(code or f"http_{reply.status_code}")


def _is_busy(reply: httpx.Response, code: str) -> bool:
    slow_down = code.startswith(("Throttling", "Forbidden.AccessDenied.QpsLimit"))
    return reply.status_code == httpx.codes.TOO_MANY_REQUESTS or slow_down


def open_adapter(name: str, settings: Settings, around: Around) -> DingTalk:
    return DingTalk(name, settings, around)
