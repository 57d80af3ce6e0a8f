"""Who asks for a person in 微信客服 talks to its desk: after the assistant's answer, once, and until the desk ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from channels.replies import Reply
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN
from tests.channels.messaging.matrix import USER, Rig
from tests.channels.messaging.profile_wechat import CustomerServiceProfile, OfficialAccountProfile
from tools.fakes.wecom_kf import BOT, NEW, PERSON, QUEUE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kf(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path, CustomerServiceProfile(), inline=False)
    await rig.bind()
    yield rig
    await rig.close()


def opens_a_ticket(rig: Rig, *, urgent: bool = False) -> None:
    """From now on whatever is said asks for a person, as the assistant's action does it."""

    def answer(text: str) -> list[Reply]:
        if rig.credit.ticket_of(LIN) is None:
            ticket = rig.credit.open_ticket(LIN)
            rig.credit.tickets[LIN] = replace(ticket, urgent=urgent)
        return [Reply(text="在转了")]

    rig.assistant.answer = answer


async def test_after_the_answer_the_desk_has_the_conversation(kf: Rig) -> None:
    opens_a_ticket(kf)
    assert await kf.hear("转人工") == ["在转了"]
    assert kf.fake.states[USER] == PERSON
    assert kf.credit.ticket_of(LIN) is None  # our own desk has it no more
    assert await kf.hear("在吗") == []
    assert kf.turns == 1
    await kf.fake.desk_says(USER, "我是客服")
    await kf.fake.desk_ends(USER)
    await kf.settle()
    kf.assistant.answer = lambda text: [Reply(text="回来了")]
    for _ in range(2):  # and stays
        assert (await kf.hear("谢谢"))[-1] == "回来了"


async def test_with_nobody_on_duty_it_is_the_platforms_queue(kf: Rig) -> None:
    kf.fake.on_duty = False
    opens_a_ticket(kf)
    await kf.hear("转人工")
    assert kf.fake.states[USER] == QUEUE
    assert await kf.hear("在吗") == []


async def test_what_is_urgent_stays_at_our_own_desk(kf: Rig) -> None:
    opens_a_ticket(kf, urgent=True)
    assert await kf.hear("被盗刷了") == ["在转了"]
    assert kf.fake.states.get(USER, NEW) in {NEW, BOT}
    assert kf.credit.ticket_of(LIN) is not None


async def test_a_desk_that_cannot_be_reached_leaves_the_ticket_and_is_asked_again(kf: Rig) -> None:
    opens_a_ticket(kf)
    kf.fake.fail_next("5xx", times=1, at="state")
    assert await kf.hear("转人工") == ["在转了"]
    assert kf.credit.ticket_of(LIN) is not None
    assert await kf.hear("还在吗") == ["在转了"]
    assert kf.fake.states[USER] == PERSON


async def test_a_ticket_that_cannot_be_withdrawn_does_not_send_the_answer_twice(
    kf: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(customer_id: UUID) -> None:
        raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)

    monkeypatch.setattr(kf.credit, "withdraw_ticket", away)
    opens_a_ticket(kf)
    assert await kf.hear("转人工") == ["在转了"]
    before = kf.shown()
    await kf.later(minutes=10)
    assert kf.shown() == before
    assert kf.outbox_states()[-1] == "sent"


async def test_a_channel_without_a_desk_leaves_it_to_ours(tmp_path: Path) -> None:
    rig = Rig(tmp_path, OfficialAccountProfile(), inline=False)
    try:
        await rig.bind()
        opens_a_ticket(rig)
        assert await rig.hear("转人工") == ["在转了"]
        assert rig.credit.ticket_of(LIN) is not None
    finally:
        await rig.close()


async def test_a_restart_while_the_desk_has_it_stays_silent(kf: Rig) -> None:
    """The platform is asked for each customer who is new to the process, so a hand-over that was not noted is noticed."""
    await kf.hear("x")
    kf.fake.states[USER] = PERSON
    await kf.restart()
    turns = kf.turns
    assert await kf.hear("在吗") == []
    assert kf.turns == turns
