"""The demo page, its files, and whether everything is up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from anyio import move_on_after
from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from channels.assistant import ACTIONS, ASSISTANT
from channels.gateway import Gateway
from channels.routes.parts import TheGateway
from credit.kernel.errors import CreditError, ErrorCode

WEB = Path(__file__).resolve().parents[1] / "web"
PAGES = WEB.with_name("pages")
DATABASE = "database"
REVALIDATE = {"Cache-Control": "no-cache"}

router = APIRouter()
log = structlog.get_logger()


class PageFiles(StaticFiles):
    """The page's own files; asked for again each time, since their names do not change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(REVALIDATE)
        return response


@router.get("/", response_model=None, include_in_schema=False)
async def show_page(gateway: TheGateway) -> Response:
    if not gateway.settings.demo:
        raise CreditError(ErrorCode.NOT_FOUND)
    return FileResponse(WEB / "index.html", media_type="text/html; charset=utf-8", headers=REVALIDATE)


@router.get("/healthz", response_model=None)
async def report_health(gateway: TheGateway) -> JSONResponse:
    """200 when database, assistant and actions answer; else 503 that names those that do not."""
    missing = ([] if await _database_answers(gateway) else [DATABASE]) + await gateway.assistant.away()
    parts = {name: "away" if name in missing else "ok" for name in (DATABASE, ASSISTANT, ACTIONS)}
    if not missing:
        return JSONResponse({"status": "ok", "parts": parts})
    log.warning("unhealthy", missing=missing)
    only_assistant = missing == [ASSISTANT]
    code = ErrorCode.ASSISTANT_UNREACHABLE if only_assistant else ErrorCode.ACCOUNT_SERVICE_UNREACHABLE
    body: dict[str, Any] = gateway.wording.refusal(CreditError(code))
    return JSONResponse({**body, "status": "unavailable", "missing": missing, "parts": parts}, 503)


async def _database_answers(gateway: Gateway) -> bool:
    answered = False
    with move_on_after(gateway.limits.health_seconds):
        try:
            # A hung database must not hang the question too; the thread is left to its fate.
            await run_sync(gateway.credit.ping, abandon_on_cancel=True)
            answered = True
        except CreditError:
            answered = False
    return answered
