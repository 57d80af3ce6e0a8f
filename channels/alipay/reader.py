"""What the XML inside a verified form means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from channels.crypto.skew import is_fresh
from channels.messaging.json_reading import Tree, id_at, instant, text_at
from channels.messaging.port import ChannelRefused, EventName, Incoming

SKEW = timedelta(hours=1)
"""A message that is tried again keeps the time of its first try; older ones are somebody's recording."""

EVENTS: Mapping[str, EventName] = {"follow": "follow", "unfollow": "unfollow", "enter": "enter", "click": "menu"}
WINDOWS: Mapping[str, tuple[str, timedelta]] = {
    "follow": ("follow", timedelta(minutes=5)),
    "click": ("click", timedelta(minutes=5)),
    "enter": ("enter_ppchat", timedelta(days=1)),  # one message in it
}
"""By event: what an answer to it must call it, and until when there may be one."""


class Reader:
    """Reads for one app."""

    def __init__(self, channel: str, app_id: str) -> None:
        self._channel = channel
        self._app_id = app_id

    def check_ours(self, content: Tree) -> None:
        """Raises ChannelRefused app. The address check of an app that is not live yet may name none."""
        if text_at(content, "AppId") not in ("", self._app_id):
            raise ChannelRefused("app")

    def read(self, content: Tree, received_at: datetime) -> Incoming:
        """Raises ChannelRefused: app, stale, shape."""
        self.check_ours(content)
        created = text_at(content, "CreateTime")
        if not is_fresh(created, unit=timedelta(milliseconds=1), now=received_at, limit=SKEW):
            raise ChannelRefused("stale")
        at = instant(created, received_at)
        user = _user_of(content)
        event = text_at(content, "EventType")
        is_text = text_at(content, "MsgType") == "text"
        known = None if is_text else EVENTS.get(event)
        text = text_at(content, "Text", "Content") or text_at(content, "Text") if is_text else ""
        return Incoming(
            channel=self._channel,
            account=self._app_id,
            user=user,
            message_id=id_at(content, "MsgId") if text_at(content, "MsgId") else f"{user[:80]}-{created}-{event[:20]}",
            kind="text" if is_text else "event" if event else "other",
            text=text_at(content, "ActionParam") if known == "menu" else text,
            at=at,
            event=known if known or is_text or not event else "ignored",
            # Never empty: what was kept of an earlier event would count as this message's.
            reply_context={"event_type": "", **(_context(event, at) if known else {})},
        )


def _user_of(content: Tree) -> str:
    """The user id, or the open id of accounts that are given no other."""
    for name in ("FromAlipayUserId", "FromOpenId", "FromUserId"):
        if text_at(content, name):
            return id_at(content, name)
    raise ChannelRefused("shape")


def _context(event: str, at: datetime) -> dict[str, str]:
    if event not in WINDOWS:
        return {}
    name, window = WINDOWS[event]
    return {"event_type": name, "until": str(int((at + window).timestamp() * 1000))}
