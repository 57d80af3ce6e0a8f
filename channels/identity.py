"""Who is speaking: a signed short token, whose `sub` is the customer. Nothing the page says counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt
from jwt.types import Options

from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode

ALGORITHM = "HS256"
AUDIENCE = "xinzhang"
ISSUER = "xinzhang"
LIFETIME = timedelta(minutes=30)
SKEW = timedelta(minutes=1)
"""How far the issuer's clock may be ahead of ours."""
OPTIONS: Options = {
    "require": ["sub", "aud", "iss", "iat", "exp"],
    "strict_aud": True,
    # Times are compared here, against our own clock instead of the library's.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, slots=True)
class Session:
    """A verified caller."""

    customer_id: UUID
    expires_at: datetime


class Identity:
    """Issues (demo login) and verifies tokens. One algorithm; the token's own header is not asked."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def issue(self, customer_id: UUID) -> str:
        """A token for half an hour."""
        now = self._clock.now()
        claims = {"sub": str(customer_id), "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def verify(self, authorization: str | None) -> Session:
        """The caller of an `Authorization: Bearer …` header; whether the customer exists is not looked at here.

        Raises CreditError: TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if not token.strip() or scheme.lower() != "bearer":
            raise CreditError(ErrorCode.TOKEN_MISSING)
        try:
            claims = jwt.decode(
                token.strip(),
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options=OPTIONS,
            )
            customer_id = UUID(claims["sub"])
        except (jwt.PyJWTError, ValueError) as error:
            raise CreditError(ErrorCode.TOKEN_INVALID, type(error).__name__) from error
        return Session(customer_id, self._expiry(claims["iat"], claims["exp"]))

    def _expiry(self, issued: object, expires: object) -> datetime:
        if type(issued) is not int or type(expires) is not int:
            raise CreditError(ErrorCode.TOKEN_INVALID, "times are not whole seconds")
        now = self._clock.now()
        seconds_left = expires - int(now.timestamp())
        if seconds_left <= 0:
            raise CreditError(ErrorCode.TOKEN_EXPIRED)
        if issued > (now + SKEW).timestamp():
            raise CreditError(ErrorCode.TOKEN_INVALID, "issued in the future")
        return now + min(timedelta(seconds=min(seconds_left, 86_400)), LIFETIME)
