"""Signed one-time links to the stand-alone confirmation page, for channels that cannot show the sheet.

A link names customer, offer and end, and is signed with the gateway's secret. Opening it consumes it and gives a token
that is good for that one offer only; the payment PIN is still asked for. Looking at the page does not consume it, so
that a messenger's preview cannot use it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from channels.signed_links import SignedLinks
from credit.kernel.clock import Clock
from credit.kernel.errors import ErrorCode

PURPOSE = b"xinzhang confirmation link 1"
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
        self._clock = clock
        codes = {"invalid": ErrorCode.LINK_INVALID, "expired": ErrorCode.LINK_EXPIRED}
        self._links = SignedLinks(secret, PURPOSE, clock, names=2, **codes)

    def path(self, customer_id: UUID, offer_id: UUID, expires_at: datetime) -> str:
        """The address of the page on this gateway, `/confirm/…`; good until the offer ends, at most half an hour."""
        return f"/confirm/{self.sign(customer_id, offer_id, expires_at)}"

    def sign(self, customer_id: UUID, offer_id: UUID, expires_at: datetime) -> str:
        """The signed part alone, letters that an address may hold."""
        return self._links.sign(customer_id, offer_id, expires_at=min(expires_at, self._clock.now() + LIFETIME))

    def read(self, signed: str) -> ConfirmLink:
        """Raises CreditError: LINK_INVALID, LINK_EXPIRED."""
        said = self._links.read(signed)
        customer, offer = said.names
        return ConfirmLink(said.number, customer, offer, said.expires_at)
