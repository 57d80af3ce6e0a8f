"""Signed one-time links to the page that binds an app identity to a customer.

A link names the identity and its end and is signed with a key of its own. It binds nobody by itself: the page asks for
the lender's login and for consent, and then shows a code that must come back from the very identity in the app. So a
link that is sent on to somebody else cannot bind their account to the sender's app: the code would have to come from
the sender, who does not see it."""

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

PURPOSE = b"xinzhang binding link 1"
SIGNATURE_BYTES = 24
LENGTH = 16 * 2 + 8 + SIGNATURE_BYTES
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
        self._key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
        self._clock = clock

    def path(self, peer_id: UUID) -> str:
        """The address of the page on this gateway."""
        end = self._clock.now() + LIFETIME
        content = new_id().bytes + peer_id.bytes + int(end.timestamp()).to_bytes(8)
        return f"/bind/{_written(content + self._signature(content))}"

    def read(self, signed: str) -> BindLink:
        """Raises CreditError: BIND_LINK_INVALID, BIND_LINK_EXPIRED."""
        try:
            whole = base64.b64decode(signed + "=" * (-len(signed) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise CreditError(ErrorCode.BIND_LINK_INVALID, "not base64") from error
        content, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
        if len(whole) != LENGTH or _written(whole) != signed:
            raise CreditError(ErrorCode.BIND_LINK_INVALID, "shape")
        if not hmac.compare_digest(signature, self._signature(content)):
            raise CreditError(ErrorCode.BIND_LINK_INVALID, "signature")
        number, peer = UUID(bytes=content[:16]), UUID(bytes=content[16:32])
        link = BindLink(number, peer, datetime.fromtimestamp(int.from_bytes(content[32:]), UTC))
        if self._clock.now() >= link.expires_at:
            raise CreditError(ErrorCode.BIND_LINK_EXPIRED)
        return link

    def digest(self, peer_id: UUID, code: str) -> str:
        """A code as it is kept: of use to nobody who reads the table."""
        return hmac.new(self._key, peer_id.bytes + code.encode(), hashlib.sha256).hexdigest()

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, hashlib.sha256)[:SIGNATURE_BYTES]


def _written(whole: bytes) -> str:
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")
