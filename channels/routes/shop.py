"""Only in the demo: the account overview of the host page, and a shop in which the pay-later line can be used."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter
from pydantic import Field

from channels.gateway import Gateway
from channels.routes.parts import Body, TheCountedSession, TheGateway, TheSession
from credit.cards import BillCard
from credit.cards.models import money_out
from credit.front.widget import Bought
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money

NO_BILL = (ErrorCode.NO_OPEN_BILL, ErrorCode.PRODUCT_NOT_OPEN)
DEAREST_MINOR = 10_000_000
SHORT = r"^[^\x00-\x1f\x7f]{1,40}$"

router = APIRouter(prefix="/demo")


class NewPurchase(Body):
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{8,40}$")
    merchant: str = Field(pattern=SHORT)
    category: str = Field(pattern=r"^[a-z_]{1,20}$")
    amount_minor: int = Field(ge=1, le=DEAREST_MINOR)


class NewRefund(Body):
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{8,40}$")
    purchase: str = Field(max_length=64)


@router.get("/account")
async def show_account(gateway: TheGateway, session: TheSession) -> dict[str, Any]:
    """What a lender's own page would show: limits, the open bill if there is one, the newest purchases."""
    customer_id = session.customer_id
    limits = await run_sync(gateway.credit.limits, customer_id)
    bill = await run_sync(_bill, gateway, customer_id)
    bought = await run_sync(gateway.credit.purchases, customer_id)
    return {
        "name": await run_sync(gateway.credit.customer_name, customer_id),
        "business_date": (await run_sync(gateway.credit.business_date)).isoformat(),
        "limits": limits.model_dump(mode="json"),
        "bill": bill.model_dump(mode="json") if bill else None,
        "purchases": [_told(each) for each in bought],
    }


@router.post("/purchases")
async def buy(gateway: TheGateway, session: TheCountedSession, wish: NewPurchase) -> dict[str, Any]:
    """Pay from the pay-later line, once an id."""

    def pay() -> Bought:
        return gateway.credit.buy(
            session.customer_id,
            Money(wish.amount_minor),
            merchant=wish.merchant,
            category=wish.category,
            request_id=f"shop:{session.customer_id.hex[:12]}:{wish.id}"[:64],
        )

    return _told(await run_sync(pay))


@router.post("/refunds")
async def give_back(gateway: TheGateway, session: TheCountedSession, wish: NewRefund) -> dict[str, Any]:
    """Give back all that is left of one purchase."""
    try:
        purchase = UUID(wish.purchase)
    except ValueError as error:
        raise CreditError(ErrorCode.PURCHASE_NOT_FOUND) from error

    def refund() -> Bought:
        request_id = f"back:{session.customer_id.hex[:12]}:{wish.id}"[:64]
        return gateway.credit.give_back(session.customer_id, purchase, request_id=request_id)

    return _told(await run_sync(refund))


def _bill(gateway: Gateway, customer_id: UUID) -> BillCard | None:
    try:
        return gateway.credit.bill(customer_id)
    except CreditError as refusal:
        if refusal.code in NO_BILL:
            return None
        raise


def _told(bought: Bought) -> dict[str, Any]:
    return {
        "id": str(bought.id),
        "on": bought.on.isoformat(),
        "merchant": bought.merchant,
        "category": bought.category,
        "amount": money_out(bought.amount).model_dump(mode="json"),
        "refunded": money_out(bought.refunded).model_dump(mode="json"),
    }
