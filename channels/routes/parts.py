"""What several routes take in: the gateway and the verified caller."""

from __future__ import annotations

from functools import partial
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


async def session_of(
    gateway: TheGateway,
    authorization: Annotated[str | None, Header()] = None,
    origin: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Session:
    """The caller. Raises TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, CUSTOMER_UNKNOWN, ORIGIN_NOT_ALLOWED."""
    session = await run_sync(gateway.identity.verify, authorization)
    return await _known(gateway, session, origin)


async def offer_session_of(
    gateway: TheGateway,
    offer_id: str,
    authorization: Annotated[str | None, Header()] = None,
    origin: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Session:
    """The caller of one offer: with a token for everything, or with a signed link's for just this one."""
    session = await run_sync(partial(gateway.identity.verify, authorization, offers=True))
    if session.offer_id is not None and str(session.offer_id) != offer_id.lower():
        raise CreditError(ErrorCode.OFFER_NOT_FOUND)
    return await _known(gateway, session, origin)


async def _known(gateway: Gateway, session: Session, origin: str | None) -> Session:
    if origin in gateway.lenders.origins and (session.lender is None or origin not in session.lender.origins):
        raise CreditError(ErrorCode.ORIGIN_NOT_ALLOWED)
    if not await run_sync(gateway.credit.has_customer, session.customer_id):
        raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, str(session.customer_id))
    return session


async def counted_offer_session_of(
    gateway: TheGateway, session: Annotated[Session, Depends(offer_session_of)]
) -> Session:
    gateway.customers.take(session.customer_id)
    return session


async def counted_session_of(gateway: TheGateway, session: Annotated[Session, Depends(session_of)]) -> Session:
    """The caller of something that costs work, counted. Raises RATE_LIMITED as well."""
    gateway.customers.take(session.customer_id)
    return session


TheSession = Annotated[Session, Depends(session_of)]
TheCountedSession = Annotated[Session, Depends(counted_session_of)]
TheOfferSession = Annotated[Session, Depends(offer_session_of)]
TheCountedOfferSession = Annotated[Session, Depends(counted_offer_session_of)]
