"""The widget's files for any lender's page, the frame for those that want one, and the page of a signed link."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import Field

from channels.door import content_policy
from channels.routes.parts import Body, TheGateway
from channels.routes.site import PAGES, REVALIDATE
from credit.kernel.errors import CreditError, ErrorCode

BUILT = Path(__file__).resolve().parents[2] / "build" / "widget"
SCRIPT = re.compile(r"(?:assistant|cards)\.[0-9a-f]{12}\.js")
LANGUAGE = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")
ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Nothing in these files is anybody's secret, and a page needs CORS to check a script's integrity."""
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}

router = APIRouter(include_in_schema=False)
links = APIRouter(prefix="/v1/confirm-links")


class OpenLink(Body):
    signed: str = Field(max_length=200)


@router.get("/assistant.js", response_model=None)
async def current_script() -> Response:
    """The alias for pages that want the newest; its content's own name is served beside it for those with SRI."""
    return _file(BUILT / _manifest()["assistant"]["file"], REVALIDATE)


@router.get("/widget/strings/{name}.json", response_model=None)
async def words_of(name: str) -> Response:
    if not LANGUAGE.fullmatch(name):
        raise CreditError(ErrorCode.NOT_FOUND)
    return _file(BUILT / "strings" / f"{name}.json", REVALIDATE)


@router.get("/widget/frame", response_model=None)
async def frame_page(gateway: TheGateway, parent: Annotated[str, Query(max_length=200)]) -> Response:
    """The chat in a page of our own, which only `parent` may frame, if it is a lender's."""
    if parent not in gateway.lenders.origins:
        raise CreditError(ErrorCode.ORIGIN_NOT_ALLOWED)
    page = (PAGES / "frame.html").read_text("utf-8").replace("{parent}", html.escape(parent, quote=True))
    headers = {
        "Content-Security-Policy": content_policy(frame_ancestors=parent),
        "Cross-Origin-Resource-Policy": "cross-origin",
        **REVALIDATE,
    }
    return HTMLResponse(page, headers=headers)


@router.get("/widget/{name}", response_model=None)
async def script(name: str) -> Response:
    if not SCRIPT.fullmatch(name):
        raise CreditError(ErrorCode.NOT_FOUND)
    return _file(BUILT / name, FOREVER)


@router.get("/confirm/{signed}", response_model=None)
async def confirm_page(signed: str) -> Response:
    """The same page for every link: looking at it consumes nothing, a messenger's preview may."""
    return FileResponse(PAGES / "confirm.html", media_type="text/html; charset=utf-8")


@links.post("/open")
async def open_link(gateway: TheGateway, link: OpenLink) -> dict[str, Any]:
    """Consume a link for a token that is good for its one offer. Raises LINK_INVALID, LINK_EXPIRED, LINK_USED."""
    found = gateway.links.read(link.signed)
    gateway.customers.take(found.customer_id)
    if not await run_sync(gateway.store.consume, found.number, found.customer_id, found.expires_at):
        raise CreditError(ErrorCode.LINK_USED)
    return {"token": gateway.identity.issue(found.customer_id, offer_id=found.offer_id), "offer": str(found.offer_id)}


def _file(path: Path, headers: dict[str, str]) -> Response:
    if not path.is_file():
        raise CreditError(ErrorCode.NOT_FOUND)
    return FileResponse(path, headers={**ANYWHERE, **headers})


@cache
def _read(_changed_at: float) -> Any:
    return json.loads((BUILT / "manifest.json").read_text("utf-8"))


def _manifest() -> Any:
    """Which file is which. Raises NOT_FOUND when the widget was not built."""
    try:
        return _read((BUILT / "manifest.json").stat().st_mtime)
    except OSError as error:
        raise CreditError(ErrorCode.NOT_FOUND, "the widget is not built") from error
