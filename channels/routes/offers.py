"""The confirmation sheet: read the offer, confirm it with the payment PIN, or decline it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter
from pydantic import Field

from channels.gateway import Gateway
from channels.logs import report
from channels.receipts import receipt_reply
from channels.routes.parts import Body, TheCountedOfferSession, TheGateway, TheOfferSession
from credit.cards import ReceiptCard
from credit.kernel.errors import CreditError, ErrorCode

router = APIRouter(prefix="/v1/offers")
log = structlog.get_logger()


class Confirmation(Body):
    pin: str = Field(pattern=r"^[0-9]{6}$", repr=False)


@router.get("/{offer_id}")
async def show_offer(gateway: TheGateway, session: TheOfferSession, offer_id: str) -> dict[str, Any]:
    offer = await run_sync(gateway.credit.offer, session.customer_id, _id(offer_id))
    return await gateway.conversation.said_to(session.customer_id, offer.model_dump(mode="json"))


@router.post("/{offer_id}/confirm")
async def confirm_offer(
    gateway: TheGateway, session: TheCountedOfferSession, offer_id: str, confirmation: Confirmation
) -> dict[str, Any]:
    offer = _id(offer_id)
    receipt = await run_sync(gateway.credit.confirm_offer, session.customer_id, offer, confirmation.pin)
    log.info("offer_confirmed", customer=str(session.customer_id), offer=str(offer), journal=str(receipt.journal_id))
    await _tell(gateway, session.customer_id, offer, receipt)
    return await gateway.conversation.said_to(session.customer_id, receipt.model_dump(mode="json"))


@router.post("/{offer_id}/decline")
async def decline_offer(gateway: TheGateway, session: TheCountedOfferSession, offer_id: str) -> dict[str, Any]:
    offer = await run_sync(gateway.credit.decline_offer, session.customer_id, _id(offer_id))
    return await gateway.conversation.said_to(session.customer_id, offer.model_dump(mode="json"))


def _id(text: str) -> UUID:
    """A number that is none is an offer that is not there. Raises OFFER_NOT_FOUND."""
    try:
        return UUID(text)
    except ValueError as error:
        raise CreditError(ErrorCode.OFFER_NOT_FOUND) from error


async def _tell(gateway: Gateway, customer_id: UUID, offer_id: UUID, receipt: ReceiptCard) -> None:
    """Put the receipt into the web chat, and into the app where the offer was shown. The money has moved: nothing here
    may turn that into an error."""
    reply = receipt_reply(receipt, gateway.wording)
    try:
        await gateway.conversation.post(customer_id, reply)
        await gateway.messaging.tell_of_offer(customer_id, offer_id, reply)
    except Exception as error:  # noqa: BLE001
        report("receipt_not_told", error, journal=str(receipt.journal_id))
