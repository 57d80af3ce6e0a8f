"""One Feishu app: what the platform sends is verified, opened and read; what we send goes to one person.

Source: the platform's pages on event subscriptions, im/v1/messages and card callbacks."""

from __future__ import annotations

import hmac
import json
from typing import Any, Literal

import httpx
from pydantic import Field

from channels.crypto import feishu as crypto
from channels.feishu.cards import Taps, card_of
from channels.feishu.events import Reader
from channels.messaging.json_reading import Tree, answered, id_at, parse, text_at, tree_at
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

BASE_URL = "https://open.feishu.cn"
JSON = "application/json; charset=utf-8"
DONE = Answer(200, b"{}", JSON)
MOST_CHALLENGE = 256

# A card may have 30 kB of JSON, in which a text's signs may be escaped and its buttons' values come beside it.
LIMITS = ChannelLimits(
    text_bytes=12_000,
    choices="buttons",
    most_choices=10,
    choice_bytes=120,
    links="native",
    user_per_minute=300,
)

BUSY = {"99991400", "230020", "11232", "1000004", "1000005"}
TOKEN_REFUSED = {"99991661", "99991663", "99991664", "99991665", "99991668", "99991677"}
GONE = {"230002", "230013", "230053", "230029"}
"""Not in the chat, no use of this app, stopped the app's messages, resigned."""


class Settings(ChannelSettings):
    """All of it stands on the app's pages in the developer console."""

    kind: Literal["feishu"] = "feishu"
    app_id: str = Field(min_length=1, max_length=64)
    app_secret: Rotating
    encrypt_key: Rotating
    """Not optional here, though it is on the platform: without it nothing covers the body."""
    verification_token: Rotating
    tenant_key: str = Field(min_length=1, max_length=64)
    """The lender's own company; an event of another one is not for us."""


class Feishu:
    """The adapter; see `channels.messaging.port.Adapter`."""

    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self._name = name
        self._settings = settings
        self._around = around
        self._base = settings.base_url or BASE_URL
        self._taps = Taps(settings.app_id, settings.app_secret.values)
        self._reader = Reader(name, settings.app_id, self._taps)
        self._tokens = TokenCache(around.clock, self._fetch_token)

    @property
    def name(self) -> str:
        return self._name

    @property
    def limits(self) -> ChannelLimits:
        return LIMITS

    # ── in ──────────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, webhook: Webhook) -> Received:
        """See the port. A replay within its five minutes has the same ids, so it is dropped as a repeat."""
        if webhook.method != "POST":
            raise ChannelRefused("shape")
        signed = self._is_signed(webhook)
        event = self._opened(webhook.body)
        if text_at(event, "type") == "url_verification":
            return self._challenged(event)
        if not signed:
            raise ChannelRefused("signature")
        self._check_ours(event)
        message = self._reader.read(event, webhook.received_at)
        return Received(DONE, (message,) if message else ())

    def _is_signed(self, webhook: Webhook) -> bool:
        """False when there is no signature at all, as with the address check. Raises ChannelRefused for a wrong one."""
        given = webhook.headers.get("x-lark-signature", "")
        if not given:
            return False
        timestamp = webhook.headers.get("x-lark-request-timestamp", "")
        nonce = webhook.headers.get("x-lark-request-nonce", "")
        keys = self._settings.encrypt_key.values
        now = self._around.clock.now()
        if not crypto.is_signed(keys, timestamp, nonce, webhook.body, given, now=now):
            # Told apart for the log alone: a clock that is wrong here looks to an operator like a wrong key.
            raise ChannelRefused("signature" if crypto.is_recent(timestamp, now) else "stale")
        return True

    def _opened(self, body: bytes) -> Tree:
        """The event behind `encrypt`; a plain one is refused, whatever it says."""
        encrypted = text_at(parse(body), "encrypt")
        if not encrypted:
            raise ChannelRefused("plain")
        for key in self._settings.encrypt_key.values:
            try:
                return parse(crypto.decrypt(key, encrypted))
            except (crypto.UnreadableError, ChannelRefused):  # with a wrong key noise may pass for text, never for JSON
                continue
        raise ChannelRefused("decrypt")

    def _challenged(self, event: Tree) -> Received:
        challenge = text_at(event, "challenge")
        if not self._is_our_token(text_at(event, "token")) or not 0 < len(challenge) <= MOST_CHALLENGE:
            raise ChannelRefused("url_check")
        return Received(Answer(200, json.dumps({"challenge": challenge}).encode(), JSON))

    def _check_ours(self, event: Tree) -> None:
        """Token, app and company; an event of the old shape (schema 1) has no header and fails here."""
        header = tree_at(event, "header")
        ours = (
            text_at(event, "schema") == "2.0"
            and self._is_our_token(text_at(header, "token"))
            and text_at(header, "app_id") == self._settings.app_id
            and text_at(header, "tenant_key") == self._settings.tenant_key
        )
        if not ours:
            raise ChannelRefused("app")
        id_at(header, "event_id")

    def _is_our_token(self, given: str) -> bool:
        tokens = self._settings.verification_token.values
        given_bytes = given.encode(errors="replace")
        return any([hmac.compare_digest(token.encode(), given_bytes) for token in tokens])  # noqa: C419

    # ── out ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> None:
        """See the port. `uuid` lets the platform drop a message that it has taken already."""
        if outgoing.choices or outgoing.links or outgoing.card:
            kind, content = "interactive", card_of(outgoing, self._taps, self._around.clock.now())
        else:
            # In a text message `<at …>` is a mention; what a customer wrote must not become one.
            kind, content = "text", {"text": outgoing.text.replace("<at", "< at")}
        body = {
            "receive_id": outgoing.user,
            "msg_type": kind,
            "content": json.dumps(content, ensure_ascii=False),
            "uuid": outgoing.key,
        }
        await self._tokens.using(lambda token: self._post(body, token))

    async def _post(self, body: dict[str, Any], token: str) -> None:
        reply = await self._around.http.post(
            f"{self._base}/open-apis/im/v1/messages",
            params={"receive_id_type": "open_id"},
            headers={"Authorization": f"Bearer {token}"},
            json=body,
        )
        if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise SendLater("http_429", _seconds(reply))
        code = text_at(answered(reply), "code")
        if code in BUSY:
            raise SendLater(code, _seconds(reply))
        if code in TOKEN_REFUSED:
            raise TokenExpired(code)
        if code in GONE:
            raise Unreachable(code)
        if code != "0":
            raise SendFailed(code)

    async def _fetch_token(self) -> tuple[str, float]:
        """With the current secret and, if the platform does not know it yet, with the previous one."""
        code = ""
        for secret in self._settings.app_secret.values:
            reply = await self._around.http.post(
                f"{self._base}/open-apis/auth/v3/tenant_access_token/internal",
                json={"app_id": self._settings.app_id, "app_secret": secret},
            )
            if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise SendLater("http_429", _seconds(reply))
            found = answered(reply)
            code = text_at(found, "code")
            if code in BUSY:
                raise SendLater(code, _seconds(reply))
            if code == "0":
                return text_at(found, "tenant_access_token"), float(text_at(found, "expire") or 0)
        raise TokenRefused(code or "token")

    async def hand_over(self, account: str, user: str) -> bool:
        """There is no desk on the platform; the gateway's own has it."""
        return False

    async def run(self, pump: Pump) -> None:
        """Only webhooks."""

    async def aclose(self) -> None:
        """Nothing of its own is open."""


def _seconds(reply: httpx.Response) -> float | None:
    """How long the platform wants us to wait, if it says so."""
    text = reply.headers.get("x-ogw-ratelimit-reset") or reply.headers.get("retry-after") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def open_adapter(name: str, settings: Settings, around: Around) -> Feishu:
    return Feishu(name, settings, around)
