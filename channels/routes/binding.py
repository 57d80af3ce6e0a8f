"""Binding an app identity to a customer: the page of a signed link, what it asks, and the list of what is bound."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from pydantic import Field

from channels.gateway import Gateway
from channels.routes.parts import Body, TheCountedSession, TheGateway, TheSession
from channels.routes.site import PAGES, REVALIDATE
from credit.kernel.errors import CreditError, ErrorCode

LABELS = ("title", "warning", "login", "choose", "bind", "failed")

page = APIRouter(include_in_schema=False)
router = APIRouter(prefix="/v1")
log = structlog.get_logger()


class OpenBindLink(Body):
    signed: str = Field(max_length=200)


class NewBinding(Body):
    signed: str = Field(max_length=200)
    consent_version: str = Field(pattern=r"^[0-9a-f]{12}$")


@page.get("/bind/{signed}", response_model=None)
async def show_page(signed: str) -> Response:
    """The same page for every link: looking at it consumes nothing, a messenger's preview may."""
    return FileResponse(PAGES / "bind.html", media_type="text/html; charset=utf-8", headers=REVALIDATE)


@router.post("/bind-links/open")
async def open_link(gateway: TheGateway, link: OpenBindLink) -> dict[str, Any]:
    """What a link would bind and the words of the page; consumes nothing.

    Raises BIND_LINK_INVALID, BIND_LINK_EXPIRED, BIND_LINK_USED."""
    bindings, say = gateway.messaging.bindings, gateway.wording.say
    peer, consent = await run_sync(bindings.look_at, link.signed)
    name = bindings.channel_name(peer.channel)
    return {
        "channel": name,
        "consent": {"version": consent.version, "text": consent.text},
        "login_url": gateway.messaging.config.login_url,
        "demo": gateway.settings.demo,
        "words": {
            **{label: say(f"utter_messaging_page_{label}") for label in LABELS},
            "intro": say("utter_messaging_page_intro", channel=name),
            "code": say("utter_messaging_page_code", channel=name),
        },
    }


@router.post("/bindings")
async def begin_binding(gateway: TheGateway, session: TheCountedSession, wish: NewBinding) -> dict[str, Any]:
    """Consume the link for a code that the identity itself must send back.

    Raises as `open_link`, and BIND_CONSENT_OUTDATED, APP_BOUND_ALREADY."""

    def begin() -> dict[str, Any]:
        _, code, until = gateway.messaging.bindings.begin(wish.signed, session.customer_id, wish.consent_version)
        return {
            "code": code,
            "expires_at": until.isoformat(),
            "note": gateway.wording.say("utter_messaging_page_done", until=until),
        }

    return await run_sync(begin)


@router.get("/bindings")
async def list_bindings(gateway: TheGateway, session: TheSession) -> dict[str, Any]:
    """What is bound to the caller now."""
    return {"bindings": await run_sync(_listed, gateway, session.customer_id)}


@router.post("/bindings/{binding_id}/end")
async def end_binding(gateway: TheGateway, session: TheCountedSession, binding_id: str) -> dict[str, Any]:
    """End one of the caller's own. Raises BINDING_NOT_FOUND; answers with what is left."""
    try:
        wanted = UUID(binding_id)
    except ValueError as error:
        raise CreditError(ErrorCode.BINDING_NOT_FOUND) from error
    await run_sync(gateway.messaging.bindings.end_one, session.customer_id, wanted)
    return {"bindings": await run_sync(_listed, gateway, session.customer_id)}


def _listed(gateway: Gateway, customer_id: UUID) -> list[dict[str, str]]:
    bindings = gateway.messaging.bindings
    return [
        {"id": str(bound.id), "channel": bindings.channel_name(bound.channel), "bound_at": bound.bound_at.isoformat()}
        for bound in bindings.listed(customer_id)
    ]
