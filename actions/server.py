"""The action server: what rasa_sdk serves, behind a shared secret, without CORS, without echoing trackers in errors."""

from __future__ import annotations

import hmac
import json
import zlib
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as answer

from actions import services
from actions.logs import report

SECRET_HEADER = "X-Internal-Secret"  # noqa: S105 - the name of a header
LARGEST_TURN = 20_000_000
"""Bytes of one request: the domain and a whole session's events."""

log = structlog.get_logger("actions")


def load_actions() -> ActionExecutor:
    """Every action of this package, by name."""
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


def create_server(executor: ActionExecutor, *, secret: str, name: str = "actions") -> Sanic[Any, Any]:
    """`GET /health` for everybody, `POST /webhook` for who knows the secret. Raises ValueError without a secret."""
    if not secret:
        raise ValueError("the action server needs the internal secret")
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_TURN
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 5.0
    app.add_route(_health, "/health", methods=["GET"])
    app.add_route(_webhook(executor, secret.encode()), "/webhook", methods=["POST"], name="webhook")
    app.register_listener(_open, "before_server_start")
    app.register_listener(_close, "after_server_stop")
    app.error_handler.add(Exception, _failed)
    return app


async def _health(_request: Request) -> HTTPResponse:
    return answer({"status": "ok"})


def _webhook(executor: ActionExecutor, secret: bytes) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    async def webhook(request: Request) -> HTTPResponse:
        shown = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(shown, secret):
            log.warning("secret_refused")
            return answer({"error": "unauthorized"}, status=401)
        try:
            call = json.loads(_body(request))
            name = str(call.get("next_action"))
        except (ValueError, AttributeError, zlib.error):
            return answer({"error": "invalid body"}, status=400)
        return await _execute(executor, call, name)

    return webhook


async def _execute(executor: ActionExecutor, call: dict[str, Any], name: str) -> HTTPResponse:
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        return answer({"error": rejection.message, "action_name": rejection.action_name}, status=400)
    except ActionNotFoundException:
        log.warning("action_unknown", action=name)
        return answer({"error": "no such action", "action_name": name}, status=404)
    except ActionMissingDomainException:
        return answer({"error": "no domain", "action_name": name}, status=449)
    return answer(result.model_dump() if result else None)


def _body(request: Request) -> bytes:
    body: bytes = request.body
    if request.headers.get("Content-Encoding") == "deflate":
        body = zlib.decompress(body)
    return body


async def _failed(_request: Request, error: Exception) -> HTTPResponse:
    """A status and nothing else: the request holds the customer's conversation."""
    if isinstance(error, SanicException) and error.status_code < 500:
        return answer({"error": "refused"}, status=error.status_code)
    report("request_failed", error)
    return answer({"error": "failed"}, status=500)


async def _open(_app: Any) -> None:
    """Open the account now rather than in the first customer's turn. Without a database the server still starts."""
    try:
        services.credit_app().ping()
    except Exception as error:  # noqa: BLE001 - it may be there by the time of the first turn
        report("account_unreachable_at_start", error)


async def _close(_app: Any) -> None:
    services.close()
