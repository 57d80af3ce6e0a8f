"""DingTalk over HTTP, and its answers: a frame's session webhook while it lives, else the robot API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from channels.dingtalk.adapter import Settings
from channels.dingtalk.reader import origin_of
from channels.messaging.port import SendFailed, SendLater, TokenRefused, Unreachable
from tests.channels.messaging.desk import HOOK, Desk
from tools.fakes.dingtalk import Fake

pytestmark = pytest.mark.anyio

LIN = "staff-lin"
ZHAO = "staff-zhao"
OUTSIDER = "$:LWCP_v1:$abc=="


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.http.aclose()


@pytest.fixture
async def fake(desk: Desk) -> AsyncIterator[Fake]:
    fake = Fake(HOOK, mode="http", clock=desk.clock, http=desk.client())
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
    assert (message.account, message.at) == (fake.robot_code, desk.clock.now())
    assert fake.answers[-1].json() == {"msgtype": "empty"}


async def test_the_blank_that_a_mention_leaves_is_stripped(desk: Desk, fake: Fake) -> None:
    await fake.call(fake.message(LIN, "我欠多少", group=True))
    assert desk.messages[0].text == "我欠多少"


async def test_somebody_from_outside_has_an_id_too(desk: Desk, fake: Fake) -> None:
    await fake.say(OUTSIDER, "您好")
    assert desk.messages[0].user == OUTSIDER


async def test_what_is_no_text_is_told_so(desk: Desk, fake: Fake) -> None:
    await fake.call(fake.message(LIN, "not me", msgtype="picture"))
    assert (desk.messages[0].kind, desk.messages[0].text) == ("other", "")


async def test_the_words_of_a_rich_text_count(desk: Desk, fake: Fake) -> None:
    rich = {"richText": [{"text": " 帮我借"}, {"downloadCode": "x", "type": "picture"}, {"text": "五千"}, "?"]}
    await fake.call(fake.message(LIN, "", msgtype="richText", content=rich))
    await fake.call(fake.message(LIN, "", msgtype="richText", content={"richText": [{"downloadCode": "x"}]}))
    assert [(message.kind, message.text) for message in desk.messages] == [("text", "帮我借五千"), ("other", "")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"robotCode": "another"}, "app"),
        ({"robotCode": None}, "app"),
        ({"chatbotCorpId": "another"}, "app"),
        ({"msgId": ""}, "shape"),
        ({"msgId": "x" * 129}, "shape"),
        ({"senderStaffId": "", "senderId": "a b"}, "shape"),
    ],
    ids=["robot", "no-robot", "company", "no-id", "long-id", "strange-sender"],
)
async def test_what_is_not_for_this_robot_is_refused(
    desk: Desk, fake: Fake, changes: dict[str, Any], code: str
) -> None:
    answer = await fake.call(fake.message(LIN, "x", **changes))
    assert (answer.status_code, desk.refused, desk.messages) == (403, [code], [])


async def test_a_header_is_good_for_the_bodies_that_came_with_it_at_first(desk: Desk, fake: Fake) -> None:
    same_moment = [fake.message(LIN, "您好"), fake.message(ZHAO, "在吗")]
    forged = fake.message(LIN, "解除绑定")
    headers = fake.headers()
    for message in same_moment:
        assert (await fake.call(message, headers)).status_code == 200
    desk.clock.advance(seconds=3)
    for message in same_moment:  # the platform's own second try
        assert (await fake.call(message, headers)).status_code == 200
    for _ in range(2):
        assert (await fake.call(forged, headers)).status_code == 403
    assert desk.refused == ["replayed", "replayed"]
    assert {message.text for message in desk.messages} == {"您好", "在吗"}


async def test_headers_are_remembered_for_as_long_as_they_are_good(desk: Desk, fake: Fake) -> None:
    early = fake.headers(age=-3600)  # of a clock an hour ahead
    assert (await fake.call(fake.message(LIN, "您好"), early)).status_code == 200
    for _ in range(7):
        desk.clock.advance(minutes=17)
        await fake.say(LIN, "x")
        assert (await fake.call(fake.message(LIN, "解除绑定"), early)).status_code == 403
    desk.clock.advance(minutes=1, seconds=1)
    await fake.call(fake.message(LIN, "解除绑定"), early)
    assert desk.refused == ["replayed"] * 7 + ["stale"]


async def test_an_old_header_and_a_wrong_one_are_refused(desk: Desk, fake: Fake) -> None:
    message = fake.message(LIN, "x")
    await fake.call(message, fake.headers(age=3601))
    await fake.call(message, fake.headers(secret="wrong"))
    await fake.call(message, {"sign": "签名".encode().hex(), "timestamp": "soon"})
    assert (desk.refused, desk.messages) == (["stale", "signature", "stale"], [])


async def test_the_previous_secret_counts_during_rotation(desk: Desk, fake: Fake) -> None:
    desk.open(fake.settings(), client_secret={"current": "the next one", "previous": fake.client_secret})
    await fake.say(LIN, "旧")
    await fake.call(fake.message(LIN, "新"), fake.headers(age=1, secret="the next one"))
    assert [message.text for message in desk.messages] == ["旧", "新"]


async def test_in_stream_mode_nobody_may_call(desk: Desk, fake: Fake) -> None:
    desk.open(fake.settings(), mode="stream")
    await fake.say(LIN, "x")
    assert (desk.refused, desk.messages) == (["plain"], [])


# ── event push ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_leaving_the_company_is_an_event_and_the_answer_is_success(desk: Desk, fake: Fake) -> None:
    await fake.leave(LIN)
    assert [(message.event, message.user) for message in desk.messages] == [("unfollow", LIN)]
    answer = fake.answers[-1].json()
    opened = fake.event_crypto().open(answer["encrypt"], answer["msg_signature"], answer["timeStamp"], answer["nonce"])
    assert opened.message == "success"


async def test_the_address_check_of_the_event_push_is_answered(desk: Desk, fake: Fake) -> None:
    assert (await fake.push_event({"EventType": "check_url"})).status_code == 200
    assert desk.messages == []


async def test_a_push_that_is_not_the_platform_s_is_refused(desk: Desk, fake: Fake) -> None:
    event = {"EventType": "user_leave_org", "UserId": [LIN]}
    body, query = fake.sealed(event)
    await fake.post(body, {}, {**query, "nonce": "other"})
    await fake.post(b'{"EventType":"user_leave_org"}', {}, query)
    await fake.post(*_without_headers(fake.sealed(event, age=3601)))
    await fake.push_event({**event, "CorpId": "another"})
    desk.open({**fake.settings(), "event_receiver": "another"})
    await fake.push_event(event)
    assert (desk.refused, desk.messages) == (["signature", "decrypt", "stale", "app", "decrypt"], [])


def _without_headers(sealed: tuple[bytes, dict[str, str]]) -> tuple[bytes, dict[str, str], dict[str, str]]:
    return sealed[0], {}, sealed[1]


def test_half_of_the_event_push_s_secrets_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="go together"):
        Settings.model_validate(
            {"client_id": "a", "client_secret": "b", "robot_code": "c", "corp_id": "d", "event_token": "e"}
        )


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def framed(desk: Desk, fake: Fake, user: str, **changes: Any) -> None:
    """Hear a message as a Stream frame brings it: from the platform itself, with a session webhook."""
    adapter: Any = desk.adapter
    desk.messages.append(adapter._reader.message(fake.message(user, "x", **changes), desk.clock.now()))


async def test_a_call_s_webhook_is_not_believed(desk: Desk, fake: Fake) -> None:
    """The body of a call may be forged: somebody else's name with the forger's own webhook would bring them the answer."""
    await fake.say(LIN, "我欠多少")
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("您欠……"))
    assert (fake.shown(LIN), fake.by_webhook, fake.by_api) == (["您欠……"], 0, 1)


async def test_an_answer_goes_by_the_webhook_while_it_lives(desk: Desk, fake: Fake) -> None:
    framed(desk, fake, LIN)
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("一"))
    desk.clock.advance(minutes=90)
    await desk.adapter.send(desk.reply("二"))
    assert fake.shown(LIN) == ["一", "二"]
    assert (fake.by_webhook, fake.by_api) == (1, 1)


async def test_a_webhook_that_the_platform_ended_early_is_gone_round(desk: Desk, fake: Fake) -> None:
    framed(desk, fake, LIN)
    assert desk.adapter is not None
    fake._webhooks.clear()
    await desk.adapter.send(desk.reply("一"))
    assert (fake.shown(LIN), fake.by_api) == (["一"], 1)


FOREIGN_WEBHOOKS = [
    "https://evil.example/robot/sendBySession",
    "http://oapi.dingtalk.com/robot",
    "https://oapi.dingtalk.com.evil.example/",
    "https://oapi.dingtalk.com@evil.example/",
    "https://evil.example#oapi.dingtalk.com",
    "https://oapi.dingtalk.com:8443/",
    "http://127.0.0.1:1/robot",
    "file:///etc/passwd",
    "//oapi.dingtalk.com",
    "https://[::1",
    "https://oapi.dingtalk.com/\n",
    "https://oapi.dingtalk.com/" + "x" * 1000,
    "",
]


@pytest.mark.parametrize("webhook", FOREIGN_WEBHOOKS, ids=range(len(FOREIGN_WEBHOOKS)))
async def test_a_webhook_that_leads_elsewhere_is_never_called(desk: Desk, fake: Fake, webhook: str) -> None:
    framed(desk, fake, LIN, sessionWebhook=webhook)
    assert desk.adapter is not None
    assert desk.messages[0].reply_context == {}
    kept = {"webhook": webhook, "webhook_until": "9999999999999"}
    await desk.adapter.send(replace(desk.reply("一"), reply_context=kept))
    assert (fake.shown(LIN), fake.by_webhook, fake.by_api) == (["一"], 0, 1)


def test_only_the_platform_s_origins_are_its_own() -> None:
    assert origin_of("https://oapi.dingtalk.com/robot/sendBySession?session=1") == "https://oapi.dingtalk.com"
    assert origin_of("https://OAPI.dingtalk.com/") == "https://oapi.dingtalk.com"


async def test_a_group_s_question_is_answered_to_its_writer_alone(desk: Desk, fake: Fake) -> None:
    framed(desk, fake, LIN, group=True)
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("您欠……"))
    assert (fake.by_webhook, fake.by_api) == (0, 1)


async def test_an_outsider_is_out_of_reach_when_the_webhook_is_over(desk: Desk, fake: Fake) -> None:
    framed(desk, fake, OUTSIDER)
    assert desk.adapter is not None
    await desk.adapter.send(desk.reply("一"))
    desk.clock.advance(hours=2)
    with pytest.raises(Unreachable):
        await desk.adapter.send(desk.reply("二"))
    assert (fake.shown(OUTSIDER), fake.by_api) == (["一"], 0)


async def test_a_killed_token_is_fetched_again_once(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    fake.fail_next("token")
    await desk.adapter.send(desk.reply("好"))
    assert fake.shown(LIN) == ["好"]
    fake.fail_next("token", 2)
    with pytest.raises(TokenRefused):
        await desk.adapter.send(desk.reply("再"))


async def test_a_secret_that_is_refused_is_told(desk: Desk, fake: Fake) -> None:
    await fake.say(LIN, "x")
    adapter = desk.open(fake.settings(), client_secret="wrong")
    with pytest.raises(TokenRefused) as refusal:
        await adapter.send(desk.reply("好"))
    assert refusal.value.code == "invalidClientIdOrSecret"
    adapter = desk.open(fake.settings(), client_secret={"current": "the next one", "previous": fake.client_secret})
    await adapter.send(desk.reply("好"))
    assert fake.shown(LIN) == ["好"]


@pytest.mark.parametrize(
    ("failure", "error", "code"),
    [
        ("busy", SendLater, "Throttling.Api"),
        ("quota", SendLater, "Forbidden.AccessDenied.QpsLimitForApi"),
        ("flowControlledStaffIdList", SendLater, "flow_controlled"),
        ("5xx", SendLater, "http_503"),
        ("unreachable", Unreachable, "staffId.notExisted"),
        ("invalidStaffIdList", Unreachable, "invalid_staff"),
        ("refused", SendFailed, "invalidParameter"),
    ],
)
async def test_failures_of_the_robot_api_are_told_apart(
    desk: Desk, fake: Fake, failure: str, error: type[Exception], code: str
) -> None:
    await fake.say(LIN, "x")
    assert desk.adapter is not None
    fake.fail_next(failure)
    with pytest.raises(error) as raised:
        await desk.adapter.send(desk.reply("好"))
    assert raised.value.code == code  # type: ignore[attr-defined]
    await desk.adapter.send(desk.reply("好"))
    assert fake.shown(LIN) == ["好"]


@pytest.mark.parametrize("failure", ["130101", "5xx", "busy"])
async def test_a_busy_webhook_is_tried_later_and_not_gone_round(desk: Desk, fake: Fake, failure: str) -> None:
    """Going round would show the message twice if the platform took it after all."""
    framed(desk, fake, LIN)
    assert desk.adapter is not None
    fake.fail_next(failure)
    with pytest.raises(SendLater):
        await desk.adapter.send(desk.reply("好"))
    assert fake.shown(LIN) == []


async def test_no_secret_is_in_what_an_adapter_shows_of_itself(desk: Desk, fake: Fake) -> None:
    shown = repr(Settings.model_validate(fake.settings())) + repr(vars(desk.adapter))
    assert fake.client_id in shown
    for secret in (fake.client_secret, fake.event_token, fake.event_aes_key):
        assert secret not in json.dumps(shown)
