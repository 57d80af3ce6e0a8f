"""The process dies between any two steps of a message: nothing is lost and nothing is shown twice.

A step is a transaction of ours or a call to the platform. At the chosen one the process ends, before it happens or just
after; everything that it had begun ends with it. Then another process starts over the same database, and the platform
sends again what was not acknowledged, as they all do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.messaging.port import Incoming, Outgoing, Pull
from channels.replies import Reply
from tests.channels.doubles import LIN
from tests.channels.messaging.apps import Apps

pytestmark = pytest.mark.anyio


class Dead(BaseException):
    """The process is gone: nobody catches this."""


class Death:
    """Kills a gateway at its step number `at`; at none when it is past the last."""

    def __init__(self, apps: Apps, channel: str, *, at: int, after: bool) -> None:
        self.at, self.after = at, after
        self.steps: list[str] = []
        self.dead = False
        self._apps = apps
        store = apps.app.state.gateway.store
        adapter: Any = apps.messaging.adapters[channel]
        store.write = self._mortal("write", store.write)
        store.look = self._alive_only(store.look)
        adapter.send = self._mortal_send(adapter.send)

    def _count(self, what: str) -> bool:
        """Whether this is the step; raises when it is over already."""
        if self.dead:
            raise Dead
        self.steps.append(what)
        if len(self.steps) != self.at:
            return False
        self.dead = True
        return True

    def _mortal(self, what: str, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def step(work: Any) -> Any:
            dies = self._count(what)
            if dies and not self.after:
                raise Dead
            value = call(work)
            if dies or self.dead:
                raise Dead
            return value

        return step

    def _alive_only(self, call: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def step(work: Any) -> Any:
            if self.dead:
                raise Dead
            return call(work)

        return step

    def _mortal_send(self, call: Callable[[Outgoing], Any]) -> Callable[[Outgoing], Any]:
        async def step(outgoing: Outgoing) -> None:
            dies = self._count("send")
            if dies and not self.after:
                raise Dead
            await call(outgoing)
            if dies:
                raise Dead

        return step


async def say_until_taken(apps: Apps, channel: str, user: str, text: str, message_id: str) -> str:
    """As a platform does: again while there is no answer. Returns what the answer carried."""
    for _ in range(3):
        with suppress(Dead):
            response = await apps.fakes[channel].say(user, text, message_id=message_id)
            if response.status_code == 200:
                return str(response.json().get("text", ""))
        await apps.restart()
    raise AssertionError("never taken")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("channel", ["alpha", "gamma"], ids=["sent", "inline"])
async def test_a_death_at_any_step_loses_nothing_and_shows_nothing_twice(
    apps_on_both: Apps, channel: str, after: bool
) -> None:
    apps = apps_on_both
    at, reached = 0, True
    while reached:
        at += 1
        user, message_id = f"u{at}", f"m-{at}"
        await apps.bound(channel, user)
        death = Death(apps, channel, at=at, after=after)
        await say_until_taken(apps, channel, user, f"第 {at}", message_id)
        with suppress(Dead):
            await apps.settle()
        reached = death.dead
        await apps.restart()
        await apps.later(seconds=60)
        # Where the answer to the webhook was lost with the process, the platform asks again and is told.
        if not apps.fakes[channel].shown(user):
            await apps.fakes[channel].say(user, f"第 {at}", message_id=message_id)
        await apps.settle()
        assert apps.fakes[channel].shown(user) == [f"听到：第 {at}"], (at, death.steps)
        assert set(apps.inbox_states()) == {"done"}
        assert set(apps.states()) <= {"sent", "inline"}
    assert at > 4, "the steps were not counted"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_death_while_fetching_neither_loses_nor_doubles_a_page(apps_on_both: Apps, after: bool) -> None:
    """Messages and the cursor behind them are one transaction, whatever the puller was about to do."""
    apps = apps_on_both
    await apps.bound("alpha", "u1")
    pages = [[f"p{page}-{nth}" for nth in range(3)] for page in range(3)]

    def incoming(name: str) -> Incoming:
        at = datetime(2026, 11, 8, 4, tzinfo=UTC)
        return Incoming("alpha", "alpha", "u1", name, "text", name, at)

    async def pull() -> None:
        """What a puller does: from the saved cursor to the end."""
        pump = apps.messaging.pipeline.pumps["alpha"]
        while (page := int(await pump.cursor("alpha") or 0)) < len(pages):
            await pump.take([incoming(name) for name in pages[page]], cursor=("alpha", str(page + 1)))

    at, reached = 0, True
    while reached:
        at += 1
        death = Death(apps, "alpha", at=at, after=after)
        with suppress(Dead):
            await pull()
        with suppress(Dead):
            await apps.settle()
        reached = death.dead
        await apps.restart()
    await pull()
    await apps.later(seconds=60)
    assert apps.fakes["alpha"].shown("u1") == [f"听到：{name}" for page in pages for name in page]


async def test_a_death_while_a_reminder_is_put_out_says_it_once(apps_on_both: Apps) -> None:
    apps = apps_on_both
    await apps.bound("alpha", "u1")
    for at in range(1, 8):
        for after in (False, True):
            key = f"n-{at}-{after}"
            Death(apps, "alpha", at=at, after=after)
            with suppress(Dead):
                await apps.messaging.remind(LIN, Reply(text=key), key=key)
            with suppress(Dead):
                await apps.settle()
            await apps.restart()
            await apps.messaging.remind(LIN, Reply(text=key), key=key)
            await apps.later(seconds=60)
            assert apps.fakes["alpha"].shown("u1").count(key) == 1


async def test_hints_to_fetch_are_news_that_may_be_lost(apps: Apps) -> None:
    pump = apps.messaging.pipeline.pumps["alpha"]
    for nth in range(1_001):
        pump.hint(Pull("kf", str(nth)))
    assert await pump.next_pull(1) == Pull("kf", "1")
