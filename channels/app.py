"""The gateway as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import run_sync
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.cors import CORSMiddleware

from channels import errors
from channels.assistant import Assistant
from channels.door import CORRELATION_HEADER, Door
from channels.gateway import Gateway, wire
from channels.lenders import Lenders
from channels.limits import Limits
from channels.logs import report
from channels.messaging.config import MessagingConfig
from channels.messaging.service import Outside
from channels.routes import binding, chat, demo, h5, hooks, offers, receipts, shop, site, staff, widget
from credit.app import CreditApp
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError
from credit.kernel.settings import Settings

# The framework's own records would hold the text of what was refused, and go where the environment says.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(
    settings: Settings,
    credit_app: CreditApp,
    assistant: Assistant,
    clock: Clock,
    *,
    limits: Limits | None = None,
    lenders: Lenders | None = None,
    messaging: MessagingConfig | None = None,
    outside: Outside | None = None,
) -> FastAPI:
    """Routes, errors and middleware around the given parts. `app.state.gateway` holds them.

    The caller keeps `credit_app`; the gateway closes what it opened and the assistant's client."""
    gateway = wire(settings, credit_app, assistant, clock, limits or Limits(), lenders, messaging, outside)
    app = FastAPI(
        title="Xinzhang gateway",
        responses={422: {"model": errors.Problem}, "default": {"model": errors.Problem}},
        lifespan=_lifespan,
        openapi_url=None,  # no list of routes for strangers
        redirect_slashes=False,  # an address is right or not there
        telemetry=NO_TELEMETRY,
    )
    app.state.gateway = gateway
    errors.install(app, gateway.wording, most_characters=gateway.limits.message_characters)
    app.include_router(chat.router)
    app.include_router(offers.router)
    app.include_router(receipts.router)
    app.include_router(site.router)
    app.include_router(widget.router)
    app.include_router(widget.links)
    app.include_router(h5.router)
    app.include_router(staff.router)
    if gateway.messaging.adapters:  # nor these without a configured channel
        app.router.routes.insert(0, hooks.route())
        app.include_router(binding.page)
        app.include_router(binding.router)
    if settings.demo:  # without it the addresses do not exist
        app.include_router(demo.router)
        app.include_router(shop.router)
        app.include_router(staff.demo_router)
        app.mount("/web", site.PageFiles(directory=site.WEB))
    app.mount("/pages", site.PageFiles(directory=site.PAGES))
    app.mount("/staff/web", site.PageFiles(directory=staff.WEB))
    if gateway.lenders.origins:
        app.add_middleware(CORSMiddleware, **_cors(gateway.lenders))
    app.add_middleware(
        Door,
        wording=gateway.wording,
        addresses=gateway.addresses,
        limits=gateway.limits,
        clock=clock,
        bound_to=settings.host,
        metrics=gateway.metrics,
    )
    return app


def _cors(lenders: Lenders) -> dict[str, Any]:
    """Pages of the lenders may call; that a token is used on its own lender's pages is looked at with the token."""
    return {
        "allow_origins": sorted(lenders.origins),
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["Authorization", "Content-Type", "Last-Event-ID"],
        "expose_headers": ["Retry-After", CORRELATION_HEADER],
        "max_age": 600,
    }


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    gateway: Gateway = app.state.gateway
    try:
        await run_sync(gateway.store.prepare)
    except CreditError as refusal:  # /healthz says so until it comes back; the tables are made then
        report("store_not_prepared", refusal)
    tasks = [asyncio.create_task(gateway.reminders.run())] if gateway.limits.notice_seconds else []
    if gateway.messaging.adapters:
        tasks.append(asyncio.create_task(gateway.messaging.run()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await gateway.messaging.close()
        gateway.hub.close()
        await gateway.assistant.aclose()
        await run_sync(gateway.database.engine.dispose)
