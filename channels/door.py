"""What happens to every request: correlation id, rate, size, safe headers, one log line, no escaping exception."""

from __future__ import annotations

import re
from ipaddress import ip_address

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.errors import defect_response, refusal_response
from channels.limits import Limits
from channels.logs import report
from channels.metrics import Metrics
from channels.rates import RateLimiter
from channels.wording import Wording
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.tracing import HEADER, traced

SERVICE = "gateway"
CORRELATION_HEADER = "X-Correlation-Id"
SANE_CORRELATION = re.compile(r"[A-Za-z0-9._-]{8,64}")
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
COUNTED_PATHS = ("/v1/", "/demo/")
HOOKS = "/hooks/"
"""Platforms' webhooks: larger bodies, and a rate of their own, since everybody's come from few addresses."""


def content_policy(*, frame_ancestors: str = "'none'") -> str:
    """What our pages may do: our own files only, nothing inline, markup only through the widget's named policy."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {frame_ancestors}; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )


SECURITY_HEADERS = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"

log = structlog.get_logger()


class Door:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        wording: Wording,
        addresses: RateLimiter,
        limits: Limits,
        clock: Clock,
        bound_to: str,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._limits = limits
        self._wording = wording
        self._addresses = addresses
        self._clock = clock
        self._metrics = metrics
        self._headers = dict(SECURITY_HEADERS)
        if not is_loopback(bound_to):  # a browser would remember it for every other service on this machine
            self._headers["Strict-Transport-Security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = correlation_of(Headers(scope=scope))
        headers = Headers(scope=scope)
        with (
            structlog.contextvars.bound_contextvars(correlation_id=correlation_id),
            traced(SERVICE, scope["method"], headers.get(HEADER)) as span,
        ):
            status = await self._answer(scope, receive, send, correlation_id)
            span.update_name(f"{scope['method']} {_route(scope)}")
            span.set_attribute("http.response.status_code", status)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, correlation_id: str) -> int:
        began = self._clock.now()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._stamp(MutableHeaders(scope=message), correlation_id)
            await send(message)

        try:
            self._count(scope)
            await self._app(scope, await self._measured(scope, receive), sending)
        except CreditError as refusal:
            await refusal_response(self._wording, refusal)(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  whatever it is, the customer gets a sentence and the log the place
            if status:  # half an answer is out already; ending the connection is all that is left
                report("answer_broken_off", error)
            else:
                await defect_response(self._wording, error)(scope, receive, sending)
        finally:
            milliseconds = round((self._clock.now() - began).total_seconds() * 1000)
            self._metrics.answered(scope["method"], _route(scope), status, milliseconds / 1000)
            log.info("request", method=scope["method"], route=_route(scope), status=status, milliseconds=milliseconds)
        return status

    def _count(self, scope: Scope) -> None:
        if scope["path"].startswith(COUNTED_PATHS):
            client = scope.get("client")
            self._addresses.take(client[0] if client else "")

    async def _measured(self, scope: Scope, receive: Receive) -> Receive:
        """The body, read whole before anyone looks at it. Raises MESSAGE_TOO_LONG once it is too large."""
        if scope["method"] not in WITH_BODY:
            return receive
        most = self._limits.hook_body_bytes if scope["path"].startswith(HOOKS) else self._limits.body_bytes
        too_long = CreditError(ErrorCode.MESSAGE_TOO_LONG, "body", limit=self._limits.message_characters)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced[:20]) > most:
            raise too_long
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            body += message.get("body", b"")
            if len(body) > most:
                raise too_long
            if not message.get("more_body"):
                break
        return _replayed(body, receive)

    def _stamp(self, headers: MutableHeaders, correlation_id: str) -> None:
        headers[CORRELATION_HEADER] = correlation_id
        headers.setdefault("Cache-Control", "no-store")
        for name, value in self._headers.items():
            headers.setdefault(name, value)  # a route that opens one of them a little has said so itself


def correlation_of(headers: Headers) -> str:
    """The caller's id when it is sane, so that it can be found in both logs; else a new one."""
    given = headers.get(CORRELATION_HEADER, "")
    return given if SANE_CORRELATION.fullmatch(given) else str(new_id())


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _replayed(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _route(scope: Scope) -> str:
    """The pattern, not the address: ids and whatever a stranger asks for stay out of the log."""
    return getattr(scope.get("route"), "path", "") or "-"
