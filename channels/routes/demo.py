"""Only in the demo: plays the lender's login and moves the business date. Not mounted otherwise."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter
from pydantic import Field, model_validator

from channels.hub import Event
from channels.routes.parts import Body, TheGateway
from credit.kernel.errors import CreditError, ErrorCode

DAYS_IN = {"d": 1, "w": 7}
ADVANCE = re.compile(r"([0-9]{1,3})([dw])")

router = APIRouter(prefix="/demo")
log = structlog.get_logger()


class Login(Body):
    customer: str = Field(max_length=64)


class ClockMove(Body):
    """Either so many days or weeks on, or to a day."""

    advance: str | None = Field(None, pattern=f"^{ADVANCE.pattern}$")
    to: str | None = Field(None, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

    @model_validator(mode="after")
    def one_of_two(self) -> Self:
        if (self.advance is None) == (self.to is None):
            raise ValueError("exactly one of advance and to")
        return self


@router.get("/customers")
async def list_customers(gateway: TheGateway) -> list[dict[str, str]]:
    customers = await run_sync(gateway.credit.demo_customers)
    return [{"id": str(each.id), "name": each.name, "situation": each.situation} for each in customers]


@router.post("/login")
async def log_in(gateway: TheGateway, login: Login) -> dict[str, str]:
    try:
        customer_id = UUID(login.customer)
    except ValueError as error:
        raise CreditError(ErrorCode.CUSTOMER_UNKNOWN) from error
    if not await run_sync(gateway.credit.has_customer, customer_id):
        raise CreditError(ErrorCode.CUSTOMER_UNKNOWN)
    return {"token": gateway.identity.issue(customer_id)}


@router.get("/clock")
async def read_clock(gateway: TheGateway) -> dict[str, str]:
    return {"business_date": (await run_sync(gateway.credit.business_date)).isoformat()}


@router.post("/clock")
async def move_clock(gateway: TheGateway, move: ClockMove) -> dict[str, Any]:
    """Close every day passed, one call at a time, and tell every open page."""
    async with gateway.clock_moves:
        until = _target(move, await run_sync(gateway.credit.business_date))
        closed = await run_sync(gateway.credit.close_days, until)
        now = (await run_sync(gateway.credit.business_date)).isoformat()
    log.info("clock_moved", business_date=now, closed=len(closed))
    gateway.hub.broadcast(Event("clock", {"business_date": now}))
    return {"business_date": now, "closed": len(closed)}


def _target(move: ClockMove, today: date) -> date:
    """The day to move to. Raises BODY_INVALID for a day in no calendar, CLOSING_WRONG_DAY for one out of reach."""
    if move.to is not None:
        try:
            return date.fromisoformat(move.to)
        except ValueError as error:
            raise CreditError(ErrorCode.BODY_INVALID, "no such day") from error
    number, unit = ADVANCE.fullmatch(move.advance or "").groups()  # type: ignore[union-attr]
    try:
        return today + timedelta(days=int(number) * DAYS_IN[unit])
    except OverflowError as error:
        raise CreditError(ErrorCode.CLOSING_WRONG_DAY) from error
