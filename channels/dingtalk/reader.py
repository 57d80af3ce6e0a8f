"""What robot messages and events mean, whichever way they came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from channels.messaging.json_reading import ID, Tree, id_at, instant, list_at, text_at
from channels.messaging.port import ChannelRefused, Incoming

OWN_ORIGINS = frozenset({"https://oapi.dingtalk.com", "https://api.dingtalk.com"})
ALONE = "1"
"""`conversationType` of a talk between one person and the robot; "2" is a group."""
LEFT = frozenset({"user_leave_org"})


WEB_ADDRESS = re.compile(r"https?://[\x21-\x7e]{1,1000}")


def origin_of(url: str) -> str:
    """Scheme, host and port as written; empty for what is no plain web address."""
    if not WEB_ADDRESS.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        if parts.username is not None or not parts.hostname:
            return ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}"


class Reader:
    """Reads for one robot of one company.

    `origins` are where a session webhook may lead: anything else in a message would make us call strangers' servers
    with an account's figures, or our own network's."""

    def __init__(self, channel: str, robot_code: str, corp_id: str, origins: Iterable[str]) -> None:
        self._channel = channel
        self._robot_code = robot_code
        self._corp_id = corp_id
        self._origins = frozenset(origins)

    def may_post_to(self, url: str) -> bool:
        return origin_of(url) in self._origins

    def message(self, body: Tree, received_at: datetime) -> Incoming:
        """Raises ChannelRefused: app for another robot or company, shape."""
        if text_at(body, "robotCode") != self._robot_code or text_at(body, "chatbotCorpId") != self._corp_id:
            raise ChannelRefused("app")
        text = _text_of(body)
        return Incoming(
            channel=self._channel,
            account=self._robot_code,
            user=id_at(body, "senderStaffId") if text_at(body, "senderStaffId") else id_at(body, "senderId"),
            message_id=id_at(body, "msgId"),
            kind="other" if text is None else "text",
            # In a group a blank is left where the robot's name was.
            text=(text or "").strip(),
            at=instant(text_at(body, "createAt"), received_at),
            reply_context=self._context(body),
        )

    def left(self, event: Tree, event_type: str, event_id: str, received_at: datetime) -> tuple[Incoming, ...]:
        """Those who are no longer with the company; empty for any other event."""
        if event_type not in LEFT:
            return ()
        users = list_at(event, "userId") or list_at(event, "UserId")
        return tuple(
            Incoming(
                channel=self._channel,
                account=self._robot_code,
                user=user,
                message_id=f"left:{event_id}:{nth}",
                kind="event",
                text="",
                at=received_at,
                event="unfollow",
            )
            for nth, user in enumerate(users)
            if isinstance(user, str) and ID.fullmatch(user)
        )

    def _context(self, body: Tree) -> dict[str, str]:
        """The session webhook of a talk with one person. A group's would show an account's figures to all of it."""
        webhook = text_at(body, "sessionWebhook")
        until = text_at(body, "sessionWebhookExpiredTime")
        if text_at(body, "conversationType") != ALONE or not self.may_post_to(webhook):
            return {}
        return {"webhook": webhook, "webhook_until": until}


def _text_of(body: Tree) -> str | None:
    """The words of a text or of a rich text; None for anything else."""
    kind = text_at(body, "msgtype")
    if kind == "text":
        return text_at(body, "text", "content")
    if kind == "richText":
        parts = [text_at(part, "text") for part in list_at(body, "content", "richText") if isinstance(part, dict)]
        return "".join(parts) or None
    return None
