"""WeCom 企业微信, a self-built app: it reaches the lender's own people, loan officers first of all.

Source: developer.work.weixin.qq.com, receiving messages (always encrypted) and message/send."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Literal

from pydantic import Field

from channels.messaging.kinds import Around, Rotating
from channels.messaging.port import (
    ChannelLimits,
    ChannelRefused,
    EventName,
    Incoming,
    Outgoing,
    Pump,
    Received,
    Unreachable,
    Webhook,
)
from channels.wechat.corp import EMPTY, corp_api, url_check
from channels.wechat.inbound import ID, CallbackSettings, opened
from channels.wechat.official_account import meaning

MOST_BYTES = 2048
ROOM_FOR_LINKS = 448
CARD_TITLE_BYTES = 128
CARD_TEXT_BYTES = 512
SAME_AGAIN_SECONDS = 60
"""Of one text to one person the platform shows one in this time. Long enough for our own second try, short enough that
a person who asks the same thing again is answered again: it compares contents, not keys."""
EVENTS: Mapping[str, EventName] = {
    "subscribe": "follow",
    "unsubscribe": "unfollow",
    "enter_agent": "enter",
    "click": "menu",
}
LIMITS = ChannelLimits(
    text_bytes=MOST_BYTES - ROOM_FOR_LINKS,
    choices="numbered",
    links="native",
    user_per_minute=30,  # beyond it the platform drops without a word
)


class Settings(CallbackSettings):
    """One app, as the admin console shows it (app management, receive messages: set by API)."""

    kind: Literal["wecom_app"]
    corp_id: str = Field(pattern=ID)
    agent_id: int = Field(gt=0)
    secret: Rotating


def open_adapter(name: str, settings: Settings, around: Around) -> WeComApp:
    return WeComApp(name, settings, around)


class WeComApp:
    """See `channels.messaging.port.Adapter`."""

    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self._name = name
        self._agent_id = settings.agent_id
        self._crypto = settings.crypto(settings.corp_id)
        self._api = corp_api(around, settings.base_url, settings.corp_id, settings.secret.values)

    @property
    def name(self) -> str:
        return self._name

    @property
    def limits(self) -> ChannelLimits:
        return LIMITS

    def receive(self, webhook: Webhook) -> Received:
        """See the port. Raises ChannelRefused url_check, signature, stale, plain, app, decrypt, shape."""
        if webhook.method == "GET":
            return Received(url_check(webhook, self._crypto))
        told = opened(webhook, self._crypto)
        if told.get("AgentID") != str(self._agent_id):  # another app of the same corporation
            raise ChannelRefused("app")
        kind, text, event = meaning(told, EVENTS)
        message = Incoming(
            channel=self._name,
            account=str(self._agent_id),
            user=told.user,
            message_id=told.message_id,
            kind=kind,
            text=text,
            at=told.at(webhook),
            event=event,
        )
        return Received(EMPTY, (message,))

    async def send(self, outgoing: Outgoing) -> None:
        """See the port."""
        body = {
            "touser": outgoing.user,
            "agentid": self._agent_id,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_AGAIN_SECONDS,
            **_content(outgoing),
        }
        answer = await self._api.call("/cgi-bin/message/send", body)
        if answer.get("invaliduser"):  # the call went well, the person is not there any more
            raise Unreachable("invaliduser")

    async def hand_over(self, account: str, user: str) -> bool:
        return False

    async def run(self, pump: Pump) -> None:
        return

    async def aclose(self) -> None:
        return


def _content(outgoing: Outgoing) -> dict[str, Any]:
    """A text card where there is one address and the whole text fits on it, else the text with its addresses."""
    card = outgoing.card
    title = card.title if card else ""
    if len(outgoing.links) == 1 and title and _fits(title, CARD_TITLE_BYTES) and _fits(outgoing.text, CARD_TEXT_BYTES):
        (link,) = outgoing.links
        drawn = {"title": title, "description": outgoing.text, "url": link.url, "btntxt": link.label[:4]}
        return {"msgtype": "textcard", "textcard": drawn}
    addresses = [f'<a href="{escape(link.url)}">{escape(link.label)}</a>' for link in outgoing.links]
    return {"msgtype": "text", "text": {"content": "\n".join([outgoing.text, *addresses])}}


def _fits(text: str, most: int) -> bool:
    return len(text.encode()) <= most
