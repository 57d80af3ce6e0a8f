"""What goes out: kept until the platform has it, inside its quota, and money only behind a link."""

from __future__ import annotations

import json

import pytest

from channels.replies import Reply
from tests.channels.doubles import LIN, ZHAO
from tests.channels.messaging.apps import Apps

pytestmark = pytest.mark.anyio

# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_platform_that_is_down_gets_it_later_in_order_and_once(apps_on_both: Apps) -> None:
    apps = apps_on_both
    await apps.bound("alpha", "u1")
    apps.fakes["alpha"].fail_next("5xx", 3)
    for text in ("一", "二"):
        assert await apps.chat("alpha", "u1", text) == []
    pauses = 0
    while apps.fakes["alpha"].shown("u1") != ["听到：一", "听到：二"]:
        await apps.later(seconds=1)
        pauses += 1
        assert pauses < 20
    assert apps.fakes["alpha"].calls == 5
    assert pauses > 5  # doubled, not every second


async def test_a_platform_that_says_when_is_asked_then(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.fakes["alpha"].fail_next("busy")
    await apps.chat("alpha", "u1", "你好")
    assert apps.states() == ["pending"]
    await apps.later(seconds=2)
    assert apps.states() == ["sent"]


async def test_five_answers_in_two_days_then_the_rest_waits_for_the_next_word(slow: Apps) -> None:
    await slow.bound("gamma", "u1")
    fake = slow.fakes["gamma"]
    await slow.chat("gamma", "u1", "你好")
    for nth in range(6):
        await slow.messaging.remind(LIN, Reply(text=f"提醒 {nth}"), key=f"n-{nth}")
        await slow.settle()
    assert fake.shown("u1") == ["听到：你好", "提醒 0", "提醒 1", "提醒 2"]  # one is kept for an answer
    fake.fail_next("quota")
    assert await slow.chat("gamma", "u1", "还在吗") == []
    assert slow.states()[-1] == "waiting"
    await slow.later(hours=1)
    assert slow.states()[-1] == "waiting"
    assert await slow.chat("gamma", "u1", "喂") == ["听到：还在吗", "听到：喂"]


async def test_whoever_cannot_be_reached_is_left_alone_until_they_write(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.fakes["alpha"].fail_next("unreachable")
    await apps.chat("alpha", "u1", "你好")
    calls = apps.fakes["alpha"].calls
    await apps.messaging.remind(LIN, Reply(text="提醒"), key="n-1")
    await apps.later(hours=1)
    assert apps.fakes["alpha"].calls == calls
    assert await apps.chat("alpha", "u1", "回来了") == ["听到：你好", "听到：回来了"]


async def test_what_a_platform_will_never_take_is_given_up_and_does_not_stop_the_next(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.fakes["alpha"].fail_next("never")
    assert await apps.chat("alpha", "u1", "一") == []
    assert await apps.chat("alpha", "u1", "二") == ["听到：二"]
    assert apps.states() == ["failed", "sent"]
    assert 'messaging_alarms_total{channel="alpha",code="send_failed"} 1.0' in apps.app.state.gateway.metrics.text()


async def test_what_still_waits_is_taken_back_when_the_binding_ends(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.fakes["alpha"].fail_next("unreachable")
    await apps.chat("alpha", "u1", "我的额度是多少")
    await apps.chat("alpha", "u1", "", event="unfollow")
    assert apps.states() == ["withdrawn"]
    assert len(await apps.chat("alpha", "u1", "你好")) == 1


async def test_a_reminder_goes_to_the_web_and_to_each_bound_app_once(apps: Apps) -> None:
    from tests.channels.test_reminders import due

    for channel in ("alpha", "beta"):
        await apps.bound(channel, "u1")
    await apps.bound("alpha", "z1", ZHAO)
    notice = due(apps)
    await apps.app.state.gateway.reminders.deliver()
    apps.credit.sent.remove(notice.id)  # as if the process had died before it was remembered
    await apps.restart()
    await apps.app.state.gateway.reminders.deliver()
    await apps.settle()
    for channel in ("alpha", "beta"):
        assert ["2,044.20" in text for text in apps.fakes[channel].shown("u1")] == [True]
    assert apps.fakes["alpha"].shown("z1") == []
    assert len((await apps.history())["messages"]) == 1


async def test_a_reminder_that_could_not_be_sent_for_a_day_is_not_sent(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    apps.fakes["alpha"].fail_next("5xx", 20)
    await apps.messaging.remind(LIN, Reply(text="今天还"), key="n-1")
    await apps.settle()
    await apps.later(hours=21)
    assert apps.states() == ["withdrawn"]


# ── money ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_offer_is_confirmed_behind_a_link_and_its_receipt_comes_back_into_the_app(apps: Apps) -> None:
    await apps.bound("alpha", "u1")
    await apps.bound("beta", "u1")
    offer = apps.credit.put_offer(LIN)
    apps.assistant.answer = lambda _text: [Reply(text="方案做好了。", card=offer.model_dump(mode="json"))]
    (shown,) = await apps.chat("alpha", "u1", "借五千分12期")
    for figure in ("5,000.00", "10.95%", "11.517%", "302.40", "5,302.40"):
        assert figure in shown
    signed = shown.split("/confirm/")[1].split()[0]
    token = (await apps.client.post("/v1/confirm-links/open", json={"signed": signed})).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    confirmed = await apps.client.post(f"/v1/offers/{offer.id}/confirm", json={"pin": "123456"}, headers=headers)
    assert confirmed.status_code == 200
    await apps.settle()
    assert "借款已办好" in apps.fakes["alpha"].shown("u1")[-1]
    assert apps.fakes["beta"].shown("u1") == []
    assert (await apps.client.post("/v1/confirm-links/open", json={"signed": signed})).status_code == 410


async def test_an_offer_of_somebody_else_is_never_linked(apps: Apps) -> None:
    """The link names the customer who is bound, so a card that does not belong to them opens nothing."""
    await apps.bound("alpha", "u1", ZHAO)
    offer = apps.credit.put_offer(LIN)
    apps.assistant.answer = lambda _text: [Reply(text="方案", card=offer.model_dump(mode="json"))]
    (shown,) = await apps.chat("alpha", "u1", "借")
    signed = shown.split("/confirm/")[1].split()[0]
    token = (await apps.client.post("/v1/confirm-links/open", json={"signed": signed})).json()["token"]
    answer = await apps.client.get(f"/v1/offers/{offer.id}", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "offer_not_found")


async def test_nothing_of_a_done_message_stays_in_the_inbox(apps: Apps) -> None:
    from sqlalchemy import select

    from channels.messaging.tables import inbox

    await apps.bound("alpha", "u1")
    await apps.chat("alpha", "u1", "我的额度是多少")
    rows = apps.rows(lambda session: session.execute(select(inbox)).all())
    assert "额度" not in json.dumps([str(row) for row in rows], ensure_ascii=False)
