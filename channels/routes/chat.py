"""Messages: send one, read the history, listen."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from channels.feedback import LONGEST_REASON
from channels.replies import Thumb
from channels.routes.parts import Body, TheCountedSession, TheGateway, TheSession
from channels.stream import HEADERS, cursor_of
from channels.text import clean

PAGE_DEFAULT = 30
PAGE_MOST = 100
LARGEST_CURSOR = 2**63 - 1

router = APIRouter(prefix="/v1")


class NewMessage(Body):
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")
    text: str


class Opinion(Body):
    thumb: Thumb | None
    reason: str | None = Field(default=None, max_length=LONGEST_REASON)


@router.post("/messages")
async def send_message(gateway: TheGateway, session: TheCountedSession, message: NewMessage) -> dict[str, Any]:
    replies = await gateway.conversation.take(session.customer_id, message.id, message.text)
    return {"replies": [reply.public() for reply in replies]}


@router.post("/messages/{seq}/feedback")
async def give_feedback(
    gateway: TheGateway,
    session: TheCountedSession,
    seq: Annotated[int, Path(ge=1, le=LARGEST_CURSOR)],
    opinion: Opinion,
) -> dict[str, Any]:
    """A thumb for one answer and why; the last one counts, none takes it back. Raises NOT_FOUND."""
    reason = clean(said, most_characters=LONGEST_REASON) if (said := (opinion.reason or "").strip()) else None
    await run_sync(gateway.feedback.give, session.customer_id, seq, opinion.thumb, reason)
    return {"thumb": opinion.thumb, "reason": reason}


@router.get("/messages")
async def read_history(
    gateway: TheGateway,
    session: TheSession,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_DEFAULT,
) -> dict[str, Any]:
    """One page, oldest first; `before` of the answer asks for the page before it."""
    messages, cursor = await gateway.conversation.page(session.customer_id, before, limit)
    return {"messages": await run_sync(gateway.feedback.shown, messages), "before": cursor}


@router.get("/updates")
async def wait_for_news(
    gateway: TheGateway, session: TheSession, after: Annotated[int, Query(ge=0, le=LARGEST_CURSOR)] = 0
) -> dict[str, Any]:
    """What came after a number, at once or as soon as something comes; empty when nothing did in time."""
    seconds = gateway.limits.news_seconds
    found = await gateway.conversation.news(session.customer_id, after, PAGE_MOST, seconds)
    return {"messages": await run_sync(gateway.feedback.shown, found)}


@router.get("/stream")
async def listen(
    gateway: TheGateway, session: TheSession, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    events = gateway.streams.events(session, cursor_of(last_event_id))
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)
