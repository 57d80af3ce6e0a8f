"""Addresses that name something until a time, signed with a key of their own, opened once.

A link is its own number, the ids that it names, its end in seconds, and an HMAC-SHA256 cut to 24 bytes, in base64 for
addresses. Consuming it is the store's business."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id

SIGNATURE_BYTES = 24
ID_BYTES, END_BYTES = 16, 8


@dataclass(frozen=True, slots=True)
class Signed:
    """What a link says; `number` is its own, and consumed once."""

    number: UUID
    names: tuple[UUID, ...]
    expires_at: datetime


class SignedLinks:
    """Makes and reads the links of one purpose."""

    def __init__(
        self, secret: str, purpose: bytes, clock: Clock, *, names: int, invalid: ErrorCode, expired: ErrorCode
    ) -> None:
        """`names` is how many ids a link names; the codes are those of the refusals."""
        # A key of its own, so that no other signature made with the secret can pass for a link.
        self._key = hmac.digest(secret.encode(), purpose, hashlib.sha256)
        self._clock = clock
        self._names = names
        self._invalid, self._expired = invalid, expired

    def sign(self, *names: UUID, expires_at: datetime) -> str:
        """The signed part of an address."""
        content = new_id().bytes + b"".join(name.bytes for name in names) + int(expires_at.timestamp()).to_bytes(8)
        return _written(content + self._signature(content))

    def read(self, signed: str) -> Signed:
        """Raises CreditError with the code for invalid or for expired links."""
        try:
            whole = base64.b64decode(signed + "=" * (-len(signed) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise CreditError(self._invalid, "not base64") from error
        ids = ID_BYTES * (1 + self._names)
        # One link has one spelling: base64 has bits to spare in its last letter.
        if len(whole) != ids + END_BYTES + SIGNATURE_BYTES or _written(whole) != signed:
            raise CreditError(self._invalid, "shape")
        content, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(content)):
            raise CreditError(self._invalid, "signature")
        number, *names = (UUID(bytes=content[start : start + ID_BYTES]) for start in range(0, ids, ID_BYTES))
        link = Signed(number, tuple(names), datetime.fromtimestamp(int.from_bytes(content[ids:]), UTC))
        if self._clock.now() >= link.expires_at:
            raise CreditError(self._expired)
        return link

    def digest(self, content: bytes) -> str:
        """A secret that goes with a link as it is kept: of use to nobody who reads the table."""
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, hashlib.sha256)[:SIGNATURE_BYTES]


def _written(whole: bytes) -> str:
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")
