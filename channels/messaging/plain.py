"""The house's own channel: signed JSON in, JSON out. For a platform behind a bridge, and for measuring the pipeline.

POST /hooks/<name>      X-Timestamp: 1700000000
                        X-Signature: hex HMAC-SHA256(secret, "1700000000.<body>")
{"id": "…", "user": "…", "text": "…", "event": "follow"?}
200 {}                  or, with `inline`, {"text": "…"} when the answer was ready in time

POST <base_url>/messages, signed the same way
{"key": "…", "user": "…", "text": "…", "choices": ["…"], "links": [{"label": "…", "url": "…"}]}
2xx taken · 409 {"code": "quota"} · 410 unreachable · 429 and 5xx later · other 4xx never"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.messaging.kinds import Around, ChannelSettings, Rotating
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
    QuotaSpent,
    Received,
    SendFailed,
    SendLater,
    Unreachable,
    Webhook,
)

SKEW = timedelta(minutes=5)
JSON_TYPE = "application/json"


class Settings(ChannelSettings):
    kind: Literal["plain"]
    secret: Rotating
    text_bytes: int = Field(2048, ge=64)
    chips: bool = False
    inline_seconds: float = Field(0.0, ge=0, le=30)
    quota: int | None = Field(None, ge=1)
    """Messages of ours in 48 hours after each of the user's."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=128)
    user: str = Field(min_length=1, max_length=128)
    text: str = ""
    event: EventName | None = None


class PlainAdapter:
    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self.name = name
        self._settings = settings
        self._around = around
        self.limits = ChannelLimits(
            text_bytes=settings.text_bytes,
            choices="buttons" if settings.chips else "numbered",
            quota=Quota(settings.quota, timedelta(hours=48)) if settings.quota else None,
        )

    def receive(self, webhook: Webhook) -> Received:
        if webhook.method != "POST":
            raise ChannelRefused("method", Answer(405))
        self._verify(webhook)
        try:
            message = _Message.model_validate_json(webhook.body)
        except ValidationError as error:
            raise ChannelRefused("shape", Answer(422)) from error
        incoming = Incoming(
            channel=self.name,
            account=self.name,
            user=message.user,
            message_id=message.id,
            kind="event" if message.event else "text",
            text=message.text,
            at=webhook.received_at,
            event=message.event,
        )
        seconds = self._settings.inline_seconds
        inline = InlineReply(seconds, lambda text: _json(200, {"text": text})) if seconds else None
        return Received(_json(200, {}), (incoming,), inline=inline)

    async def send(self, outgoing: Outgoing) -> None:
        content = {
            "key": outgoing.key,
            "user": outgoing.user,
            "text": outgoing.text,
            "choices": list(outgoing.choices),
            "links": [{"label": link.label, "url": link.url} for link in outgoing.links],
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp = str(int(self._around.clock.now().timestamp()))
        headers = {
            "Content-Type": JSON_TYPE,
            "X-Timestamp": timestamp,
            "X-Signature": sign(self._settings.secret.value, timestamp, body),
        }
        response = await self._around.http.post(f"{self._settings.base_url}/messages", content=body, headers=headers)
        match response.status_code:
            case status if 200 <= status < 300:
                return
            case 409:
                raise QuotaSpent
            case 410:
                raise Unreachable
            case status if status == 429 or status >= 500:
                wait = response.headers.get("Retry-After", "")
                raise SendLater(str(status), float(wait) if wait.isdigit() else None)
            case status:
                raise SendFailed(str(status))

    async def hand_over(self, account: str, user: str) -> bool:
        return False

    async def run(self, pump: Pump) -> None:
        return

    async def aclose(self) -> None:
        return

    def _verify(self, webhook: Webhook) -> None:
        """Raises ChannelRefused: signature, stale."""
        timestamp = webhook.headers.get("x-timestamp", "")
        given = webhook.headers.get("x-signature", "").encode()
        expected = (sign(secret, timestamp, webhook.body).encode() for secret in self._settings.secret.values)
        if not any(hmac.compare_digest(given, each) for each in expected):
            raise ChannelRefused("signature")
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise ChannelRefused("stale")
        if abs(webhook.received_at.timestamp() - int(timestamp)) > SKEW.total_seconds():
            raise ChannelRefused("stale")


def open_adapter(name: str, settings: Settings, around: Around) -> PlainAdapter:
    return PlainAdapter(name, settings, around)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _json(status: int, content: dict[str, str]) -> Answer:
    return Answer(status, json.dumps(content, ensure_ascii=False).encode(), JSON_TYPE)
