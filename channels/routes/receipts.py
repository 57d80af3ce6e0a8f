"""The evidence behind a receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter

from channels.routes.parts import TheCountedSession, TheGateway
from credit.kernel.errors import CreditError, ErrorCode

router = APIRouter(prefix="/v1/receipts")


@router.get("/{journal_id}/proof")
async def hand_out_proof(gateway: TheGateway, session: TheCountedSession, journal_id: str) -> dict[str, Any]:
    """The proof that one booking of the caller was sealed and not changed since, to be checked by anybody.

    Raises JOURNAL_NOT_FOUND for missing and foreign alike, PROOF_NOT_READY."""
    try:
        journal = UUID(journal_id)
    except ValueError as error:
        raise CreditError(ErrorCode.JOURNAL_NOT_FOUND) from error
    return await run_sync(gateway.credit.receipt_proof, session.customer_id, journal)
