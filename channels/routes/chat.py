"""Messages: send one, read the history, listen."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from channels.routes.parts import Body, TheCountedSession, TheGateway, TheSession
from channels.stream import HEADERS, cursor_of

PAGE_DEFAULT = 30
PAGE_MOST = 100
LARGEST_CURSOR = 2**63 - 1

router = APIRouter(prefix="/v1")


class NewMessage(Body):
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")
    text: str


@router.post("/messages")
async def send_message(gateway: TheGateway, session: TheCountedSession, message: NewMessage) -> dict[str, Any]:
    replies = await gateway.conversation.take(session.customer_id, message.id, message.text)
    return {"replies": [reply.public() for reply in replies]}


@router.get("/messages")
async def read_history(
    gateway: TheGateway,
    session: TheSession,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT,
) -> dict[str, Any]:
    """One page, oldest first; `before` of the answer asks for the page before it."""
    messages, cursor = await gateway.conversation.page(session.customer_id, before, limit)
    return {"messages": [message.public() for message in messages], "before": cursor}


@router.get("/updates")
async def wait_for_news(
    gateway: TheGateway, session: TheSession, after: Annotated[int, Query(ge=0, le=LARGEST_CURSOR)] = 0
) -> dict[str, Any]:
    """What came after a number, at once or as soon as something comes; empty when nothing did in time."""
    seconds = gateway.limits.news_seconds
    found = await gateway.conversation.news(session.customer_id, after, PAGE_MOST, seconds)
    return {"messages": [message.public() for message in found]}


@router.get("/stream")
async def listen(
    gateway: TheGateway, session: TheSession, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    events = gateway.streams.events(session, cursor_of(last_event_id))
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)
