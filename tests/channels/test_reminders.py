"""Reminders reach the conversation once, also when the process dies between saying and remembering."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.notices.service import PendingNotice
from tests.channels.doubles import LIN, ZHAO
from tests.channels.world import NOW, World

pytestmark = pytest.mark.anyio


def due(world: World, customer: UUID = LIN, **facts: Any) -> PendingNotice:
    said = {"left": Money(204420), "minimum": Money(20442), "due_on": date(2026, 11, 10), **facts}
    notice = PendingNotice(new_id(), customer, "bill_due", said, NOW - timedelta(hours=1))
    world.credit.notices.append(notice)
    return notice


async def texts(world: World, customer: UUID = LIN) -> list[str]:
    return [message["text"] for message in (await world.history(customer))["messages"]]


async def test_a_reminder_comes_into_the_open_stream_and_the_history_of_its_customer_alone(world: World) -> None:
    due(world)
    async with world.listen() as listener:
        assert await world.app.state.gateway.reminders.deliver() == 1
        event = await listener.next()
    assert "2,044.20" in event.data["text"]
    assert len(await texts(world)) == 1
    assert await texts(world, ZHAO) == []


async def test_a_reminder_is_said_once_however_often_the_outbox_is_looked_at(world: World) -> None:
    due(world)
    for _ in range(3):
        await world.app.state.gateway.reminders.deliver()
    assert len(await texts(world)) == 1


async def test_a_crash_between_saying_and_remembering_says_it_once(world: World) -> None:
    notice = due(world)
    await world.app.state.gateway.reminders.deliver()
    world.credit.sent.remove(notice.id)  # as if it had not been remembered
    await world.restart()
    await world.app.state.gateway.reminders.deliver()
    assert len(await texts(world)) == 1
    assert world.credit.sent == [notice.id]


async def test_while_the_account_service_is_away_nothing_is_lost(world: World) -> None:
    due(world)
    world.credit.down = CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)
    with pytest.raises(CreditError):
        await world.app.state.gateway.reminders.deliver()
    world.credit.down = None
    assert await world.app.state.gateway.reminders.deliver() == 1


async def test_why_a_line_is_held_is_said_in_words(world: World) -> None:
    notice = PendingNotice(
        new_id(), LIN, "credit_held", {"product": "现金借", "reason": "watch_new_loans"}, NOW - timedelta(hours=1)
    )
    world.credit.notices.append(notice)
    await world.app.state.gateway.reminders.deliver()
    [text] = await texts(world)
    assert "短时间内多次借款" in text
    assert "watch" not in text
