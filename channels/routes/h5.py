"""The chat as a page of its own, for the web-views of mini-programs; see docs/messaging/mini-programs.md."""

from __future__ import annotations

import html

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from channels.routes.parts import TheGateway
from channels.routes.site import PAGES, REVALIDATE

router = APIRouter(include_in_schema=False)


@router.get("/h5", response_model=None)
async def h5_page(gateway: TheGateway) -> Response:
    """The same page for everybody: who is speaking stands behind the address's #, or is asked at the lender's login."""
    login = html.escape(gateway.messaging.config.login_url or "", quote=True)
    return HTMLResponse((PAGES / "h5.html").read_text("utf-8").replace("{login}", login), headers=REVALIDATE)
