"""Calls to the family's servers: an access token in the query, an `errcode` in the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import httpx

from channels.messaging.port import NotWanted, QuotaSpent, SendFailed, SendLater, TokenRefused, Unreachable
from channels.messaging.tokens import TokenCache, TokenExpired
from credit.kernel.clock import Clock

DAY_IS_SPENT = 3600.0
"""Seconds until a call is tried again when the day's number of calls is used up."""

type Verdict = Callable[[str], Exception]

TOKEN_EXPIRED = frozenset({40001, 40014, 42001})
VERDICTS: Mapping[int, Verdict] = {
    -1: SendLater,
    45009: partial(SendLater, retry_after=DAY_IS_SPENT),
    45011: SendLater,
    45033: SendLater,
    43117: SendLater,
    43101: NotWanted,
    45015: Unreachable,
    43004: Unreachable,
    48002: Unreachable,
    45047: QuotaSpent,
    # Nothing is wrong with the message: the operator must list our address, or write the right secret into the file.
    40013: TokenRefused,
    40125: TokenRefused,
    40164: TokenRefused,
    60020: TokenRefused,
}
"""What every code of the family means for the message. One that is not here will not get better: SendFailed.
Sources: the platforms' pages of return codes."""

type TokenRequest = Callable[[str], Awaitable[httpx.Response]]
"""Asks for an access token with one of the app's secrets."""


class Api:
    """One app's calls. The secret and the token are in nothing that is logged or raised."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Clock,
        base_url: str,
        *,
        secrets: tuple[str, ...],
        ask_for_token: TokenRequest,
        verdicts: Mapping[int, Verdict] = VERDICTS,
    ) -> None:
        """`secrets`: the current one first; the previous one is tried when it is refused."""
        self._http = http
        self._base_url = base_url
        self._secrets = secrets
        self._ask_for_token = ask_for_token
        self._verdicts = verdicts
        self._tokens = TokenCache(clock, self._fetch)

    async def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a call that succeeded. Raises the port's SendLater, QuotaSpent, Unreachable, TokenRefused,
        SendFailed, each with the platform's code, and httpx.HTTPError."""

        async def once(token: str) -> dict[str, Any]:
            # httpx writes letters as they are; with \u escapes the platform would answer 40033 or show them.
            response = await self._http.post(self._base_url + path, params={"access_token": token}, json=body)
            answer = answer_of(response)
            code = answer["errcode"]
            if code in TOKEN_EXPIRED:
                raise TokenExpired
            if code:
                raise self._verdicts.get(code, SendFailed)(str(code))
            return answer

        return await self._tokens.using(once)

    async def _fetch(self) -> tuple[str, float]:
        code = 0
        for secret in self._secrets:
            answer = answer_of(await self._ask_for_token(secret))
            code = answer["errcode"]
            if not code:
                return str(answer["access_token"]), float(answer["expires_in"])
            if code == -1:
                raise SendLater(str(code))
        raise TokenRefused(str(code))


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, its `errcode` a number always. Raises SendLater when it is none."""
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        wait = response.headers.get("retry-after", "")
        raise SendLater("429", float(wait) if wait.isdigit() else None)
    if response.status_code != httpx.codes.OK:
        raise SendLater(str(response.status_code))
    try:
        answer = response.json()
        return {**answer, "errcode": int(answer.get("errcode") or 0)}
    except (ValueError, TypeError, AttributeError):
        raise SendLater("shape") from None
