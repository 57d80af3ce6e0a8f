"""The fakes as the demo uses them: served on a port, each playing its people against a whole gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from credit.kernel.clock import Clock
from tests.channels.messaging.matrix import HOOK, USER, Profile, Rig
from tests.channels.messaging.profile_wechat import CustomerServiceProfile, OfficialAccountProfile, WeComAppProfile
from tools.fakes.wechat_family import Family

pytestmark = pytest.mark.anyio


class Served(Profile):
    """A profile whose platform listens on a port."""

    def __init__(self, profile: Any) -> None:
        self.profile = profile
        self.name = profile.name  # type: ignore[misc]
        self.fake: Family = profile.module.Fake(HOOK)

    def open_fake(self, clock: Clock, http: httpx.AsyncClient) -> Any:
        self.fake.clock, self.fake._http = clock, http
        return self.fake

    def platform(self, fake: Any) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport()


@pytest.fixture(params=[OfficialAccountProfile, WeComAppProfile, CustomerServiceProfile], ids=lambda each: each.name)
async def rig(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Rig]:
    served = Served(request.param())
    await served.fake.start()
    rig = Rig(tmp_path, served, inline=False)
    try:
        yield rig
    finally:
        await rig.close()
        await served.fake.stop()


async def test_a_conversation_with_a_stranger_ends_in_an_invitation(rig: Rig) -> None:
    await rig.fake.say(USER, "你好")
    await rig.settle()
    (said,) = rig.shown()
    assert "/bind/" in said
    assert rig.fake.calls


async def test_a_chip_that_is_not_there_cannot_be_pressed(rig: Rig) -> None:
    with pytest.raises(KeyError):
        await rig.fake.press(USER, "not there")
