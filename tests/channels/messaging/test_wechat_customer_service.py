"""微信客服: fetching by cursor, the welcome, the desk, and what did not arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from channels.messaging.port import Pull, QuotaSpent, SendFailed, SendLater, TokenRefused
from tests.channels.messaging.wechat_world import USER, Playing
from tools.fakes import wecom_kf
from tools.fakes.wechat_family import Push

pytestmark = pytest.mark.anyio

type Desk = Playing[wecom_kf.Fake]


@pytest.fixture
async def kf(anyio_backend: str) -> AsyncIterator[Desk]:
    playing: Desk = Playing(wecom_kf)
    yield playing
    await playing.close()


# ── callback and pages ──────────────────────────────────────────────────────────────────────────────────────


async def test_the_consoles_check_gets_the_plaintext(kf: Desk) -> None:
    assert kf.receive(Push(kf.fake.url_check("161614"), b""), "GET").answer.body == b"161614"


async def test_a_callback_says_where_to_fetch(kf: Desk) -> None:
    received = kf.receive(kf.fake.callback())
    assert received.messages == ()
    assert received.pull is not None
    assert received.pull.account == kf.fake.account
    assert received.pull.token.startswith("ENC")


async def test_another_account_of_the_corporation_is_not_ours_to_fetch(kf: Desk) -> None:
    received = kf.receive(kf.fake.callback("wk-other"))
    assert (received.answer.status, received.pull) == (200, None)


async def test_what_customers_write_is_fetched_in_order(kf: Desk) -> None:
    kf.fake.page = 2
    for nth in range(5):
        await kf.fake.say(USER, str(nth))
    await kf.fetch()
    assert kf.pump.texts() == ["0", "1", "2", "3", "4"]
    assert kf.pump.cursors == {kf.fake.account: "5"}
    assert kf.fake.pulls[:3] == ["", "2", "4"]


async def test_the_next_fetch_goes_on_where_the_last_one_ended(kf: Desk) -> None:
    await kf.fake.say(USER, "一")
    await kf.fetch()
    kf.fake.pulls.clear()
    await kf.fake.say(USER, "二")
    await kf.fetch()
    assert kf.pump.texts() == ["一", "二"]
    assert set(kf.fake.pulls) == {"1", "2"}


async def test_of_many_callbacks_one_fetch_brings_everything(kf: Desk) -> None:
    await kf.fetch()
    kf.fake.pulls.clear()
    for nth in range(20):
        await kf.fake.say(USER, str(nth))
    await kf.fetch()
    assert len(kf.pump.texts()) == 20
    assert len(kf.fake.pulls) == 2  # one at the start, one for the callbacks


async def test_the_very_first_fetch_leaves_old_messages_alone(kf: Desk) -> None:
    kf.fake.write(USER, "yesterday")
    kf.clock.advance(hours=20)
    kf.fake.write(USER, "now")
    await kf.fetch()
    assert kf.pump.texts() == ["now"]
    kf.fake.write(USER, "while we were away")
    kf.clock.advance(hours=20)
    await kf.fetch()
    assert kf.pump.texts() == ["now", "while we were away"]


async def test_a_page_that_could_not_be_stored_is_fetched_again(kf: Desk) -> None:
    kf.fake.write(USER, "一")
    kf.pump.away = 2
    await kf.fetch()
    assert kf.pump.texts() == ["一"]
    assert kf.pump.rests == [2.0, 4.0]


async def test_a_crash_between_storing_and_the_next_page_loses_and_doubles_nothing(kf: Desk) -> None:
    kf.fake.page = 1
    for nth in range(3):
        kf.fake.write(USER, str(nth))
    page = kf.adapter._puller._page
    await page(kf.fake.account, "", kf.pump)  # stored with its cursor; then the process dies
    again: Desk = Playing(wecom_kf)
    again.adapter, again.fake, again.pump = kf.adapter, kf.fake, kf.pump
    await again.fetch()
    assert kf.pump.texts() == ["0", "1", "2"]
    kf.pump.cursors[kf.fake.account] = "0"  # stored, but the cursor was not: the page comes again
    await kf.fetch()
    assert kf.pump.texts() == ["0", "1", "2"]
    await again.close()


async def test_a_callbacks_token_that_is_over_is_done_without(kf: Desk) -> None:
    kf.fake.write(USER, "一")
    kf.pump.pulls.append(Pull(kf.fake.account, "ENC-over"))
    await kf.fetch()
    assert kf.pump.texts() == ["一"]
    assert kf.pump.alarms == []


async def test_a_platform_that_fails_for_long_is_told_and_tried_on(kf: Desk) -> None:
    kf.fake.write(USER, "一")
    kf.fake.fail_next("5xx", times=6, at="sync")
    await kf.fetch()
    assert kf.pump.texts() == ["一"]
    assert [code for code, _ in kf.pump.alarms] == ["pull_failing"]
    assert kf.pump.rests == [2, 4, 8, 16, 32, 60]


async def test_an_account_that_is_not_the_apps_is_told(kf: Desk) -> None:
    kf.fake.account = "wk-moved"
    await kf.fetch()
    assert [(code, facts["platform_code"]) for code, facts in kf.pump.alarms] == [("pull_refused", "95000")]


async def test_one_unreadable_entry_does_not_stop_the_others(kf: Desk) -> None:
    kf.fake.write(USER, "一")
    kf.fake.log += [
        {"msgid": "m"},
        {**kf.fake.log[0], "msgid": "m2", "send_time": "x"},
        {**kf.fake.log[0], "text": None},
    ]
    kf.fake.write(USER, "二")
    await kf.fetch()
    assert kf.pump.texts() == ["一", "二"]


async def test_what_is_no_text_is_heard_as_such(kf: Desk) -> None:
    kf.fake.other(USER, "image", image={"media_id": "m"})
    await kf.fetch()
    assert [(message.kind, message.text) for message in kf.pump.messages if message.kind != "event"] == [("other", "")]


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_chips_come_back_as_their_labels(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    await kf.send("请选择", choices=("查账单", "还款"))
    await kf.fake.press(USER, "还款")
    await kf.fetch()
    assert [message.text for message in kf.pump.messages if message.kind == "choice"] == ["还款"]


async def test_one_key_is_shown_once(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    for _ in range(3):
        await kf.send("您好")
    assert kf.fake.shown(USER) == ["您好"]


async def test_the_sixth_message_waits_for_the_customer(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    for nth in range(5):
        await kf.send(str(nth), key=f"{nth:032}")
    with pytest.raises(QuotaSpent) as spent:
        await kf.send("6")
    assert spent.value.code == "95001"


@pytest.mark.parametrize(
    ("failure", "error"),
    [("busy", SendLater), ("5xx", SendLater), ("quota", QuotaSpent), ("refused", SendFailed), ("60020", TokenRefused)],
)
async def test_every_code_has_its_meaning(kf: Desk, failure: str, error: type[Exception]) -> None:
    await kf.fake.say(USER, "x")
    kf.fake.fail_next(failure)
    with pytest.raises(error):
        await kf.send("您好")


async def test_who_opens_the_chat_is_welcomed_once(kf: Desk) -> None:
    await kf.fake.enter(USER)
    await kf.fetch()
    (entered,) = kf.pump.messages
    assert entered.event == "enter"
    context = entered.reply_context
    kf.fake.fail_next("5xx")
    with pytest.raises(SendLater):
        await kf.send("欢迎", reply_context=context)
    await kf.send("欢迎", reply_context=context)  # the same message again may use the code
    assert kf.fake.shown(USER) == ["欢迎"]
    with pytest.raises(QuotaSpent):  # another may not: the customer has not written yet
        await kf.send("还有", key="2" * 32, reply_context=context)


async def test_a_welcome_that_comes_too_late_goes_the_usual_way(kf: Desk) -> None:
    await kf.fake.enter(USER)
    await kf.fetch()
    context = kf.pump.messages[0].reply_context
    await kf.fake.say(USER, "x")
    kf.fake._codes.clear()
    for nth in range(2):  # the second does not even try the code
        await kf.send("欢迎", key=f"{nth:032}", reply_context=context)
    assert kf.fake.shown(USER) == ["欢迎", "欢迎"]


async def test_who_comes_back_soon_is_not_welcomed_again(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    await kf.fake.enter(USER)
    await kf.fetch()
    assert kf.pump.events()[-1] == "ignored"


async def test_what_did_not_arrive_is_told_by_our_own_key(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    kf.fake.blocked.add(USER)
    await kf.send("您好", key="a" * 32)  # taken, which is not delivered
    await kf.fetch()
    failed = kf.pump.messages[-1]
    assert (failed.event, failed.text, failed.reply_context) == ("delivery_failed", "2", {"failed": "a" * 32})


# ── the desk ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_conversation_goes_to_the_desk_and_comes_back(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    await kf.fetch()
    assert await kf.adapter.hand_over(kf.fake.account, USER)
    assert kf.fake.states[USER] == wecom_kf.PERSON
    with pytest.raises(SendFailed) as silent:
        await kf.send("您好")
    assert silent.value.code == "95018"
    await kf.fake.desk_says(USER, "我是客服")
    await kf.fake.desk_ends(USER)
    await kf.fetch()
    assert kf.pump.events()[-2:] == ["handed_over", "handed_back"]
    goodbye = kf.pump.messages[-1].reply_context
    await kf.send("助手回来了", key="3" * 32, reply_context=goodbye)
    assert kf.fake.shown(USER)[-1] == "助手回来了"


async def test_a_desk_that_takes_by_itself_is_noticed(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    await kf.fake.desk_takes(USER)
    await kf.fetch()
    assert kf.pump.events()[-1] == "handed_over"


async def test_nobody_on_duty_puts_the_customer_into_the_queue(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    kf.fake.on_duty = False
    assert await kf.adapter.hand_over(kf.fake.account, USER)
    assert kf.fake.states[USER] == wecom_kf.QUEUE
    assert await kf.adapter.hand_over(kf.fake.account, USER)  # it is there already


@pytest.mark.parametrize("failure", ["5xx", "busy", "95000"])
async def test_a_hand_over_that_fails_is_said_so(kf: Desk, failure: str) -> None:
    kf.fake.fail_next(failure, times=9, at="state")
    assert not await kf.adapter.hand_over(kf.fake.account, USER)


async def test_a_closed_conversation_waits_for_the_customer(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    kf.fake.states[USER] = wecom_kf.CLOSED
    with pytest.raises(QuotaSpent) as closed:
        await kf.send("您好")
    assert closed.value.code == "95018"


async def test_a_session_that_ended_unnoticed_wakes_the_bot_at_the_next_message(kf: Desk) -> None:
    await kf.fake.say(USER, "x")
    await kf.fake.desk_takes(USER)
    await kf.fake.say(USER, "to the desk")
    await kf.fetch()
    assert kf.pump.events()[-1] == "handed_over"
    await kf.fake.desk_ends(USER, silently=True)
    await kf.fake.say(USER, "hello?")
    await kf.fetch()
    assert [message.event or message.text for message in kf.pump.messages[-2:]] == ["handed_back", "hello?"]


async def test_the_state_is_not_asked_for_again_and_again(kf: Desk) -> None:
    for nth in range(10):
        await kf.fake.say(USER, str(nth))
    await kf.fetch()
    pages = len(kf.fake.pulls)
    assert kf.fake.calls == pages + 1


async def test_a_state_that_cannot_be_asked_for_loses_no_message(kf: Desk) -> None:
    kf.fake.write(USER, "x")
    kf.fake.fail_next("5xx", at="state")
    await kf.fetch()
    assert kf.pump.texts() == ["x"]
    assert kf.pump.events() == []
