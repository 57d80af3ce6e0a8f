"""Signed one-time links to the stand-alone confirmation page, for channels that cannot show the sheet.

A link names customer, offer and end, and is signed with the gateway's secret. Opening it consumes it and gives a token
that is good for that one offer only; the payment PIN is still asked for. Looking at the page does not consume it, so
that a messenger's preview cannot use it up."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id

PURPOSE = b"xinzhang confirmation link 1"
SIGNATURE_BYTES = 24
LENGTH = 16 * 3 + 8 + SIGNATURE_BYTES
LIFETIME = timedelta(minutes=30)
"""The longest that a link lives, whatever its offer says."""


@dataclass(frozen=True, slots=True)
class ConfirmLink:
    """What a link stands for; `number` is its own, and consumed once."""

    number: UUID
    customer_id: UUID
    offer_id: UUID
    expires_at: datetime


class ConfirmLinks:
    """Makes and reads links. Consuming is the store's business."""

    def __init__(self, secret: str, clock: Clock) -> None:
        # A key of its own, so that no other signature made with the secret can pass for a link.
        self._key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
        self._clock = clock

    def path(self, customer_id: UUID, offer_id: UUID, expires_at: datetime) -> str:
        """The address of the page on this gateway, `/confirm/…`; good until the offer ends, at most half an hour."""
        return f"/confirm/{self.sign(customer_id, offer_id, expires_at)}"

    def sign(self, customer_id: UUID, offer_id: UUID, expires_at: datetime) -> str:
        """The signed part alone, letters that an address may hold."""
        end = min(expires_at, self._clock.now() + LIFETIME)
        content = new_id().bytes + customer_id.bytes + offer_id.bytes + int(end.timestamp()).to_bytes(8)
        return base64.urlsafe_b64encode(content + self._signature(content)).decode().rstrip("=")

    def read(self, signed: str) -> ConfirmLink:
        """Raises CreditError: LINK_INVALID, LINK_EXPIRED."""
        try:
            whole = base64.b64decode(signed + "=" * (-len(signed) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise CreditError(ErrorCode.LINK_INVALID, "not base64") from error
        content, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
        if len(whole) != LENGTH or not hmac.compare_digest(signature, self._signature(content)):
            raise CreditError(ErrorCode.LINK_INVALID, "signature")
        number, customer, offer = (UUID(bytes=content[start : start + 16]) for start in (0, 16, 32))
        link = ConfirmLink(number, customer, offer, datetime.fromtimestamp(int.from_bytes(content[48:]), UTC))
        if self._clock.now() >= link.expires_at:
            raise CreditError(ErrorCode.LINK_EXPIRED)
        return link

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, hashlib.sha256)[:SIGNATURE_BYTES]
