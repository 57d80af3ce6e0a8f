"""A WeCom with one self-built app and the corporation's people."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit.kernel.clock import Clock
from tools.fakes.wechat_family import Family, RefusedCall, too_long, written

MOST_TEXT = 2048
MOST_TITLE, MOST_DESCRIPTION, MOST_BUTTON = 128, 512, 4
PER_MINUTE = 30
AGENT = 1000002


class Fake(Family):
    """See `tools.fakes`."""

    refusals: ClassVar[Mapping[str, int]] = {"quota": 45009, "busy": -1, "unreachable": 60111, "refused": 40058}

    def __init__(self, hook_url: str, *, clock: Clock | None = None, http: httpx.AsyncClient | None = None) -> None:
        super().__init__(hook_url, "ww" + secrets.token_hex(8), clock=clock, http=http)
        self._links: dict[str, dict[str, str]] = {}
        self.dropped = 0
        """Messages that were taken and not shown: repeats, and those beyond the minute's thirty."""
        self._gone: set[str] = set()
        self._sent: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)

    def settings(self) -> dict[str, object]:
        return {
            "kind": "wecom_app",
            "corp_id": self.receive_id,
            "agent_id": AGENT,
            "secret": {"current": self.app_secret},
            **self.callback_settings(),
        }

    def routes(self) -> list[Any]:
        return [
            Route("/cgi-bin/gettoken", self._token, methods=["GET"]),
            self.call("/cgi-bin/message/send", self._take),
        ]

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, user: str, text: str) -> None:
        await self.deliver(self.message(user, text))

    async def press(self, user: str, label: str) -> None:
        raise KeyError(label)  # this platform has no chips: people answer with a number

    async def enter(self, user: str) -> None:
        await self.deliver(self.event(user, "enter_agent"))

    async def leave(self, user: str) -> None:
        self._gone.add(user)
        await self.deliver(self.event(user, "unsubscribe"))

    async def deliver(self, fields: dict[str, str | int]) -> None:
        await self.insist(lambda: self.seal(written(fields, "xml")))

    # ── pushes, also for tests that want them wrong ─────────────────────────────────────────────────────────

    def message(self, user: str, text: str) -> dict[str, str | int]:
        self._gone.discard(user)  # whoever writes is there
        return {**self._head(user, "text"), "Content": text, "MsgId": int(self.number())}

    def event(self, user: str, name: str) -> dict[str, str | int]:
        return {**self._head(user, "event"), "Event": name, "EventKey": ""}

    def other(self, user: str, kind: str) -> dict[str, str | int]:
        return {**self._head(user, kind), "MediaId": "m", "MsgId": int(self.number())}

    def url_check(self, echo: str, **sealing: Any) -> dict[str, str]:
        """The query of the console's check."""
        push = self.seal(echo, form="json", **sealing)
        return {**push.query, "echostr": push.body.decode().split('"Encrypt": "')[1].split('"')[0]}

    def _head(self, user: str, kind: str) -> dict[str, str | int]:
        now = int(self.clock.now().timestamp())
        head: dict[str, str | int] = {"ToUserName": self.receive_id, "FromUserName": user, "CreateTime": now}
        return {**head, "MsgType": kind, "AgentID": AGENT}

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _token(self, request: Request) -> Response:
        known = request.query_params.get("corpid") == self.receive_id
        return self.give_token(request.query_params.get("corpsecret") if known else None)

    def _take(self, body: dict[str, Any]) -> dict[str, Any]:
        user, links = body["touser"], {}
        if body["agentid"] != AGENT:
            raise RefusedCall(40056)
        if body["msgtype"] == "textcard":
            card = body["textcard"]
            text, links = card["description"], {card.get("btntxt", ""): card["url"]}
            if too_long(card["title"], MOST_TITLE) or too_long(text, MOST_DESCRIPTION):
                raise RefusedCall(40058)
            if len(card.get("btntxt", "")) > MOST_BUTTON:
                raise RefusedCall(40058)
        else:
            text = body["text"]["content"].encode()[:MOST_TEXT].decode(errors="ignore")  # the rest is not shown
        if user in self._gone:
            return {"invaliduser": user}
        again = body.get("duplicate_check_interval", 1800) if body.get("enable_duplicate_check") else 0
        if self._dropped(user, text, timedelta(seconds=again)):
            self.dropped += 1
            return {}
        self._sent[user].append((self.clock.now(), text))
        self.show(user, text)
        if links:
            self._links[user] = links
        return {}

    def links(self, user: str) -> dict[str, str]:
        """The address behind the button of the newest text card."""
        return self._links.get(user, {})

    def _dropped(self, user: str, text: str, again: timedelta) -> bool:
        now = self.clock.now()
        lately = [said for at, said in self._sent[user] if now - at < timedelta(minutes=1)]
        repeats = [said for at, said in self._sent[user] if now - at < again and said == text]
        return len(lately) >= PER_MINUTE or bool(repeats)
