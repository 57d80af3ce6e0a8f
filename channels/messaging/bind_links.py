"""Signed one-time links to the page that binds an app identity to a customer.

A link names the identity and its end and is signed with a key of its own. It binds nobody by itself: the page asks for
the lender's login and for consent, and then shows a code that must come back from the very identity in the app. So a
link that is sent on to somebody else cannot bind their account to the sender's app: the code would have to come from
the sender, who does not see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from channels.signed_links import SignedLinks
from credit.kernel.clock import Clock
from credit.kernel.errors import ErrorCode

PURPOSE = b"xinzhang binding link 1"
LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class BindLink:
    """What a link stands for; `number` is its own, and consumed once."""

    number: UUID
    peer_id: UUID
    expires_at: datetime


class BindLinks:
    """Makes and reads links, and signs the codes. Consuming is the store's business."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._clock = clock
        codes = {"invalid": ErrorCode.BIND_LINK_INVALID, "expired": ErrorCode.BIND_LINK_EXPIRED}
        self._links = SignedLinks(secret, PURPOSE, clock, names=1, **codes)

    def path(self, peer_id: UUID) -> str:
        """The address of the page on this gateway."""
        return f"/bind/{self._links.sign(peer_id, expires_at=self._clock.now() + LIFETIME)}"

    def read(self, signed: str) -> BindLink:
        """Raises CreditError: BIND_LINK_INVALID, BIND_LINK_EXPIRED."""
        said = self._links.read(signed)
        (peer,) = said.names
        return BindLink(said.number, peer, said.expires_at)

    def digest(self, peer_id: UUID, code: str) -> str:
        """A code as it is kept: of use to nobody who reads the table."""
        return self._links.digest(peer_id.bytes + code.encode())
