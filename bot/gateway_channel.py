"""The only way into Rasa: the gateway's channel.

    POST /webhooks/gateway/webhook      X-Internal-Secret, X-Correlation-Id
    {"sender": "<customer uuid>", "text": "…"}        or "<customer uuid>~<thread>", a conversation of its own
    {"sender": "<customer uuid>", "text": "<label>", "payload": {"intent": "borrow", "entities": {"term": "12"}}}
    200 {"replies": [{"text": "…", "card": {…} | null, "choices": [{"label": "…", "payload": {…} | null}]}]}

Rasa takes a text that begins with a slash for a command with chosen intent and entities. Only `payload`, which never
left the gateway, may become one: customers' texts lose their leading slashes here, whatever was done before."""

from __future__ import annotations

import hmac
import json
import os
import re
import unicodedata
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import shortcuts

logger = structlog.get_logger()

SECRET_VARIABLE = "INTERNAL_SECRET"  # noqa: S105 - the name of the variable, not the secret
LONGEST_TEXT = 500
SLASHES = "/\uff0f"
NOTHING_SAID = "?"
"""What is understood in place of a text that held only slashes and blanks: not a command, and not understood."""

_THREAD = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_INTENT = re.compile(r"[a-z][a-z_]*")
_BUTTON = re.compile(r"/(?P<intent>[a-z][a-z_]*)(?P<entities>\{.*\})?", re.DOTALL)

Reply = dict[str, Any]


class BadMessageError(Exception):
    """The gateway sent something that this channel does not know; the text says what, for its developers."""


class GatewayOutput(OutputChannel):
    """Collects what the assistant says in one turn, a reply for each message."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Rasa's default would split one message into a text, its buttons and its card."""
        buttons = [*(message.get("buttons") or []), *(message.get("quick_replies") or [])]
        reply = {
            "text": (message.get("text") or "").rstrip(),  # a placeholder at the end may stay empty
            "card": (message.get("custom") or {}).get("card"),
            "choices": [choice(button) for button in buttons],
        }
        if any(reply.values()):
            self.replies.append(reply)


class GatewayInput(InputChannel):
    """Takes messages from the gateway and nobody else."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode("utf-8")

    @classmethod
    def name(cls) -> str:
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Raises RasaException without a secret: an open channel would let anyone speak as any customer."""
        secret = os.environ.get(SECRET_VARIABLE, "")
        if not secret:
            raise RasaException(f"{SECRET_VARIABLE} is not set: the gateway channel does not start without it")
        shortcuts.take()
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("gateway_channel")

        @routes.route("/", methods=["GET"])
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._is_gateway(request):
                return _refused(401, "wrong_secret", "X-Internal-Secret is missing or wrong")
            output = GatewayOutput()
            try:
                ids = {
                    "correlation_id": request.headers.get("X-Correlation-Id"),
                    "traceparent": request.headers.get("traceparent"),
                }
                await on_new_message(user_message(_body(request), output, **ids))
            except BadMessageError as problem:
                return _refused(400, "bad_message", str(problem))
            except Exception:
                logger.exception("gateway.turn_failed", correlation_id=request.headers.get("X-Correlation-Id"))
                return _refused(500, "turn_failed", "the turn failed; see Rasa's log")
            return response.json({"replies": output.replies}, ensure_ascii=False)

        return routes

    def _is_gateway(self, request: Request) -> bool:
        given = request.headers.get("X-Internal-Secret", "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret)


def user_message(
    body: dict[str, Any], output: OutputChannel, correlation_id: str | None, traceparent: str | None = None
) -> UserMessage:
    """What Rasa is to work on, with the ids that join it to the gateway's logs and trace. Raises BadMessageError."""
    sender, text = sender_id(body.get("sender")), body.get("text")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise BadMessageError(f"text is not a string of at most {LONGEST_TEXT} characters")
    payload = body.get("payload")
    return UserMessage(
        text=plain_text(text) if payload is None else command(payload),
        output_channel=output,
        sender_id=sender,
        input_channel=GatewayInput.name(),
        metadata={"correlation_id": correlation_id, **({"traceparent": traceparent} if traceparent else {})},
    )


def sender_id(given: Any) -> str:
    """The customer, and the thread where it is not the web chat's. Raises BadMessageError."""
    try:
        customer, tilde, thread = given.partition("~")
        sender = f"{uuid.UUID(customer)}{tilde}{thread}"
    except (TypeError, ValueError, AttributeError):
        raise BadMessageError("sender is not a uuid") from None
    if tilde and not _THREAD.fullmatch(thread):
        raise BadMessageError("the sender's thread is not a name")
    return sender


def plain_text(text: str) -> str:
    """A customer's text that Rasa cannot take for a command."""
    start = 0
    while start < len(text) and (text[start] in SLASHES or not _visible(text[start])):
        start += 1
    return text[start:].rstrip() or NOTHING_SAID


def _visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def command(payload: Any) -> str:
    """Rasa's own notation for a chosen intent with entities, `/borrow{"term": "12"}`. Raises BadMessageError."""
    intent = payload.get("intent") if isinstance(payload, dict) else None
    entities = payload.get("entities") or {} if isinstance(payload, dict) else None
    if not isinstance(intent, str) or not _INTENT.fullmatch(intent):
        raise BadMessageError("payload.intent is not the name of an intent")
    if not isinstance(entities, dict) or not all(isinstance(value, str) for value in entities.values()):
        raise BadMessageError("payload.entities is not an object of strings")
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}"


def choice(button: dict[str, Any]) -> dict[str, Any]:
    """A button of a response. One whose payload is no command is pressed as plain text."""
    match = _BUTTON.fullmatch(str(button.get("payload") or ""))
    payload = match and {"intent": match["intent"], "entities": json.loads(match["entities"] or "{}")}
    return {"label": str(button.get("title") or ""), "payload": payload or None}


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except SanicException:
        body = None
    if not isinstance(body, dict):
        raise BadMessageError("the body is not a JSON object")
    return body


def _refused(status: int, code: str, message: str) -> HTTPResponse:
    return response.json({"code": code, "message": message}, status=status)
