"""What 微信客服 has for us, fetched page by page: first the page is stored, then its cursor counts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from channels.messaging.port import (
    EventName,
    Incoming,
    Kind,
    Pull,
    Pump,
    QuotaSpent,
    SendFailed,
    SendLater,
    TokenRefused,
    Unreachable,
)
from channels.wechat.api import Api
from channels.wechat.inbound import USER, usable_id
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError

EVENT_CODE = "event_code"
"""In a reply's context: a code that sends one message because of an event (welcome, end of a session)."""
PAGE = 1000
LOOK_AGAIN_SECONDS = 300.0
"""Without a callback's token the platform allows few calls; what a lost callback left is found by this look."""
LONGEST_REST = 60.0
ALARM_AFTER = 5
"""Failures in a row, about a minute and a half. The platform keeps messages for three days."""
TOKEN_OVER = "95007"  # noqa: S105 - a code
CUSTOMER, SYSTEM, PERSON = 3, 4, 5
ENDED = 3
MOST_KNOWN = 100_000
PORT_ERRORS = (SendLater, TokenRefused, QuotaSpent, Unreachable)


class Puller:
    """The only one that pulls for these accounts."""

    def __init__(
        self,
        channel: str,
        api: Api,
        clock: Clock,
        *,
        accounts: tuple[str, ...],
        skip_older_minutes: int,
        with_person: Callable[[str, str], Awaitable[bool]],
    ) -> None:
        self._channel = channel
        self._api = api
        self._clock = clock
        self._accounts = accounts
        self._skip_older = timedelta(minutes=skip_older_minutes)
        self._with_person = with_person
        self._held: OrderedDict[str, bool] = OrderedDict()

    async def run(self, pump: Pump) -> None:
        """Fetch whatever is there, then wait for callbacks."""
        for account in self._accounts:
            await self._fetch(Pull(account), pump)
        while True:
            pull = await pump.next_pull(LOOK_AGAIN_SECONDS)
            due = {pull.account: pull} if pull else {account: Pull(account) for account in self._accounts}
            while more := await pump.next_pull(
                0
            ):  # of many callbacks one fetch brings everything; the newest token counts
                due[more.account] = more
            for one in due.values():
                await self._fetch(one, pump)

    def handed_over(self, user: str, held: bool = True) -> None:
        """Remember whether a person has the user's conversation."""
        self._held[user] = held
        self._held.move_to_end(user)
        while len(self._held) > MOST_KNOWN:
            self._held.popitem(last=False)

    async def _fetch(self, pull: Pull, pump: Pump) -> None:
        """All pages there are. Whatever fails is tried again from the last cursor that was stored."""
        token, failures, more = pull.token, 0, True
        while more:
            try:
                more = await self._page(pull.account, token, pump)
                failures = 0
            except SendFailed as refused:
                if refused.code != TOKEN_OVER or not token:
                    pump.alarm("pull_refused", account=pull.account, platform_code=refused.code)
                    return
                token = ""
            except (*PORT_ERRORS, httpx.HTTPError, CreditError) as error:
                failures += 1
                if failures % ALARM_AFTER == 0:
                    pump.alarm("pull_failing", account=pull.account, failures=failures, error=type(error).__name__)
                await pump.rest(min(2.0**failures, LONGEST_REST))

    async def _page(self, account: str, token: str, pump: Pump) -> bool:
        """One page, stored with its cursor; whether there is another."""
        cursor = await pump.cursor(account)
        asked = {"cursor": cursor, "limit": PAGE, "voice_format": 0, "open_kfid": account}
        page = await self._api.call("/cgi-bin/kf/sync_msg", {**asked, **({"token": token} if token else {})})
        messages = [message for entry in page.get("msg_list") or () if (message := self._read(account, entry))]
        if not cursor:
            messages = [each for each in messages if self._clock.now() - each.at <= self._skip_older]
        following = str(page.get("next_cursor") or cursor)
        await pump.take(await self._with_state(account, messages), cursor=(account, following))
        return bool(page.get("has_more")) and following != cursor

    def _read(self, account: str, entry: Mapping[str, Any]) -> Incoming | None:
        """None for what is not from or about a customer, or not readable: one odd entry must not stop the rest."""
        try:
            event = entry.get("event") or {}
            user = str(entry.get("external_userid") or event.get("external_userid") or "")
            message_id, at = usable_id(str(entry["msgid"])), datetime.fromtimestamp(int(entry["send_time"]), UTC)
            kind, text, name, context = _meaning(entry, event)
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
            return None
        if not USER.fullmatch(user):
            return None
        return Incoming(self._channel, account, user, message_id, kind, text, at, name, context)

    async def _with_state(self, account: str, messages: list[Incoming]) -> list[Incoming]:
        """The page, with the state before a customer's message where it may have changed unnoticed.

        A session that ends by itself after 48 hours, or while we were away, must not leave the bot silent for ever.
        Asked for a user whom a person is known to have, and once for each who is new to this process."""
        page: list[Incoming] = []
        for message in messages:
            if message.event in {"handed_over", "handed_back"}:
                self.handed_over(message.user, message.event == "handed_over")
            elif message.kind != "event" and self._held.get(message.user, True):
                held = await self._looked_up(account, message.user)
                if held is not None and held != self._held.get(message.user):
                    page.append(_with_person(message, held))
                    self.handed_over(message.user, held)
            page.append(message)
        return page

    async def _looked_up(self, account: str, user: str) -> bool | None:
        """None when the platform does not tell: then everything stays as it was."""
        try:
            return await self._with_person(account, user)
        except (*PORT_ERRORS, SendFailed, httpx.HTTPError):
            return None


def _with_person(before: Incoming, held: bool) -> Incoming:
    known = usable_id(f"state:{before.message_id}")
    event: EventName = "handed_over" if held else "handed_back"
    return Incoming(before.channel, before.account, before.user, known, "event", "", before.at, event)


def _meaning(entry: Mapping[str, Any], event: Mapping[str, Any]) -> tuple[Kind, str, EventName | None, dict[str, str]]:
    match int(entry["origin"]), str(entry["msgtype"]):
        case (origin, "text") if origin == CUSTOMER:
            text = entry["text"]
            return ("choice" if text.get("menu_id") else "text"), str(text["content"]), None, {}
        case (origin, "event") if origin == SYSTEM:
            return "event", *_of_event(event)
        case (origin, _) if origin == CUSTOMER:
            return "other", "", None, {}
        case (origin, _) if origin == PERSON:  # whoever writes has the conversation
            return "event", "", "handed_over", {}
        case _:
            return "event", "", "ignored", {}


def _of_event(event: Mapping[str, Any]) -> tuple[str, EventName, dict[str, str]]:
    code = str(event.get("welcome_code") or event.get("msg_code") or "")
    context = {EVENT_CODE: code} if code else {}
    match event.get("event_type"):
        case "enter_session":
            # Without a code there was talk within 48 hours, or a welcome of the console's own.
            return "", "enter" if code else "ignored", context
        case "session_status_change":
            return "", "handed_back" if int(event["change_type"]) == ENDED else "handed_over", context
        case "msg_send_fail":
            return str(event.get("fail_type", "")), "delivery_failed", {"failed": str(event.get("fail_msgid", ""))}
        case _:
            return "", "ignored", {}
