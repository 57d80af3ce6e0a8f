"""The way to Rasa: one call a turn, with a shared secret, a correlation id and a time limit."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol
from uuid import UUID

import httpx
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from channels.limits import Limits
from channels.logs import report
from channels.replies import Choice, Payload, Reply
from channels.store import WEB
from credit.cards import AnyCard
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.settings import Settings
from credit.kernel.tracing import header_of, traced

CARDS: TypeAdapter[Any] = TypeAdapter(AnyCard)
ASSISTANT = "assistant"
ACTIONS = "actions"


class Assistant(Protocol):
    """Whoever answers a message."""

    async def turn(
        self, customer_id: UUID, text: str, payload: Payload | None, correlation_id: str, thread: str = WEB
    ) -> list[Reply]:
        """The replies to one message; what was said before in the same thread counts, other threads do not.

        Raises CreditError ASSISTANT_UNREACHABLE."""
        ...

    async def away(self) -> list[str]:
        """Which of `assistant` and `actions` do not answer."""
        ...

    async def aclose(self) -> None: ...


class _Bubble(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str
    card: dict[str, Any] | None = None
    choices: list[Choice] = []


class _Answer(BaseModel):
    replies: list[_Bubble]


class RasaClient:
    """Speaks to the `gateway` channel of the Rasa server on this machine."""

    def __init__(
        self, settings: Settings, limits: Limits | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._secret = settings.internal_secret
        self._rasa = f"http://127.0.0.1:{settings.rasa_port}"
        self._actions = f"http://127.0.0.1:{settings.actions_port}"
        # Without the environment's proxies: loopback traffic must not leave the machine.
        self._http = httpx.AsyncClient(transport=transport, timeout=self._limits.assistant_seconds, trust_env=False)

    async def turn(
        self, customer_id: UUID, text: str, payload: Payload | None, correlation_id: str, thread: str = WEB
    ) -> list[Reply]:
        body: dict[str, Any] = {"sender": sender_of(customer_id, thread), "text": text}
        if payload is not None:
            body["payload"] = payload.model_dump()
        headers = {"X-Internal-Secret": self._secret, "X-Correlation-Id": correlation_id}
        with traced("gateway", "rasa turn", kind=SpanKind.CLIENT) as span:
            answer = await self._asked(body, {**headers, **header_of(span)})
        return [Reply(text=each.text, card=_card(each.card), choices=each.choices) for each in answer.replies]

    async def _asked(self, body: dict[str, Any], headers: dict[str, str]) -> _Answer:
        try:
            # httpx limits each step; this limits the whole, however slowly the bytes drip in.
            async with asyncio.timeout(self._limits.assistant_seconds):
                response = await self._http.post(f"{self._rasa}/webhooks/gateway/webhook", json=body, headers=headers)
            if response.status_code != 200:
                raise CreditError(ErrorCode.ASSISTANT_UNREACHABLE, f"Rasa answered {response.status_code}")
            return _Answer.model_validate_json(response.content)
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            raise CreditError(ErrorCode.ASSISTANT_UNREACHABLE, type(error).__name__) from error

    async def away(self) -> list[str]:
        answers = await asyncio.gather(self._answers(f"{self._rasa}/"), self._answers(f"{self._actions}/health"))
        return [name for name, answered in zip((ASSISTANT, ACTIONS), answers, strict=True) if not answered]

    async def _answers(self, url: str) -> bool:
        try:
            response = await self._http.get(url, timeout=self._limits.health_seconds)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def aclose(self) -> None:
        await self._http.aclose()


def sender_of(customer_id: UUID, thread: str) -> str:
    """Whom Rasa keeps a conversation with. The actions read the customer off its beginning."""
    return str(customer_id) if thread == WEB else f"{customer_id}~{thread}"


def _card(content: dict[str, Any] | None) -> dict[str, Any] | None:
    """A card as its model writes it. A misshapen one is left out: its text stands alone."""
    if content is None:
        return None
    try:
        card: dict[str, Any] = CARDS.dump_python(CARDS.validate_python(content), mode="json")
    except ValidationError as error:
        places = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False, include_url=False)]
        report("card_misshapen", error, kind=str(content.get("kind"))[:20], places=places[:5])
        return None
    return card
