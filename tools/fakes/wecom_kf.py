"""A WeCom with one 微信客服 account: its customers in WeChat, and the people at its desk."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit.kernel.clock import Clock
from tools.fakes.wechat_family import Family, Push, RefusedCall, too_long, written

MOST_TEXT, MOST_HEAD, MOST_LABEL, MOST_ID = 2048, 1024, 128, 64
MOST_CHIPS = 10
MOST_CURSOR = 64
MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")
NEW, BOT, QUEUE, PERSON, CLOSED = range(5)
CUSTOMER, SYSTEM, DESK = 3, 4, 5
MAY_GO = {
    NEW: {BOT, QUEUE, PERSON, CLOSED},
    BOT: {QUEUE, PERSON, CLOSED},
    QUEUE: {PERSON, CLOSED},
    PERSON: {PERSON, CLOSED},
}
BLOCKED = 2
"""Why a message did not arrive, as the platform counts: the customer refused it."""


class Fake(Family):
    """See `tools.fakes`. The gateway is only told that something is there; it fetches by `sync_msg`."""

    refusals: ClassVar[Mapping[str, int]] = {
        "quota": 95001,
        "busy": -1,
        "unreachable": 45015,
        "refused": 45002,
        "state": 95018,
    }

    def __init__(self, hook_url: str, *, clock: Clock | None = None, http: httpx.AsyncClient | None = None) -> None:
        super().__init__(hook_url, "ww" + secrets.token_hex(8), clock=clock, http=http)
        self.account = "wk" + secrets.token_hex(8)
        self.servicer = "desk-1"
        self.on_duty = True
        self.page = 1000
        """Entries on a page at most, so that a test can have many pages."""
        self.pulls: list[str] = []
        """Cursor of every page that was fetched."""
        self.states: dict[str, int] = {}
        self.log: list[dict[str, Any]] = []
        self.blocked: set[str] = set()
        """Customers whom messages are taken for and do not reach."""
        self._pull_tokens: set[str] = set()
        self._codes: dict[str, str] = {}
        self._msgids: set[str] = set()

    def settings(self) -> dict[str, object]:
        return {
            "kind": "wecom_kf",
            "corp_id": self.receive_id,
            "secret": {"current": self.app_secret},
            "open_kfids": [self.account],
            "servicers": [self.servicer],
            **self.callback_settings(),
        }

    def routes(self) -> list[Any]:
        return [
            Route("/cgi-bin/gettoken", self._token, methods=["GET"]),
            self.call("/cgi-bin/kf/sync_msg", self._sync, at="sync"),
            self.call("/cgi-bin/kf/send_msg", self._take),
            self.call("/cgi-bin/kf/send_msg_on_event", self._take_on_event),
            self.call("/cgi-bin/kf/service_state/get", self._state, at="state"),
            self.call("/cgi-bin/kf/service_state/trans", self._move, at="state"),
        ]

    # ── customers ───────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, user: str, text: str) -> None:
        self.write(user, text)
        await self.tell()

    async def press(self, user: str, label: str) -> None:
        self.write(user, label, menu_id=self.chip(user, label))
        await self.tell()

    async def enter(self, user: str) -> None:
        """Open the chat. Only after a long silence does this bring a code for a welcome."""
        code = {} if user in self._windows else {"welcome_code": self._code(user)}
        self._event(user, "enter_session", scene="oa", **code)
        await self.tell()

    # ── people at the desk ──────────────────────────────────────────────────────────────────────────────────

    async def desk_takes(self, user: str) -> None:
        self.states[user] = PERSON
        self._event(user, "session_status_change", change_type=1, new_servicer_userid=self.servicer)
        await self.tell()

    async def desk_says(self, user: str, text: str) -> None:
        self.show(user, text)
        self._add({"external_userid": user, "origin": DESK, "msgtype": "text", "text": {"content": text}})
        await self.tell()

    async def desk_ends(self, user: str, *, silently: bool = False) -> None:
        """`silently`: the platform closes it after 48 hours and its event is lost."""
        self.states[user] = CLOSED
        if not silently:
            self._event(user, "session_status_change", change_type=3, msg_code=self._code(user))
            await self.tell()

    # ── what is there to be fetched, and the word that it is ────────────────────────────────────────────────

    def write(self, user: str, text: str, *, menu_id: str = "", msgid: str = "") -> None:
        self.other(user, "text", msgid=msgid, text={"content": text, **({"menu_id": menu_id} if menu_id else {})})

    def other(self, user: str, kind: str, *, msgid: str = "", **content: Any) -> None:
        self.open_window(user)
        if self.states.get(user) == CLOSED:
            self.states[user] = NEW
        entry = {"external_userid": user, "origin": CUSTOMER, "msgtype": kind, **content}
        self._add({**entry, **({"msgid": msgid} if msgid else {})})

    async def tell(self) -> None:
        await self.insist(lambda: self.callback())

    def callback(self, account: str = "", **sealing: Any) -> Push:
        token = "ENC" + secrets.token_hex(16)
        self._pull_tokens.add(token)
        now = int(self.clock.now().timestamp())
        head: dict[str, str | int] = {"ToUserName": self.receive_id, "CreateTime": now, "MsgType": "event"}
        event = {**head, "Event": "kf_msg_or_event", "Token": token, "OpenKfId": account or self.account}
        return self.seal(written(event, "xml"), **sealing)

    def url_check(self, echo: str, **sealing: Any) -> dict[str, str]:
        """The query of the console's check."""
        push = self.seal(echo, form="json", **sealing)
        return {**push.query, "echostr": push.body.decode().split('"Encrypt": "')[1].split('"')[0]}

    def _add(self, entry: dict[str, Any]) -> None:
        head = {"msgid": f"m{self.number()}", "open_kfid": self.account, "servicer_userid": ""}
        self.log.append({**head, "send_time": int(self.clock.now().timestamp()), **entry})

    def _event(self, user: str, name: str, **more: Any) -> None:
        event = {"event_type": name, "open_kfid": self.account, "external_userid": user, **more}
        self._add({"origin": SYSTEM, "msgtype": "event", "event": event})

    def _code(self, user: str) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = user
        return code

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _token(self, request: Request) -> Response:
        known = request.query_params.get("corpid") == self.receive_id
        return self.give_token(request.query_params.get("corpsecret") if known else None)

    def _sync(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["open_kfid"] != self.account:
            raise RefusedCall(95000)
        if body.get("token", "") and body["token"] not in self._pull_tokens:
            raise RefusedCall(95007)
        if len(body.get("cursor", "")) > MOST_CURSOR:
            raise RefusedCall(40058)
        self.pulls.append(body.get("cursor", ""))
        start = int(body.get("cursor") or "0")
        end = min(start + min(self.page, body.get("limit", 1000)), len(self.log))
        return {"next_cursor": str(end), "has_more": int(end < len(self.log)), "msg_list": self.log[start:end]}

    def _take(self, body: dict[str, Any]) -> dict[str, Any]:
        user, msgid = body["touser"], self._checked(body)
        if body["open_kfid"] != self.account:
            raise RefusedCall(95000)
        if self.states.get(user, NEW) not in {NEW, BOT}:
            raise RefusedCall(95018)
        if msgid not in self._msgids:
            self.spend(user, closed=95001, spent=95001)
            self._deliver(user, msgid, body)
        return {"msgid": msgid}

    def _take_on_event(self, body: dict[str, Any]) -> dict[str, Any]:
        msgid = self._checked(body)
        if msgid not in self._msgids:
            user = self._codes.pop(body["code"], "")
            if not user:
                raise RefusedCall(40029)
            self._deliver(user, msgid, body)
        return {"msgid": msgid}

    def _deliver(self, user: str, msgid: str, body: dict[str, Any]) -> None:
        self._msgids.add(msgid)
        if user in self.blocked:
            self._event(user, "msg_send_fail", fail_msgid=msgid, fail_type=BLOCKED)
            return
        if body["msgtype"] == "text":
            self.show(user, body["text"]["content"])
            return
        menu = body["msgmenu"]
        self.show(user, menu["head_content"], {each["click"]["content"]: each["click"]["id"] for each in menu["list"]})

    def _checked(self, body: dict[str, Any]) -> str:
        """The message's id, once its shape is what the page documents. Raises RefusedCall."""
        msgid = str(body["msgid"])
        if not MSGID.fullmatch(msgid):
            raise RefusedCall(40058)
        if body["msgtype"] == "text":
            if too_long(body["text"]["content"], MOST_TEXT):
                raise RefusedCall(45002)
            return msgid
        menu = body["msgmenu"]
        clicks = [each["click"] for each in menu["list"] if each["type"] == "click"]
        if too_long(menu["head_content"], MOST_HEAD) or not 1 <= len(menu["list"]) <= MOST_CHIPS:
            raise RefusedCall(40058)
        if any(too_long(each["id"], MOST_ID) or too_long(each["content"], MOST_LABEL) for each in clicks):
            raise RefusedCall(40058)
        return msgid

    def _state(self, body: dict[str, Any]) -> dict[str, Any]:
        state = self.states.get(body["external_userid"], NEW)
        return {"service_state": state, "servicer_userid": self.servicer if state == PERSON else ""}

    def _move(self, body: dict[str, Any]) -> dict[str, Any]:
        user, wanted = body["external_userid"], body["service_state"]
        if wanted not in MAY_GO.get(self.states.get(user, NEW), set()):
            raise RefusedCall(95018)
        if wanted == PERSON and (body.get("servicer_userid") != self.servicer or not self.on_duty):
            raise RefusedCall(95014)
        self.states[user] = wanted
        return {}
