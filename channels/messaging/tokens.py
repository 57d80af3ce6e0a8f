"""Access tokens of a platform, one an app, fetched by one caller at a time and replaced before they end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.messaging.port import TokenRefused
from credit.kernel.clock import Clock

SHARE_OF_LIFE = 0.8
"""A token is replaced after this part of its life: a call that is under way must not see it end."""


class TokenExpired(Exception):  # noqa: N818
    """What a call raises when the platform refuses the token it was given."""


@dataclass(frozen=True, slots=True, repr=False)
class _Token:
    value: str
    fresh_until: datetime


Fetch = Callable[[], Awaitable[tuple[str, float]]]
"""Asks the platform: the token and the seconds it lives. Raises SendLater, TokenRefused, httpx.HTTPError."""


class TokenCache:
    """One app's token. A new fetch may kill the old token on some platforms, so nobody else must fetch."""

    def __init__(self, clock: Clock, fetch: Fetch) -> None:
        self._clock = clock
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._token: _Token | None = None

    async def get(self) -> str:
        """A token that is good. Raises what fetching raises."""
        return (await self._current(None)).value

    async def using[T](self, call: Callable[[str], Awaitable[T]]) -> T:
        """Run `call(token)`; when it raises TokenExpired, fetch once and run it once more.

        Raises TokenRefused when the second token is refused too, and whatever the call raises."""
        first = await self._current(None)
        try:
            return await call(first.value)
        except TokenExpired:
            second = await self._current(first)
        try:
            return await call(second.value)
        except TokenExpired as error:
            raise TokenRefused from error

    async def _current(self, refused: _Token | None) -> _Token:
        """The kept token, or a new one when it is old or the refused one. Of many who were refused at once, one
        fetches and the others get what it got."""
        async with self._lock:
            token = self._token
            if token is None or token is refused or self._clock.now() >= token.fresh_until:
                value, seconds = await self._fetch()
                token = _Token(value, self._clock.now() + timedelta(seconds=seconds * SHARE_OF_LIFE))
                self._token = token
            return token
