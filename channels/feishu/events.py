"""What an opened and checked event means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from channels.feishu.cards import Taps
from channels.messaging.json_reading import Tree, id_at, instant, list_at, parse, text_at, tree_at
from channels.messaging.port import ChannelRefused, EventName, Incoming, Kind

EVENTS: Mapping[str, tuple[EventName, tuple[str, ...]]] = {
    "im.chat.access_event.bot_p2p_chat_entered_v1": ("enter", ("event", "operator_id", "open_id")),
    "contact.user.deleted_v3": ("unfollow", ("event", "object", "open_id")),  # left the company
}
"""Events that are not messages: what they are to us, and where they name the person."""


class Reader:
    """Turns events of one app into messages."""

    def __init__(self, channel: str, app_id: str, taps: Taps) -> None:
        self._channel = channel
        self._app_id = app_id
        self._taps = taps

    def read(self, event: Tree, received_at: datetime) -> Incoming | None:
        """None for what is of no concern. Raises ChannelRefused shape."""
        kind = text_at(event, "header", "event_type")
        at = instant(text_at(event, "header", "create_time"), received_at)
        if kind == "im.message.receive_v1":
            return self._message(event, at)
        if kind == "card.action.trigger":
            return self._tap(event, received_at)
        if kind in EVENTS:
            name, where = EVENTS[kind]
            return self._incoming(id_at(event, *where), id_at(event, "header", "event_id"), "event", "", at, event=name)
        return None

    def _message(self, event: Tree, at: datetime) -> Incoming | None:
        if text_at(event, "event", "sender", "sender_type") not in ("user", ""):
            return None  # a robot's: two that answer each other would never end
        message = tree_at(event, "event", "message")
        # A group's message is answered to its writer alone: an account's figures are not for the others.
        user = id_at(event, "event", "sender", "sender_id", "open_id")
        message_id = id_at(message, "message_id")
        if text_at(message, "message_type") not in ("text", "post"):
            return self._incoming(user, message_id, "other", "", at)
        return self._incoming(user, message_id, "text", _text_of(message), at)

    def _tap(self, event: Tree, at: datetime) -> Incoming:
        user = id_at(event, "event", "operator", "open_id")
        value = tree_at(event, "event", "action", "value")
        tap_id, label = self._taps.read(value, user, at)
        return self._incoming(user, tap_id, "choice", label, at)

    def _incoming(
        self, user: str, message_id: str, kind: Kind, text: str, at: datetime, *, event: EventName | None = None
    ) -> Incoming:
        return Incoming(
            channel=self._channel,
            account=self._app_id,
            user=user,
            message_id=message_id,
            kind=kind,
            text=text,
            at=at,
            event=event,
        )


def _text_of(message: Tree) -> str:
    """The text without its mentions, which stand in it as keys (`@_user_1`)."""
    try:
        content = parse(text_at(message, "content"))
    except ChannelRefused:
        return ""
    text = text_at(content, "text") or _text_of_post(content)
    keys = [text_at(mention, "key") for mention in list_at(message, "mentions") if isinstance(mention, dict)]
    # The longest first, or @_user_1 would leave the 0 of @_user_10 behind.
    for key in sorted({*keys, "@_all"} - {""}, key=len, reverse=True):
        text = text.replace(key, "")
    return text.strip()


def _text_of_post(content: Tree) -> str:
    """The words of a rich text, which the desktop app makes of anything pasted; pictures and mentions are left out."""
    lines = [line for line in list_at(content, "content") if isinstance(line, list)]
    words = ["".join(text_at(part, "text") for part in line if _is_words(part)) for line in lines]
    return "\n".join([text_at(content, "title"), *words]).strip()


def _is_words(part: object) -> bool:
    return isinstance(part, dict) and part.get("tag") in ("text", "a")
