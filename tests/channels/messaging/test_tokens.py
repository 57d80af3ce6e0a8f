"""One token an app: fetched once for many callers, replaced before its end, and once more when it is refused."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from channels.messaging.port import SendLater, TokenRefused
from channels.messaging.seen import SeenOnce
from channels.messaging.tokens import TokenCache, TokenExpired
from credit.kernel.clock import ManualClock
from tests.channels.world import NOW

pytestmark = pytest.mark.anyio


class Platform:
    """Gives tokens that live two hours; a new one kills the one before."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.fetched = 0
        self.good = ""
        self.numbers = itertools.count(1)
        self.cache = TokenCache(self.clock, self.fetch)

    async def fetch(self) -> tuple[str, float]:
        self.fetched += 1
        await asyncio.sleep(0)
        self.good = f"t{next(self.numbers)}"
        return self.good, 7200

    async def call(self, token: str) -> str:
        await asyncio.sleep(0)
        if token != self.good:
            raise TokenExpired
        return token


async def test_many_callers_at_once_cost_one_fetch() -> None:
    platform = Platform()
    assert set(await asyncio.gather(*(platform.cache.using(platform.call) for _ in range(50)))) == {"t1"}
    assert platform.fetched == 1


async def test_a_token_is_replaced_at_four_fifths_of_its_life() -> None:
    platform = Platform()
    await platform.cache.get()
    platform.clock.advance(seconds=7200 * 0.8 - 1)
    assert await platform.cache.get() == "t1"
    platform.clock.advance(seconds=1)
    assert await platform.cache.get() == "t2"


async def test_of_many_who_are_refused_at_once_one_fetches() -> None:
    platform = Platform()
    await platform.cache.get()
    platform.good = "somebody else fetched"
    assert set(await asyncio.gather(*(platform.cache.using(platform.call) for _ in range(20)))) == {"t2"}
    assert platform.fetched == 2


async def test_a_token_that_is_refused_twice_is_told_and_not_fetched_for_ever() -> None:
    platform = Platform()

    async def refused(_token: str) -> None:
        raise TokenExpired

    with pytest.raises(TokenRefused):
        await platform.cache.using(refused)
    assert platform.fetched == 2


async def test_a_fetch_that_fails_is_tried_again_by_the_next_caller() -> None:
    platform = Platform()
    answers = iter([SendLater("busy")])

    async def fetch() -> tuple[str, float]:
        for error in answers:
            raise error
        return await platform.fetch()

    cache = TokenCache(platform.clock, fetch)
    with pytest.raises(SendLater):
        await cache.get()
    assert await cache.get() == "t1"


def test_a_signature_is_first_once_and_forgotten_after_its_time() -> None:
    clock = ManualClock(NOW)
    seen = SeenOnce(clock, timedelta(minutes=5), most=3)
    assert [seen.first("a"), seen.first("a")] == [True, False]
    clock.advance(minutes=5)
    assert seen.first("a")
    assert [seen.first(str(nth)) for nth in range(3)] == [True] * 3
    assert seen.first("a")  # the oldest makes room; the inbox still knows the message


def test_a_token_is_not_shown_by_what_keeps_it() -> None:
    platform = Platform()
    asyncio.run(platform.cache.get())
    assert "t1" not in repr(vars(platform.cache))
