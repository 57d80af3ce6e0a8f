"""微信客服: how WeCom reaches customers in WeChat. A callback says that something is there; it is fetched by cursor.

Source: developer.work.weixin.qq.com, 微信客服: sync_msg, send_msg, send_msg_on_event, service_state. The bot speaks in
states 0 (new) and 1 (bot); in 2 (queue) and 3 (person) it is silent, and 4 (closed) wakes it."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Any, Literal

import httpx
from pydantic import Field

from channels.messaging.kinds import Around, Rotating
from channels.messaging.port import (
    ChannelLimits,
    Outgoing,
    Pull,
    Pump,
    Quota,
    QuotaSpent,
    Received,
    SendFailed,
    SendLater,
    TokenRefused,
    Unreachable,
    Webhook,
)
from channels.wechat.corp import corp_api, url_check
from channels.wechat.inbound import ID, CallbackSettings, opened
from channels.wechat.official_account import SUCCESS
from channels.wechat.pulled import EVENT_CODE, Puller

QUEUE, PERSON = 2, 3
WITH_PERSON = frozenset({QUEUE, PERSON})
WRONG_STATE = "95018"
MOST_CODES = 10_000
SPENT = "spent"
LIMITS = ChannelLimits(
    text_bytes=2048,
    choices="menu",
    most_choices=10,
    choice_bytes=128,
    text_bytes_with_choices=1024,
    quota=Quota(5, timedelta(hours=48)),
    desk=True,
)


class Settings(CallbackSettings):
    """The app that may use 微信客服 by API, and the accounts it answers for."""

    kind: Literal["wecom_kf"]
    corp_id: str = Field(pattern=ID)
    secret: Rotating
    """Of a self-built app: the system app's is refused since the end of 2023."""
    open_kfids: tuple[str, ...] = Field(min_length=1)
    servicers: tuple[str, ...] = ()
    """User ids of the people who take over, asked in this order; none or none on duty: the platform's queue."""
    skip_older_minutes: int = Field(default=10, ge=0)
    """At the very first run, when there is no cursor: what is older is left alone."""


def open_adapter(name: str, settings: Settings, around: Around) -> CustomerService:
    return CustomerService(name, settings, around)


class CustomerService:
    """See `channels.messaging.port.Adapter`."""

    def __init__(self, name: str, settings: Settings, around: Around) -> None:
        self._name = name
        self._accounts = settings.open_kfids
        self._servicers = settings.servicers
        self._crypto = settings.crypto(settings.corp_id)
        self._api = corp_api(around, settings.base_url, settings.corp_id, settings.secret.values)
        self._puller = Puller(
            name,
            self._api,
            around.clock,
            accounts=settings.open_kfids,
            skip_older_minutes=settings.skip_older_minutes,
            with_person=self._with_person,
        )
        self._codes: OrderedDict[str, str] = OrderedDict()

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
        account = told.get("OpenKfId")
        if told.get("Event") != "kf_msg_or_event" or account not in self._accounts:
            return Received(SUCCESS)
        return Received(SUCCESS, pull=Pull(account, told.get("Token")[:128]))

    async def send(self, outgoing: Outgoing) -> None:
        """See the port. Our key is the platform's `msgid`, by which a failed delivery is told later."""
        content = {"msgid": outgoing.key, **_content(outgoing)}
        code = outgoing.reply_context.get(EVENT_CODE, "")
        if code and self._first_with(code, outgoing.key) and await self._sent_on_event(code, content):
            return
        body = {"touser": outgoing.user, "open_kfid": outgoing.account, **content}
        try:
            await self._api.call("/cgi-bin/kf/send_msg", body)
        except SendFailed as refused:
            if refused.code != WRONG_STATE or await self._with_person(outgoing.account, outgoing.user):
                raise
            raise QuotaSpent(WRONG_STATE) from None  # closed: it opens again when the customer writes

    async def hand_over(self, account: str, user: str) -> bool:
        """See the port."""
        try:
            taken = await self._with_person(account, user) or await self._given(account, user)
        except (SendLater, QuotaSpent, Unreachable, TokenRefused, SendFailed, httpx.HTTPError):
            return False
        if taken:
            self._puller.handed_over(user)
        return taken

    async def run(self, pump: Pump) -> None:
        """See the port. One puller for all accounts, so never two for one."""
        await self._puller.run(pump)

    async def aclose(self) -> None:
        return

    async def _sent_on_event(self, code: str, content: dict[str, Any]) -> bool:
        """Whether the platform took it. A code lives for seconds: late, only the usual way is left."""
        try:
            await self._api.call("/cgi-bin/kf/send_msg_on_event", {"code": code, **content})
        except SendFailed:
            self._codes[code] = SPENT
            return False
        return True

    async def _given(self, account: str, user: str) -> bool:
        turns: list[dict[str, Any]] = [
            {"service_state": PERSON, "servicer_userid": servicer} for servicer in self._servicers
        ]
        for turn in [*turns, {"service_state": QUEUE}]:
            try:
                await self._api.call(
                    "/cgi-bin/kf/service_state/trans", {"open_kfid": account, "external_userid": user, **turn}
                )
            except SendFailed:  # 95014 not on duty, or a state it cannot be given from: the next one
                continue
            return True
        return False

    async def _with_person(self, account: str, user: str) -> bool:
        asked = {"open_kfid": account, "external_userid": user}
        return (await self._api.call("/cgi-bin/kf/service_state/get", asked)).get("service_state") in WITH_PERSON

    def _first_with(self, code: str, key: str) -> bool:
        """Whether this message may use the event's code, which is good for one; its later tries may again."""
        while len(self._codes) >= MOST_CODES:
            self._codes.popitem(last=False)
        return self._codes.setdefault(code, key) == key


def _content(outgoing: Outgoing) -> dict[str, Any]:
    if not outgoing.choices:
        return {"msgtype": "text", "text": {"content": outgoing.text}}
    chips = [
        {"type": "click", "click": {"id": str(nth), "content": label}} for nth, label in enumerate(outgoing.choices, 1)
    ]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": outgoing.text, "list": chips}}
