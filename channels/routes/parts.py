"""What several routes take in: the gateway and the verified caller."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict

from channels.gateway import Gateway
from channels.identity import Session
from credit.kernel.errors import CreditError, ErrorCode


class Body(BaseModel):
    """A request's body: no unknown fields, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


def gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


TheGateway = Annotated[Gateway, Depends(gateway_of)]


async def session_of(gateway: TheGateway, authorization: Annotated[str | None, Header()] = None) -> Session:
    """The caller. Raises TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, CUSTOMER_UNKNOWN."""
    session = gateway.identity.verify(authorization)
    if not await run_sync(gateway.credit.has_customer, session.customer_id):
        raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, str(session.customer_id))
    return session


async def counted_session_of(gateway: TheGateway, session: Annotated[Session, Depends(session_of)]) -> Session:
    """The caller of something that costs work, counted. Raises RATE_LIMITED as well."""
    gateway.customers.take(session.customer_id)
    return session


TheSession = Annotated[Session, Depends(session_of)]
TheCountedSession = Annotated[Session, Depends(counted_session_of)]
