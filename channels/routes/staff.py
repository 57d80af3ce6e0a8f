"""The desk of the people behind the chat: queue, conversation with account summary, answer, close."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import FileResponse
from pydantic import Field

from channels.gateway import Gateway
from channels.replies import Reply, Sender
from channels.routes.parts import Body, TheGateway
from channels.routes.site import REVALIDATE
from channels.staff import Member
from channels.text import clean
from credit.kernel.errors import CreditError, ErrorCode
from credit.people.service import TAKEN, TicketView

WEB = Path(__file__).resolve().parents[1] / "staff_web"
TRANSCRIPT_PAGE = 200
LARGEST_CURSOR = 2**63 - 1

router = APIRouter(prefix="/staff")
demo_router = APIRouter(prefix="/demo/staff")
log = structlog.get_logger()


async def member_of(gateway: TheGateway, authorization: Annotated[str | None, Header()] = None) -> Member:
    """The member of staff who calls. Raises TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED."""
    return gateway.staff.verify(authorization)


TheMember = Annotated[Member, Depends(member_of)]


class StaffLogin(Body):
    name: str = Field(min_length=1, max_length=20)


class Answer(Body):
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,58}$")
    text: str


class Closing(Body):
    note: str = Field(max_length=500)


@demo_router.post("/login")
async def log_in(gateway: TheGateway, login: StaffLogin) -> dict[str, str]:
    """Plays the lender's own staff login; not there outside the demo."""
    return {"token": gateway.staff.issue(login.name.strip())}


@router.get("")
async def show_desk() -> FileResponse:
    """The page itself holds nothing; every figure on it needs a token."""
    return FileResponse(WEB / "index.html", media_type="text/html; charset=utf-8", headers=REVALIDATE)


@router.get("/tickets")
async def list_tickets(gateway: TheGateway, member: TheMember) -> dict[str, Any]:
    """Who waits and who talks to whom. No more than that: an account is shown to the person who took it."""
    tickets = await run_sync(gateway.credit.ticket_queue)
    return {"me": member.name, "tickets": [_public(ticket) for ticket in tickets]}


@router.get("/feedback")
async def show_feedback(gateway: TheGateway, member: TheMember) -> dict[str, Any]:
    """How many thumbs up and down, and the newest reasons."""
    return asdict(await run_sync(gateway.feedback.counts))


@router.post("/tickets/{ticket_id}/take")
async def take_ticket(gateway: TheGateway, member: TheMember, ticket_id: str) -> dict[str, Any]:
    ticket = await run_sync(gateway.credit.take_ticket, _id(ticket_id), member.name)
    log.info("ticket_taken", ticket=str(ticket.id), staff=member.name)
    said = Reply(text=gateway.wording.say("utter_person_is_here", staff=member.name))
    await _post(gateway, ticket.customer_id, said, key=f"ticket-taken:{ticket.id}")
    return _public(ticket)


@router.get("/tickets/{ticket_id}")
async def show_ticket(
    gateway: TheGateway, member: TheMember, ticket_id: str, after: Annotated[int, Query(ge=0, le=LARGEST_CURSOR)] = 0
) -> dict[str, Any]:
    """The conversation after a number, and with the first look the account. Raises TICKET_NOT_FOUND, TICKET_TAKEN."""
    ticket = await _mine(gateway, member, ticket_id)
    found = await gateway.conversation.read_after(ticket.customer_id, after, TRANSCRIPT_PAGE)
    shown = {"ticket": _public(ticket), "messages": await run_sync(gateway.feedback.shown, found)}
    if after == 0:
        log.info("account_shown", ticket=str(ticket.id), staff=member.name)
        summary = await run_sync(gateway.credit.customer_summary, ticket.customer_id)
        shown["summary"] = summary.model_dump(mode="json")
    return shown


@router.post("/tickets/{ticket_id}/messages")
async def answer(gateway: TheGateway, member: TheMember, ticket_id: str, message: Answer) -> dict[str, bool]:
    """Say something to the customer; the same id twice is said once. Raises as `show_ticket`, and MESSAGE_EMPTY."""
    ticket = await _mine(gateway, member, ticket_id)
    text = clean(message.text, most_characters=gateway.limits.message_characters)
    await _post(gateway, ticket.customer_id, Reply(text=text), key=f"staff:{message.id}", sender="person")
    return {"sent": True}


@router.post("/tickets/{ticket_id}/close")
async def close_ticket(gateway: TheGateway, member: TheMember, ticket_id: str, closing: Closing) -> dict[str, Any]:
    """Hand the customer back to the assistant, which says so."""
    note = clean(closing.note, most_characters=500) if closing.note.strip() else ""
    ticket = await run_sync(gateway.credit.close_ticket, _id(ticket_id), member.name, note)
    log.info("ticket_closed", ticket=str(ticket.id), staff=member.name)
    name = "utter_person_has_left"
    said = Reply(text=gateway.wording.say(name, staff=member.name), choices=gateway.wording.choices(name))
    await _post(gateway, ticket.customer_id, said, key=f"ticket-closed:{ticket.id}")
    return _public(ticket)


async def _mine(gateway: Gateway, member: Member, ticket_id: str) -> TicketView:
    """A ticket that this member has taken; a colleague's, a waiting or a closed one stays shut."""
    ticket = await run_sync(gateway.credit.ticket, _id(ticket_id))
    if ticket.state == TAKEN and ticket.staff != member.name:
        raise CreditError(ErrorCode.TICKET_TAKEN, staff=ticket.staff)
    if ticket.state != TAKEN:
        raise CreditError(ErrorCode.TICKET_NOT_FOUND)
    return ticket


async def _post(gateway: Gateway, customer_id: UUID, said: Reply, *, key: str, sender: Sender = "assistant") -> None:
    """Into the web chat, and into the app where the customer wrote last."""
    await gateway.conversation.post(customer_id, said, sender=sender, key=key)
    await gateway.messaging.answer_as_person(customer_id, said, key=key, sender=sender)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise CreditError(ErrorCode.TICKET_NOT_FOUND) from error


def _public(ticket: TicketView) -> dict[str, Any]:
    return {
        **asdict(ticket),
        "id": str(ticket.id),
        "customer_id": str(ticket.customer_id),
        "opened_at": ticket.opened_at.isoformat(),
    }
