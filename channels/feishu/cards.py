"""Cards with buttons, and what a pressed button brings back: a value that only we can have made, good once.

The dedupe key of a tap is the value's own, so pressing a button twice is one answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from channels.messaging.json_reading import Tree, id_at, text_at
from channels.messaging.port import ChannelRefused, Outgoing

PURPOSE = b"xinzhang feishu card tap 1"
LIFETIME = timedelta(hours=24)
"""Older buttons are refused: what they were an answer to is long over."""


class Taps:
    """Signs and reads the values of buttons, with keys made from the app's secrets, the current one first."""

    def __init__(self, app_id: str, secrets: Sequence[str]) -> None:
        self._app_id = app_id
        self._keys = [hmac.digest(secret.encode(), PURPOSE, hashlib.sha256) for secret in secrets]

    def value(self, user: str, key: str, nth: int, label: str, now: datetime) -> dict[str, str]:
        """What the platform hands back when button `nth` of message `key` is pressed."""
        until = str(int((now + LIFETIME).timestamp()))
        return {
            "key": key,
            "nth": str(nth),
            "label": label,
            "until": until,
            "sign": self._sign(self._keys[0], user, key, str(nth), label, until),
        }

    def read(self, value: Tree, user: str, now: datetime) -> tuple[str, str]:
        """The tap's own id and the button's label. Raises ChannelRefused: signature, stale."""
        parts = [user, id_at(value, "key"), id_at(value, "nth"), text_at(value, "label"), id_at(value, "until")]
        given = text_at(value, "sign").encode(errors="replace")
        if not any([hmac.compare_digest(self._sign(key, *parts).encode(), given) for key in self._keys]):  # noqa: C419
            raise ChannelRefused("signature")
        if now.timestamp() > int(parts[4]):
            raise ChannelRefused("stale")
        return f"tap:{parts[1]}:{parts[2]}", parts[3]

    def _sign(self, key: bytes, *parts: str) -> str:
        content = json.dumps([self._app_id, *parts]).encode()
        return base64.urlsafe_b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def card_of(outgoing: Outgoing, taps: Taps, now: datetime) -> dict[str, Any]:
    """The interactive card. All texts are plain: nothing a customer wrote can become markup or a mention."""
    buttons = [
        {
            "tag": "button",
            "text": _plain(label),
            "type": "default",
            "value": taps.value(outgoing.user, outgoing.key, nth, label, now),
        }
        for nth, label in enumerate(outgoing.choices)
    ]
    buttons += [
        {"tag": "button", "text": _plain(link.label), "type": "primary", "url": link.url} for link in outgoing.links
    ]
    elements: list[dict[str, Any]] = [{"tag": "div", "text": _plain(outgoing.text)}]
    if buttons:
        elements.append({"tag": "action", "actions": buttons})
    card: dict[str, Any] = {"config": {"wide_screen_mode": True}, "elements": elements}
    if outgoing.card:
        card["header"] = {"title": _plain(outgoing.card.title)}
    return card


def _plain(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}
