"""Who is speaking: a signed short token, whose `sub` is the customer. Nothing the page says counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from jwt.types import Options

from channels.keys import ALGORITHMS, LenderKeys
from channels.lenders import Lender, Lenders
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode

ALGORITHM = "HS256"
AUDIENCE = "xinzhang"
OFFER_AUDIENCE = "xinzhang-offer"
"""Of a token that was given for a signed link: good for one offer, for nothing else."""
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
    lender: Lender | None = None
    """Whose login signed the token; none for the gateway's own."""
    offer_id: UUID | None = None
    """The one offer that the token is good for; none for an ordinary one."""


class Identity:
    """Issues (demo login, signed links) and verifies tokens.

    The issuer decides key and algorithm; of the token's own header only the name of the key is asked."""

    def __init__(
        self, secret: str, clock: Clock, lenders: Lenders | None = None, keys: LenderKeys | None = None
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._lenders = lenders or Lenders()
        self._keys = keys or LenderKeys(clock)

    def issue(self, customer_id: UUID, *, offer_id: UUID | None = None) -> str:
        """A token for half an hour; with an offer, for that one only."""
        now = self._clock.now()
        claims = {"sub": str(customer_id), "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + LIFETIME}
        if offer_id is not None:
            claims |= {"aud": OFFER_AUDIENCE, "offer": str(offer_id)}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def verify(self, authorization: str | None, *, offers: bool = False) -> Session:
        """The caller of an `Authorization: Bearer …` header; whether the customer exists is not looked at here.

        `offers` lets a token for one offer pass too; the caller then compares the offer. May block: a lender's keys
        are read when they are not known. Raises CreditError: TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        token = token.strip()
        if not token or scheme.lower() != "bearer":
            raise CreditError(ErrorCode.TOKEN_MISSING)
        try:
            said = jwt.decode(token, options={"verify_signature": False})
            lender = self._lenders.by_issuer(said.get("iss"))
            if lender is None:
                return self._ours(token, OFFER_AUDIENCE if offers and said.get("aud") == OFFER_AUDIENCE else AUDIENCE)
            return self._lenders_own(token, lender)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise CreditError(ErrorCode.TOKEN_INVALID, type(error).__name__) from error

    def _ours(self, token: str, audience: str) -> Session:
        claims = jwt.decode(
            token, self._secret, algorithms=[ALGORITHM], audience=audience, issuer=ISSUER, options=OPTIONS
        )
        offer_id = UUID(claims.get("offer")) if audience == OFFER_AUDIENCE else None
        return Session(UUID(claims["sub"]), self._expiry(claims), offer_id=offer_id)

    def _lenders_own(self, token: str, lender: Lender) -> Session:
        key = self._keys.find(lender, jwt.get_unverified_header(token).get("kid"))
        if key is None or key.algorithm_name not in ALGORITHMS:
            raise CreditError(ErrorCode.TOKEN_INVALID, f"no such key of {lender.id}")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name],
            audience=lender.audience,
            issuer=lender.issuer,
            options=OPTIONS,
        )
        return Session(UUID(claims["sub"]), self._expiry(claims), lender=lender)

    def _expiry(self, claims: dict[str, Any]) -> datetime:
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise CreditError(ErrorCode.TOKEN_INVALID, "times are not whole seconds")
        now = self._clock.now()
        seconds_left = expires - int(now.timestamp())
        if seconds_left <= 0:
            raise CreditError(ErrorCode.TOKEN_EXPIRED)
        if issued > (now + SKEW).timestamp():
            raise CreditError(ErrorCode.TOKEN_INVALID, "issued in the future")
        return now + min(timedelta(seconds=min(seconds_left, 86_400)), LIFETIME)
