"""Feishu end to end: the fake platform speaks to the real adapter over its own signatures, and back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from channels.feishu.adapter import Settings
from channels.messaging.port import CardSummary, Link, SendFailed, SendLater, TokenRefused, Unreachable
from tests.channels.messaging.desk import HOOK, Desk
from tools.fakes.feishu import MOST_CARD_BYTES, Fake

pytestmark = pytest.mark.anyio

LIN = "ou_lin"
ZHAO = "ou_zhao"


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.http.aclose()


@pytest.fixture
async def fake(desk: Desk) -> AsyncIterator[Fake]:
    fake = Fake(HOOK, clock=desk.clock, http=desk.client())
    await fake.start()
    try:
        desk.open(fake.settings())
        yield fake
    finally:
        await fake.stop()


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_text_is_taken_with_its_writer_and_its_id(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "我还能借多少")
    (message,) = desk.messages
    assert (message.user, message.kind, message.text) == (LIN, "text", "我还能借多少")
    assert message.account == fake.app_id
    assert message.message_id.startswith("om_")
    assert message.at == desk.clock.now()
    assert fake.answers[-1].status_code == 200


async def test_the_address_check_is_answered(desk: Desk, fake: Fake) -> None:
    assert await fake.check_url()
    assert desk.messages == []


@pytest.mark.parametrize(
    "event",
    [{"token": "wrong"}, {"challenge": ""}, {"challenge": "x" * 257}, {"challenge": ["x"]}],
    ids=["token", "empty", "long", "list"],
)
async def test_a_wrong_address_check_is_not_answered(desk: Desk, fake: Fake, event: dict[str, Any]) -> None:
    check = {"type": "url_verification", "token": fake.verification_token, "challenge": "x", **event}
    answer = await fake.post(fake.sealed(check), {})
    assert (answer.status_code, answer.content) == (403, b"")
    assert desk.refused == ["url_check"]


@pytest.mark.parametrize("text", ["@_user_1", "@_user_1 @_all ", "@_user_10@_user_1"])
async def test_mentions_alone_are_no_text(desk: Desk, fake: Fake, text: str) -> None:
    event = fake.message(LIN, "")
    event["event"]["message"]["content"] = json.dumps({"text": text})
    event["event"]["message"]["mentions"] = [{"key": "@_user_1"}, {"key": "@_user_10"}, "?", {"key": 5}]
    await fake.push(event)
    assert desk.messages[0].text == ""


async def test_a_group_is_answered_to_the_writer_alone(desk: Desk, fake: Fake) -> None:
    await fake.push(fake.message(LIN, "我欠多少", chat_type="group"))
    assert desk.messages[0].text == "我欠多少"
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("您欠……"))
    assert fake.shown(LIN) == ["您欠……"]


async def test_what_is_no_text_is_told_so(desk: Desk, fake: Fake) -> None:
    await fake.push(fake.message(LIN, "", message_type="image"))
    assert (desk.messages[0].kind, desk.messages[0].text) == ("other", "")


async def test_the_words_of_a_rich_text_count(desk: Desk, fake: Fake) -> None:
    event = fake.message(LIN, "")
    event["event"]["message"]["message_type"] = "post"
    lines = [
        [{"tag": "at", "user_id": "@_user_1", "text": "@机器人"}, {"tag": "text", "text": "帮我借"}],
        [{"tag": "a", "text": "五千", "href": "https://x.test"}, {"tag": "img", "image_key": "k"}, "?"],
        "?",
    ]
    event["event"]["message"]["content"] = json.dumps({"title": "", "content": lines})
    await fake.push(event)
    event = {**event, "header": {**event["header"], "event_id": "ev2"}}
    event["event"]["message"]["content"] = json.dumps({"content": [[{"tag": "img", "image_key": "k"}]]})
    await fake.push(event)
    assert [(message.kind, message.text) for message in desk.messages] == [("text", "帮我借\n五千"), ("text", "")]


async def test_another_robot_is_not_answered(desk: Desk, fake: Fake) -> None:
    event = fake.message(LIN, "您好")
    event["event"]["sender"]["sender_type"] = "app"
    answer = await fake.push(event)
    assert (answer.status_code, desk.messages) == (200, [])


async def test_leaving_and_coming_are_events(desk: Desk, fake: Fake) -> None:
    await fake.leave(LIN)
    await fake.push(fake.event("im.chat.access_event.bot_p2p_chat_entered_v1", {"operator_id": {"open_id": ZHAO}}))
    await fake.push(fake.event("approval_instance", {"anything": 1}))
    assert [(m.event, m.user) for m in desk.messages] == [("unfollow", LIN), ("enter", ZHAO)]


@pytest.mark.parametrize(
    ("header", "code"),
    [({"token": "x"}, "app"), ({"app_id": "cli_x"}, "app"), ({"tenant_key": "x"}, "app"), ({"event_id": ""}, "shape")],
    ids=["token", "app", "company", "no-id"],
)
async def test_what_is_not_for_this_app_is_refused(desk: Desk, fake: Fake, header: dict[str, str], code: str) -> None:
    answer = await fake.push(fake.message(LIN, "x", **header))
    assert (answer.status_code, desk.refused, desk.messages) == (403, [code], [])


async def test_an_event_without_signature_is_refused(desk: Desk, fake: Fake) -> None:
    await fake.post(fake.sealed(fake.message(LIN, "x")), {})
    assert desk.refused == ["signature"]


async def test_an_old_signature_is_refused_and_named_so(desk: Desk, fake: Fake) -> None:
    body = fake.sealed(fake.message(LIN, "x"))
    await fake.post(body, fake.headers(body, age=301))
    await fake.post(body, {**fake.headers(body), "x-lark-signature": "0" * 64})
    assert desk.refused == ["stale", "signature"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"schema":"2.0","header":{},"event":{}}', "plain"),
        (b'{"encrypt":""}', "plain"),
        (b'{"encrypt":["x"]}', "plain"),
        (b'{"encrypt":"!!"}', "decrypt"),
        (b"[" * 100_000, "shape"),
        (b"<xml/>", "shape"),
        (b"", "shape"),
        (b"\xff\xfe", "shape"),
    ],
    ids=["plain", "empty", "list", "no-base64", "deep", "xml", "nothing", "noise"],
)
async def test_a_signed_body_of_a_wrong_shape_is_refused(desk: Desk, fake: Fake, body: bytes, code: str) -> None:
    answer = await fake.post(body, fake.headers(body))
    assert (answer.status_code, desk.refused, desk.messages) == (403, [code], [])


async def test_the_previous_key_counts_during_rotation(desk: Desk, fake: Fake) -> None:
    settings = fake.settings()
    desk.open(settings, encrypt_key={"current": "the next one", "previous": fake.encrypt_key})
    await fake.say(LIN, "旧")
    fake.encrypt_key = "the next one"
    await fake.say(LIN, "新")
    assert [message.text for message in desk.messages] == ["旧", "新"]
    desk.open(settings, encrypt_key="quite another")
    await fake.say(LIN, "错")
    assert desk.refused == ["signature"]


def test_without_an_encrypt_key_the_channel_does_not_start() -> None:
    with pytest.raises(ValidationError, match="encrypt_key"):
        Settings.model_validate({"app_id": "a", "app_secret": "b", "verification_token": "c", "tenant_key": "d"})


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_text_is_sent_once_however_often_it_is_tried(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    for _ in range(3):
        await desk.adapter.send(desk.reply('您好 <at user_id="all"></at>'))
    assert fake.shown(LIN) == ['您好 < at user_id="all"></at>']
    assert len(fake.tokens) == 1


async def test_choices_are_buttons_and_a_tap_is_taken_once(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    card = CardSummary("额度")
    link = Link("去确认", "https://lender.test/confirm/1")
    await desk.adapter.send(desk.reply("选一个", choices=("查额度", "查账单"), links=(link,), card=card))
    assert fake.chips(LIN) == ["查额度", "查账单"]
    assert fake.links(LIN) == {"去确认": "https://lender.test/confirm/1"}
    await fake.press(LIN, "查账单")
    await fake.press(LIN, "查账单")
    await fake.press(LIN, "查额度")
    taps = desk.messages[1:]
    assert [(tap.kind, tap.text, tap.user) for tap in taps] == [
        ("choice", "查账单", LIN),
        ("choice", "查账单", LIN),
        ("choice", "查额度", LIN),
    ]
    assert len({tap.message_id for tap in taps}) == 2


@pytest.mark.parametrize(
    "change",
    [{"label": "转账"}, {"nth": "1"}, {"key": "b" * 32}, {"until": "99999999999"}, {"sign": ""}, {"sign": "签"}],
    ids=["label", "place", "key", "end", "no-sign", "no-ascii"],
)
async def test_a_tap_that_we_did_not_make_is_refused(desk: Desk, fake: Fake, change: dict[str, str]) -> None:
    value = await button(desk, fake)
    await fake.push(fake.tap(LIN, {**value, **change}))
    assert (desk.refused, len(desk.messages)) == (["signature"], 1)


async def test_a_tap_of_somebody_else_or_of_yesterday_is_refused(desk: Desk, fake: Fake) -> None:
    value = await button(desk, fake)
    await fake.push(fake.tap(ZHAO, value))
    desk.clock.advance(hours=24, seconds=1)
    await fake.push(fake.tap(LIN, value))
    assert (desk.refused, len(desk.messages)) == (["signature", "stale"], 1)


async def button(desk: Desk, fake: Fake) -> dict[str, str]:
    """The value of a button that was sent to LIN."""
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("选", choices=("查额度",)))
    return fake._shown[LIN][-1].buttons["查额度"]


async def test_a_button_signed_with_the_previous_secret_still_counts(desk: Desk, fake: Fake) -> None:
    value = await button(desk, fake)
    desk.open(fake.settings(), app_secret={"current": "the next one", "previous": fake.app_secret})
    await fake.push(fake.tap(LIN, value))
    assert desk.messages[-1].kind == "choice"
    await desk.adapter.send(desk.reply("好", key="b" * 32))  # type: ignore[union-attr]
    assert fake.shown(LIN)[-1] == "好"  # the token was fetched with the previous one too


async def test_the_longest_card_fits_into_what_the_platform_takes(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    limits = desk.adapter.limits
    label = "长" * (limits.choice_bytes // 3)
    for sign in ('"', "\\", "借"):
        text = sign * (limits.text_bytes // len(sign.encode()))
        choices = tuple(label for _ in range(limits.most_choices))
        await desk.adapter.send(desk.reply(text, key=f"{ord(sign):032x}", choices=choices))
    assert len(fake.shown(LIN)) == 3
    assert limits.text_bytes < MOST_CARD_BYTES


async def test_a_killed_token_is_fetched_again_once(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    fake.fail_next("token")
    await desk.adapter.send(desk.reply("好"))
    assert (fake.shown(LIN), fake.calls) == (["好"], 2)
    fake.fail_next("token", 2)
    with pytest.raises(TokenRefused):
        await desk.adapter.send(desk.reply("再", key="b" * 32))
    assert fake.calls == 4


async def test_an_app_secret_that_is_refused_is_told(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    adapter = desk.open(fake.settings(), app_secret="wrong")
    with pytest.raises(TokenRefused) as refusal:
        await adapter.send(desk.reply("好"))
    assert refusal.value.code == "10014"


@pytest.mark.parametrize(
    ("failure", "error", "code", "retry_after"),
    [
        ("busy", SendLater, "http_429", 2.0),
        ("99991400", SendLater, "99991400", None),
        ("user_busy", SendLater, "230020", None),
        ("5xx", SendLater, "http_502", None),
        ("unreachable", Unreachable, "230013", None),
        ("refused", SendFailed, "230001", None),
    ],
)
async def test_failures_are_told_apart(
    desk: Desk, fake: Fake, failure: str, error: type[Exception], code: str, retry_after: float | None
) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    fake.fail_next(failure)
    with pytest.raises(error) as raised:
        await desk.adapter.send(desk.reply("好"))
    assert raised.value.code == code  # type: ignore[attr-defined]
    assert getattr(raised.value, "retry_after", None) == retry_after
    await desk.adapter.send(desk.reply("好"))
    assert fake.shown(LIN) == ["好"]


async def test_no_secret_is_in_what_an_adapter_shows_of_itself(desk: Desk, fake: Fake) -> None:
    shown = repr(Settings.model_validate(fake.settings())) + repr(vars(desk.adapter))
    assert fake.app_id in shown
    for secret in (fake.app_secret, fake.encrypt_key, fake.verification_token):
        assert secret not in shown
