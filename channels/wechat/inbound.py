"""What the family's webhooks have in common: settings of the receiving side, verifying, reading."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import field_validator

from channels.crypto.safe_xml import XmlRefusedError, parse
from channels.crypto.wechat_family import CryptoCode, CryptoError, Opened, WeChatCrypto, aes_key_of, envelope
from channels.messaging.kinds import ChannelSettings, Rotating
from channels.messaging.port import ChannelRefused, Webhook

SKEW = timedelta(minutes=5)
"""How far a signed time may be from ours. The platforms try again for half a minute at most."""
TIMESTAMP = re.compile(r"[0-9]{1,10}")
MESSAGE_ID = re.compile(r"[!-~]{1,128}")
USER = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
ID = r"^[A-Za-z0-9_@-]{1,64}$"
IN_WORDS = {CryptoCode.SIGNATURE_WRONG: "signature", CryptoCode.RECEIVER_WRONG: "app"}


class CallbackSettings(ChannelSettings):
    """The receiving side, as the platform's console shows it."""

    token: Rotating
    """The Token that signs."""
    aes_key: Rotating
    """The EncodingAESKey, 43 letters."""

    @field_validator("aes_key")
    @classmethod
    def _a_key(cls, keys: Rotating) -> Rotating:
        for key in keys.values:
            try:
                aes_key_of(key)
            except CryptoError:
                raise ValueError("must be the 43 letters and digits of an EncodingAESKey") from None
        return keys

    def crypto(self, receive_id: str) -> WeChatCrypto:
        return WeChatCrypto(receive_id, self.token.values, self.aes_key.values)


@dataclass(frozen=True, slots=True)
class Told:
    """A verified message: its fields that are text or numbers, by the platform's names."""

    fields: dict[str, str]
    form: Literal["xml", "json"]
    opened: Opened

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def user(self) -> str:
        """Who sent it. Raises ChannelRefused shape."""
        return user_of(self.get("FromUserName"))

    def at(self, webhook: Webhook) -> datetime:
        """When it was sent; the time it came, when it does not say."""
        said = self.get("CreateTime")
        return instant(said) if TIMESTAMP.fullmatch(said) else webhook.received_at

    @property
    def message_id(self) -> str:
        """Its own id; an event has none and is known by who, when and what."""
        composed = (self.get("FromUserName"), self.get("CreateTime"), self.get("Event"), self.get("EventKey"))
        return usable_id(self.get("MsgId") or ":".join(part for part in composed if part))


def opened(webhook: Webhook, crypto: WeChatCrypto) -> Told:
    """Verify an encrypted push, then read it in whichever form the account has chosen.

    Raises ChannelRefused plain, signature, stale, app, decrypt, shape."""
    try:
        encrypt = envelope(webhook.body)
    except CryptoError:
        raise ChannelRefused("plain") from None
    open_message = verified(webhook, crypto, encrypt)
    if open_message.message.lstrip().startswith("<"):
        return Told(_of_xml(open_message.message), "xml", open_message)
    return Told(_of_json(open_message.message), "json", open_message)


def verified(webhook: Webhook, crypto: WeChatCrypto, encrypt: str) -> Opened:
    """Raises ChannelRefused signature, stale, app, decrypt."""
    query = webhook.query
    timestamp = query.get("timestamp", "")
    try:
        found = crypto.open(encrypt, query.get("msg_signature", ""), timestamp, query.get("nonce", ""))
    except CryptoError as error:
        raise ChannelRefused(IN_WORDS.get(error.code, "decrypt")) from None
    fresh(timestamp, webhook.received_at)
    return found


def fresh(timestamp: str, now: datetime) -> None:
    """Raises ChannelRefused stale for a time that is far from ours, or none."""
    if not TIMESTAMP.fullmatch(timestamp) or abs(now - instant(timestamp)) > SKEW:
        raise ChannelRefused("stale")


def instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def usable_id(text: str) -> str:
    """The same for the same: itself, or its hash when it is too long or has signs that no id has."""
    if MESSAGE_ID.fullmatch(text):
        return text
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def user_of(text: str) -> str:
    """Raises ChannelRefused shape for what cannot be a platform's user id."""
    if not USER.fullmatch(text):
        raise ChannelRefused("shape")
    return text


def _of_xml(message: str) -> dict[str, str]:
    try:
        tree = parse(message)
    except XmlRefusedError:
        raise ChannelRefused("shape") from None
    return {name: value for name, value in tree.items() if isinstance(value, str)}


def _of_json(message: str) -> dict[str, str]:
    try:
        tree = json.loads(message)
    except (ValueError, RecursionError):
        raise ChannelRefused("shape") from None
    if not isinstance(tree, dict):
        raise ChannelRefused("shape")
    return {name: str(value) for name, value in tree.items() if type(value) in {str, int}}
