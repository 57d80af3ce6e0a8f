"""Who may sit at the desk: the lender's own people, by a signed token of an audience of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import jwt

from channels.identity import ALGORITHM, ISSUER, OPTIONS
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode
from credit.people.service import TAKEN, WAITING, TicketView

AUDIENCE = "xinzhang-staff"
"""A customer's token must never open the desk, nor the other way round."""
LIFETIME = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Member:
    """A verified member of staff, by the name that customers and colleagues see."""

    name: str


class StaffIdentity:
    """Issues (demo) and verifies staff tokens; in production the lender's own login signs them."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def issue(self, name: str) -> str:
        now = self._clock.now()
        claims = {"sub": name, "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def verify(self, authorization: str | None) -> Member:
        """Raises CreditError: TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if not token.strip() or scheme.lower() != "bearer":
            raise CreditError(ErrorCode.TOKEN_MISSING)
        try:
            claims = jwt.decode(
                token.strip(), self._secret, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=OPTIONS
            )
        except jwt.PyJWTError as error:
            raise CreditError(ErrorCode.TOKEN_INVALID, type(error).__name__) from error
        expires = claims["exp"]
        if type(expires) is not int or not claims["sub"]:
            raise CreditError(ErrorCode.TOKEN_INVALID)
        if expires <= self._clock.now().timestamp():
            raise CreditError(ErrorCode.TOKEN_EXPIRED)
        return Member(str(claims["sub"]))


def is_taken(ticket: TicketView | None) -> bool:
    """Whether a person has the conversation: the assistant is silent then."""
    return ticket is not None and ticket.state == TAKEN


def may_go_elsewhere(ticket: TicketView | None) -> bool:
    """Whether a platform's own desk may have the customer: what is urgent needs the account, which is seen at ours."""
    return ticket is not None and ticket.state == WAITING and not ticket.urgent
