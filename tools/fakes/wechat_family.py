"""What the fakes of the WeChat family share: sealed pushes to the gateway, tokens, windows and quotas."""

from __future__ import annotations

import base64
import itertools
import json
import secrets
import string
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.crypto.safe_xml import cdata
from channels.crypto.wechat_family import WeChatCrypto
from credit.kernel.clock import Clock, SystemClock
from tools.fakes.serving import Failures, Server

KEY_LETTERS = string.ascii_letters + string.digits
TOKEN_SECONDS = 7200
WINDOW = timedelta(hours=48)
PASSIVE_SECONDS = 5.0
TRIES = 3
SENDING = "sending"

type Form = Literal["xml", "json"]
type Fields = Mapping[str, str | int]
type Call = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Push:
    """One request to the gateway."""

    query: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Shown:
    """One message as the person sees it: a text, and what can be tapped below it."""

    text: str
    chips: dict[str, str] = field(default_factory=dict)
    """Label to the chip's id."""


@dataclass(slots=True)
class Window:
    """Until when the person may be written to, and how often."""

    until: datetime
    left: int


class Secrets:
    """One Token with its EncodingAESKey, made up."""

    def __init__(self, receive_id: str) -> None:
        self.token = secrets.token_hex(12)
        # 43 letters that stand for 32 bytes, as the console makes them.
        self.aes_key = base64.b64encode(secrets.token_bytes(32)).decode()[:43]
        self.crypto = WeChatCrypto(receive_id, [self.token], [self.aes_key])


class Family:
    """The platform's side of one app. `answers` keeps what the gateway answered, newest last."""

    refusals: ClassVar[Mapping[str, int]] = {}
    """What `fail_next` takes beside numbers, `5xx`, `429` and `token`."""

    def __init__(
        self, hook_url: str, receive_id: str, *, clock: Clock | None = None, http: httpx.AsyncClient | None = None
    ) -> None:
        self.hook_url = hook_url
        self.clock = clock or SystemClock()
        self.receive_id = receive_id
        self.app_secret = secrets.token_urlsafe(24)
        self.secrets = Secrets(receive_id)
        self.old_secrets = Secrets(receive_id)
        """Those before the last change in the console; the gateway still knows them."""
        self.access_tokens: list[str] = []
        """Every token that was given out; the last one counts."""
        self.calls = 0
        """Calls that were made beside those for tokens, refused ones too."""
        self.answers: list[httpx.Response] = []
        self._http = http or httpx.AsyncClient(trust_env=False)
        self._numbers = itertools.count(int(self.clock.now().timestamp() * 1000))
        self._failures: defaultdict[str, Failures] = defaultdict(Failures)
        self._shown: dict[str, list[Shown]] = {}
        self._windows: dict[str, Window] = {}
        self._server = Server(self.routes())

    def routes(self) -> list[Any]:
        raise NotImplementedError

    @property
    def base_url(self) -> str:
        return f"http://{self._server.address}"

    def callback_settings(self) -> dict[str, object]:
        """Token and key as the messaging file has them, the previous ones too."""
        pairs = {"token": (self.secrets.token, self.old_secrets.token)}
        pairs["aes_key"] = (self.secrets.aes_key, self.old_secrets.aes_key)
        both: dict[str, object] = {name: {"current": new, "previous": old} for name, (new, old) in pairs.items()}
        return {"base_url": self.base_url, **both}

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()
        await self._http.aclose()

    def shown(self, user: str) -> list[str]:
        return [shown.text for shown in self._shown.get(user, [])]

    def chips(self, user: str) -> list[str]:
        newest = self._shown.get(user, [])[-1:]
        return [label for shown in newest for label in shown.chips]

    def fail_next(self, code: str, times: int = 1, *, at: str = SENDING) -> None:
        """`at`: which calls, those that send unless it is said."""
        self._failures[at].order(code, times)

    def number(self) -> str:
        """A new message's id."""
        return str(next(self._numbers))

    # ── to the gateway ──────────────────────────────────────────────────────────────────────────────────────

    def seal(
        self, message: str, *, form: Form = "xml", crypto: WeChatCrypto | None = None, age: int = 0, nonce: str = ""
    ) -> Push:
        """Any message, encrypted and signed; `age` in seconds."""
        timestamp = str(int(self.clock.now().timestamp()) - age)
        sealed = (crypto or self.secrets.crypto).seal(message, timestamp, nonce or secrets.token_hex(5))
        return self.wrap(sealed.encrypt, sealed.signature, sealed.timestamp, sealed.nonce, form=form)

    def wrap(self, encrypt: str, signature: str, timestamp: str, nonce: str, *, form: Form = "xml") -> Push:
        """A ciphertext as the platform posts it."""
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        outside = {"ToUserName": self.receive_id, "Encrypt": encrypt}
        return Push(query, written(outside, form).encode())

    async def push(self, push: Push) -> httpx.Response:
        """Post it once."""
        answer = await self._http.post(self.hook_url, params=push.query, content=push.body, timeout=PASSIVE_SECONDS)
        self.answers.append(answer)
        return answer

    async def insist(self, make: Callable[[], Push]) -> httpx.Response | None:
        """Post it as the platform does: again when there is no 200 in time, three times in all, each newly signed."""
        for _ in range(TRIES):
            try:
                answer = await self.push(make())
            except httpx.HTTPError:
                continue
            if answer.status_code == httpx.codes.OK:
                return answer
        return None

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────

    def call(self, path: str, take: Call, *, at: str = SENDING) -> Route:
        """An API call: token, ordered failures and unreadable bodies are dealt with before `take` sees the body."""

        async def answer(request: Request) -> Response:
            self.calls += 1
            failure = self._failures[at].next()
            if failure == "5xx":
                return Response("Bad Gateway", 502)
            if failure == "429":
                return Response("", 429, {"retry-after": "2"})
            if failure == "token":
                self.access_tokens.append("killed")
            elif failure:
                return refusal(self.refusals.get(failure) or int(failure))
            if not self.access_tokens or request.query_params.get("access_token") != self.access_tokens[-1]:
                return refusal(40014)
            raw = await request.body()
            if b"\\u" in raw:  # the platform takes letters as they are
                return refusal(40033)
            return JSONResponse({"errcode": 0, "errmsg": "ok", **take(json.loads(raw))})

        return Route(path, _guarded(answer), methods=["POST"])

    def give_token(self, secret: str | None) -> Response:
        if secret != self.app_secret:
            return refusal(40001)
        self.access_tokens.append(secrets.token_urlsafe(40))
        return JSONResponse({"errcode": 0, "access_token": self.access_tokens[-1], "expires_in": TOKEN_SECONDS})

    def open_window(self, user: str, count: int = 5, lasts: timedelta = WINDOW) -> None:
        """A longer window that is open already stays open."""
        until, window = self.clock.now() + lasts, self._windows.get(user)
        if window is None or window.until <= until:
            self._windows[user] = Window(until, count)
        else:
            window.left = max(window.left, count)

    def spend(self, user: str, *, closed: int, spent: int) -> None:
        """One of the messages that may be sent to the user. Raises RefusedCall."""
        window = self._windows.get(user)
        if window is None or self.clock.now() > window.until:
            raise RefusedCall(closed)
        if not window.left:
            raise RefusedCall(spent)
        window.left -= 1

    def show(self, user: str, text: str, chips: Mapping[str, str] | None = None) -> None:
        self._shown.setdefault(user, []).append(Shown(text, dict(chips or {})))

    def chip(self, user: str, label: str) -> str:
        """The id of a chip on the newest message that has it. Raises KeyError when there is none."""
        for shown in reversed(self._shown.get(user, [])):
            if label in shown.chips:
                return shown.chips[label]
        raise KeyError(label)


class RefusedCall(Exception):  # noqa: N818 - the platform's word against the caller
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def refusal(code: int) -> JSONResponse:
    return JSONResponse({"errcode": code, "errmsg": f"hint: [{secrets.token_hex(6)}]"})


def written(fields: Fields, form: Form) -> str:
    if form == "json":
        return json.dumps(fields, ensure_ascii=False)
    return f"<xml>{''.join(f'<{name}>{_leaf(value)}</{name}>' for name, value in fields.items())}</xml>"


def too_long(text: object, most: int) -> bool:
    return not isinstance(text, str) or not 0 < len(text.encode()) <= most


def _leaf(value: str | int) -> str:
    return cdata(value) if isinstance(value, str) else str(value)


def _guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            return await answer(request)
        except RefusedCall as refused:
            return refusal(refused.code)
        except (KeyError, ValueError, TypeError):
            return refusal(47001)  # a body that is not what the page documents

    return guarded
