"""Alipay's life account: signed forms in GBK and UTF-8, signed answers, and the windows in which it lets us speak."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from pydantic import ValidationError

from channels.alipay.adapter import Settings
from channels.crypto import rsa2
from channels.messaging.port import SendFailed, SendLater, Unreachable
from tests.channels.messaging.desk import HOOK, Desk
from tools.fakes.alipay import Fake, key

pytestmark = pytest.mark.anyio

LIN = "2088000000000001"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.http.aclose()


@pytest.fixture(params=["GBK", "UTF-8"])
async def fake(desk: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Fake]:
    fake = Fake(HOOK, charset=request.param, clock=desk.clock, http=desk.client())
    await fake.start()
    try:
        desk.open(fake.settings())
        yield fake
    finally:
        await fake.stop()


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_address_check_is_answered_and_signed(desk: Desk, fake: Fake) -> None:
    assert await fake.check_url()
    assert (desk.messages, desk.refused) == ([], [])


async def test_a_check_that_fails_is_answered_by_a_signed_no(desk: Desk, fake: Fake) -> None:
    content = fake.event("", "verifygw")
    answer = await fake.post(fake.form(content, service="alipay.service.check", key=key("stranger")))
    assert fake.opened(answer).startswith("<success>false</success><error_code>VERIFY_FAILED</error_code>")
    for content in (fake.event("", "other"), fake.event("", "verifygw", AppId="1")):
        answer = await fake.push(content, service="alipay.service.check")
        assert "<success>false</success>" in fake.opened(answer)
    assert desk.refused == ["signature", "url_check", "app"]


async def test_a_text_is_taken_and_acknowledged(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "我还能借多少 <b>&")
    (message,) = desk.messages
    assert (message.user, message.kind, message.text) == (LIN, "text", "我还能借多少 <b>&")
    assert (message.account, message.at) == (fake.app_id, desk.clock.now())
    ack = fake.opened(fake.answers[-1])
    assert f"<ToUserId><![CDATA[{LIN}]]></ToUserId>" in ack
    assert "<![CDATA[ack]]>" in ack


async def test_follow_click_enter_and_unfollow_are_events(desk: Desk, fake: Fake) -> None:
    for event in ("follow", "enter", "unfollow", "report_location"):
        await fake.do(LIN, event)
    await fake.do(LIN, "click", "my_bill")
    assert [(message.event, message.text) for message in desk.messages] == [
        ("follow", ""), ("enter", ""), ("unfollow", ""), ("ignored", ""), ("menu", "my_bill"),
    ]  # fmt: skip
    assert len({message.message_id for message in desk.messages}) == 5


async def test_what_is_no_text_is_told_so(desk: Desk, fake: Fake) -> None:
    await fake.push(fake.message(LIN, "x", MsgType="image"))
    assert (desk.messages[0].kind, desk.messages[0].text) == ("other", "")


async def test_a_message_without_an_id_is_known_by_person_and_time(desk: Desk, fake: Fake) -> None:
    for _ in range(2):
        await fake.push(fake.message(LIN, "x", MsgId=""))
    desk.clock.advance(seconds=1)
    await fake.push(fake.message(LIN, "x", MsgId=""))
    assert len({message.message_id for message in desk.messages}) == 2


async def test_an_open_id_stands_for_the_user(desk: Desk, fake: Fake) -> None:
    await fake.push(fake.message("", "x", FromOpenId="open-1"))
    await fake.push(fake.message("", "x"))
    assert ([message.user for message in desk.messages], desk.refused) == (["open-1"], ["shape"])


async def test_no_changed_field_passes(desk: Desk, fake: Fake) -> None:
    fields = dict(parse_qsl(fake.form(fake.message(LIN, "x")).decode(), encoding=fake.charset))
    for name in fields:
        for changed in (fields[name] + "x", ""):
            body = urlencode({**fields, name: changed}, encoding=fake.charset).encode()
            await fake.post(body)
    await fake.post(urlencode({**fields, "extra": "1"}, encoding=fake.charset).encode())
    assert (len(desk.refused), desk.messages) == (len(fields) * 2 + 1, [])
    assert set(desk.refused) == {"signature", "plain"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sign_type": "RSA"}, "plain"),
        ({"charset": "utf-7"}, "shape"),
        ({"service": "alipay.other"}, "shape"),
        ({"biz_content": "{}"}, "shape"),
        ({"biz_content": "<XML>"}, "shape"),
        ({"biz_content": '<!DOCTYPE x [<!ENTITY a "b">]><XML><Text>&a;</Text></XML>'}, "shape"),
        ({"biz_content": "<XML><AppId>1</AppId></XML>"}, "app"),
        ({"biz_content": "<XML><CreateTime>1</CreateTime></XML>"}, "stale"),
    ],
    ids=["sha1", "charset", "service", "json", "broken", "doctype", "app", "old"],
)
async def test_a_signed_form_of_a_wrong_shape_is_refused(
    desk: Desk, fake: Fake, fields: dict[str, str], code: str
) -> None:
    answer = await fake.post(fake.form(fake.message(LIN, "x"), **fields))
    assert (answer.status_code, desk.refused, desk.messages) == (403, [code], [])


async def test_a_recording_is_refused_after_an_hour(desk: Desk, fake: Fake) -> None:
    body = fake.form(fake.message(LIN, "x"))
    desk.clock.advance(hours=1)
    assert (await fake.post(body)).status_code == 200
    desk.clock.advance(seconds=1)
    assert (await fake.post(body)).status_code == 403
    assert desk.refused == ["stale"]


@pytest.mark.parametrize("body", [b"", b"{}", b"a=1&a=2", b"<XML/>", b"\xff=\xfe"], ids=range(5))
async def test_what_is_no_form_is_refused(desk: Desk, fake: Fake, body: bytes) -> None:
    assert (await fake.post(body)).status_code == 403
    assert desk.messages == []


async def test_the_previous_key_of_the_platform_counts_during_rotation(desk: Desk, fake: Fake) -> None:
    keys = {"current": rsa2.bare(key("next").public_key()), "previous": rsa2.bare(key("platform").public_key())}
    desk.open(fake.settings(), alipay_public_key=keys)
    await fake.say(LIN, "旧")
    fake.own_key = key("next")
    await fake.say(LIN, "新")
    fake.own_key = key("stranger")
    await fake.say(LIN, "错")
    assert ([message.text for message in desk.messages], desk.refused) == (["旧", "新"], ["signature"])


def test_a_key_that_is_none_is_named_at_the_start_and_not_quoted() -> None:
    good = rsa2.bare(key("platform").public_key())
    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate({"app_id": "1", "app_private_key": "cGFzc3dvcmQ=", "alipay_public_key": good})
    assert "app_private_key" in str(refusal.value)
    assert "cGFzc3dvcmQ=" not in str(refusal.value)


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_is_signed_and_shown(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("您好 & 再见 😀"))
    assert fake.shown(LIN) == ["您好 & 再见 😀"]


async def test_an_answer_to_an_event_names_it_while_its_window_is_open(desk: Desk, fake: Fake) -> None:
    await fake.do(LIN, "follow")
    assert desk.adapter is not None
    desk.clock.advance(minutes=4, seconds=59)
    await desk.adapter.send(desk.reply("欢迎"))
    desk.clock.advance(seconds=1)
    await desk.adapter.send(desk.reply("还在"))
    desk.clock.advance(hours=48)
    with pytest.raises(Unreachable):
        await desk.adapter.send(desk.reply("晚了"))
    assert (fake.shown(LIN), fake.named) == (["欢迎", "还在"], ["follow", ""])


async def test_entering_allows_one_message_of_its_name_a_day_and_more_without(desk: Desk, fake: Fake) -> None:
    await fake.do(LIN, "enter")
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("您好"))
    await desk.adapter.send(desk.reply("还有"))
    assert (fake.shown(LIN), fake.named) == (["您好", "还有"], ["enter_ppchat", ""])


async def test_a_text_after_an_event_is_answered_as_a_text(desk: Desk, fake: Fake) -> None:
    await fake.do(LIN, "click", "my_bill")
    await fake.say(LIN, "x")
    assert desk.messages[-1].reply_context == {"event_type": ""}


async def test_who_unfollowed_is_out_of_reach(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    asked = desk.messages[-1]
    await fake.do(LIN, "unfollow")
    assert desk.adapter is not None
    with pytest.raises(Unreachable):
        await desk.adapter.send(desk.reply("好", asked))
    assert fake.shown(LIN) == []


@pytest.mark.parametrize(
    ("failure", "error", "code"),
    [
        ("busy", SendLater, "isp.unknow-error"),
        ("quota", SendLater, "isv.app-call-limited"),
        ("5xx", SendLater, "http_502"),
        ("unreachable", Unreachable, "USER_NOT_FOLLOW"),
        ("window", Unreachable, "MSG_SD_OVER_TIME"),
        ("refused", SendFailed, "isv.invalid-parameter"),
        ("token", SendFailed, "isv.insufficient-isv-permissions"),
    ],
)
async def test_failures_are_told_apart(desk: Desk, fake: Fake, failure: str, error: type[Exception], code: str) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    fake.fail_next(failure)
    with pytest.raises(error) as raised:
        await desk.adapter.send(desk.reply("好"))
    assert raised.value.code == code  # type: ignore[attr-defined]
    await desk.adapter.send(desk.reply("好"))
    assert fake.shown(LIN) == ["好"]


async def test_no_key_is_in_what_an_adapter_shows_of_itself(desk: Desk, fake: Fake) -> None:
    settings: dict[str, Any] = fake.settings()
    shown = repr(Settings.model_validate(settings)) + repr(vars(desk.adapter))
    assert fake.app_id in shown
    secret = re.sub(r"-----[A-Z ]+-----|\s", "", settings["app_private_key"])
    assert secret[:60] not in shown
