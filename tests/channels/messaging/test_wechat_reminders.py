"""A reminder comes as a message while one may come, else as the notice that the customer has agreed to, and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.notices.service import PendingNotice
from tests.channels.doubles import LIN
from tests.channels.messaging.matrix import USER, Rig
from tests.channels.messaging.profile_wechat import OfficialAccountProfile

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rig(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path, OfficialAccountProfile(), inline=False)
    await rig.bind()
    yield rig
    await rig.close()


async def remind(rig: Rig, kind: str = "bill_due") -> list[str]:
    """What is shown for a reminder of the account's."""
    facts = {"left": Money(204420), "minimum": Money(20442), "due_on": date(2026, 11, 10)}
    rig.credit.notices.append(PendingNotice(new_id(), LIN, kind, facts, rig.clock.now()))
    before = len(rig.shown())
    for _ in range(2):
        await rig.app.state.gateway.reminders.deliver()
        await rig.settle()
    return rig.shown()[before:]


async def test_while_the_window_is_open_it_is_a_message(rig: Rig) -> None:
    rig.fake.consents[USER] = 1
    (said,) = await remind(rig)
    assert "2,044.20" in said
    assert rig.fake.consents[USER] == 1


async def test_after_it_the_notice_comes_in_its_place(rig: Rig) -> None:
    rig.fake.consents[USER] = 1
    rig.clock.advance(hours=49)
    assert await remind(rig) == ["bill 2044.20 2026-11-10"]
    assert rig.fake.consents[USER] == 0
    assert rig.outbox_states()[-1] == "sent"


async def test_without_consent_nothing_comes_and_nobody_is_alarmed(rig: Rig) -> None:
    rig.clock.advance(hours=49)
    assert await remind(rig) == []
    assert rig.outbox_states()[-1] == "withdrawn"
    assert rig.counted("alarms", code="send_failed") == 0


async def test_a_reminder_without_a_template_waits_for_nobody(rig: Rig) -> None:
    states = rig.outbox_states()
    rig.clock.advance(hours=49)
    assert await remind(rig, "bill_issued") == []
    assert rig.outbox_states() == states


async def test_a_notice_that_failed_comes_later_and_once(rig: Rig) -> None:
    rig.fake.consents[USER] = 1
    rig.clock.advance(hours=49)
    rig.fake.fail_next("5xx")
    assert await remind(rig) == []
    await rig.later(seconds=10)
    assert rig.shown()[-1] == "bill 2044.20 2026-11-10"
