"""A customer who asks for a person is given to the platform's own desk, once our last words have arrived there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.replies import Reply
from tests.channels.doubles import LIN
from tests.channels.messaging.apps import Apps

pytestmark = pytest.mark.anyio


def with_desk(apps: Apps, *, on_duty: bool, log: list[str]) -> None:
    adapter: Any = apps.messaging.adapters["alpha"]
    adapter.limits = replace(adapter.limits, desk=True)

    async def hand_over(_account: str, user: str) -> bool:
        log.append(f"over: {user} after {len(apps.fakes['alpha'].shown(user))}")
        return on_duty

    adapter.hand_over = hand_over


async def ask_for_a_person(apps: Apps) -> list[str]:
    def answer(_text: str) -> list[Reply]:
        apps.credit.open_ticket(LIN)
        return [Reply(text="好的，正在为您转接。")]

    apps.assistant.answer = answer
    return await apps.chat("alpha", "u1", "转人工")


async def test_the_desk_takes_over_after_the_answer_and_the_assistant_is_silent(apps: Apps) -> None:
    log: list[str] = []
    with_desk(apps, on_duty=True, log=log)
    await apps.bound("alpha", "u1")
    assert await ask_for_a_person(apps) == ["好的，正在为您转接。"]
    assert log == ["over: u1 after 1"]
    assert await apps.chat("alpha", "u1", "在吗") == []
    assert len(apps.assistant.asked) == 1


async def test_with_nobody_on_duty_the_ticket_waits_at_our_desk_and_the_assistant_goes_on(apps: Apps) -> None:
    log: list[str] = []
    with_desk(apps, on_duty=False, log=log)
    await apps.bound("alpha", "u1")
    await ask_for_a_person(apps)
    apps.assistant.answer = lambda text: [Reply(text=f"听到：{text}")]
    assert await apps.chat("alpha", "u1", "那查额度") == ["听到：那查额度"]
    assert len(log) == 2  # asked again, somebody may have come
    assert 'code="nobody_at_desk"' in apps.app.state.gateway.metrics.text()


async def test_a_channel_without_a_desk_hands_nobody_over(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    assert await ask_for_a_person(apps) == ["好的，正在为您转接。"]
    assert apps.credit.ticket_of(LIN) is not None
