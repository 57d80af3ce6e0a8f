"""The Official Account's adapter against a WeChat that keeps the platform's rules."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from channels.crypto.wechat_family import WeChatCrypto
from channels.messaging.port import Notice, NotWanted, QuotaSpent, SendFailed, SendLater, TokenRefused, Unreachable
from channels.wechat.notices import typed
from channels.wechat.official_account import Settings
from tests.channels.messaging.wechat_world import USER, Playing
from tools.fakes import wechat_oa
from tools.fakes.wechat_family import Form, Push, written

pytestmark = pytest.mark.anyio

type OA = Playing[wechat_oa.Fake]


@pytest.fixture
async def oa(anyio_backend: str) -> AsyncIterator[OA]:
    playing: OA = Playing(wechat_oa)
    yield playing
    await playing.close()


def sealed(oa: OA, fields: dict[str, str | int], form: Form = "xml", **sealing: Any) -> Push:
    return oa.fake.seal(written(fields, form), form=form, **sealing)


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_consoles_check_gets_its_digits_back(oa: OA) -> None:
    received = oa.receive(Push(oa.fake.url_check("4375120948345356249"), b""), "GET")
    assert (received.answer.status, received.answer.body) == (200, b"4375120948345356249")
    assert received.messages == ()


@pytest.mark.parametrize("echo", ["", "<script>", "12 34", "１２", "1" * 65])
async def test_a_check_gives_nothing_back_but_digits(oa: OA, echo: str) -> None:
    assert oa.refusal(Push(oa.fake.url_check(echo), b""), "GET") == "url_check"


async def test_a_check_with_another_token_or_an_old_one_is_refused(oa: OA) -> None:
    assert oa.refusal(Push(oa.fake.url_check("1", token="guessed"), b""), "GET") == "url_check"
    assert oa.refusal(Push(oa.fake.url_check("1", age=301), b""), "GET") == "stale"
    assert oa.refusal(Push({}, b""), "GET") == "url_check"


async def test_a_text_is_heard_with_its_sender_and_id(oa: OA) -> None:
    fields = oa.fake.message(USER, "我要还款")
    received = oa.receive(sealed(oa, fields))
    (message,) = received.messages
    assert (message.user, message.text, message.kind) == (USER, "我要还款", "text")
    assert message.account == oa.fake.receive_id
    assert message.message_id == str(fields["MsgId"])
    assert message.at == oa.clock.now()
    assert received.answer.body == b"success"


async def test_xml_and_json_tell_the_same(oa: OA) -> None:
    for fields in (oa.fake.message(USER, "a<b>]]>&"), oa.fake.event(USER, "CLICK", EventKey="bill")):
        assert oa.receive(sealed(oa, fields, "xml")).messages == oa.receive(sealed(oa, fields, "json")).messages


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("subscribe", "follow"), ("unsubscribe", "unfollow"), ("SCAN", "enter"), ("CLICK", "menu"), ("VIEW", "ignored"),
        ("LOCATION", "ignored"), ("subscribe_msg_popup_event", "ignored"), ("something_new", "ignored"),
    ],
)  # fmt: skip
async def test_events_mean_what_they_are(oa: OA, name: str, event: str) -> None:
    (message,) = oa.receive(sealed(oa, oa.fake.event(USER, name, EventKey="bill"))).messages
    assert (message.kind, message.event, message.text) == ("event", event, "bill" if event == "menu" else "")
    assert message.message_id.startswith(f"{USER}:")


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "location", "link", "something_new"])
async def test_what_is_no_text_is_heard_as_such(oa: OA, kind: str) -> None:
    received = oa.receive(sealed(oa, oa.fake.other(USER, kind)))
    assert [(message.kind, message.text) for message in received.messages] == [("other", "")]
    assert received.answer.body == b"success"


def with_document_type(oa: OA) -> Push:
    return oa.fake.seal('<!DOCTYPE xml [<!ENTITY a "x">]><xml><FromUserName>&a;</FromUserName></xml>')


def in_plain(oa: OA) -> Push:
    push = sealed(oa, oa.fake.message(USER, "x"))
    return Push(oa.fake.with_openid(push, USER).query, written(oa.fake.message(USER, "x"), "xml").encode())


def for_another_app(oa: OA) -> Push:
    """Rightly signed and encrypted, but inside it names another app."""
    ours = oa.fake.secrets
    return sealed(oa, oa.fake.message(USER, "x"), crypto=WeChatCrypto("wx-other", [ours.token], [ours.aes_key]))


REFUSED: dict[str, tuple[str, Callable[[OA], Push]]] = {
    "for another app": ("app", for_another_app),
    "too old": ("stale", lambda oa: sealed(oa, oa.fake.message(USER, "x"), age=301)),
    "too new": ("stale", lambda oa: sealed(oa, oa.fake.message(USER, "x"), age=-301)),
    "plain": ("plain", in_plain),
    "document type": ("shape", with_document_type),
    "no message": ("shape", lambda oa: oa.fake.seal("[1]")),
    "no sender": ("shape", lambda oa: oa.fake.seal("<xml><MsgType>text</MsgType></xml>")),
    "sender is markup": ("shape", lambda oa: sealed(oa, oa.fake.message("<b>", "x"))),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_not_the_platforms_is_refused(oa: OA, what: str) -> None:
    code, make = REFUSED[what]
    assert oa.refusal(make(oa)) == code


async def test_one_wrong_bit_in_the_signature_is_refused(oa: OA) -> None:
    push = sealed(oa, oa.fake.message(USER, "x"))
    signature = push.query["msg_signature"]
    flipped = f"{int(signature[0], 16) ^ 1:x}{signature[1:]}"
    assert oa.refusal(Push({**push.query, "msg_signature": flipped}, push.body)) == "signature"


async def test_the_secrets_before_the_change_still_count(oa: OA) -> None:
    received = oa.receive(sealed(oa, oa.fake.message(USER, "x"), crypto=oa.fake.old_secrets.crypto))
    assert [message.text for message in received.messages] == ["x"]


# ── the passive reply ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("text", ["您好", "a]]>b & <c>", "还\U0001f600"])
async def test_an_answer_in_time_goes_back_inside_the_webhook(oa: OA, form: Form, text: str) -> None:
    oa.fake.form = form
    inline = oa.receive(sealed(oa, oa.fake.message(USER, "x"), form)).inline
    assert inline is not None
    assert inline.within < 5
    answer = inline.write(text)
    assert oa.fake.read_answer(httpx.Response(200, content=answer.body)) == text


async def test_an_answer_comes_with_the_secrets_of_the_question(oa: OA) -> None:
    oa.fake.secrets = oa.fake.old_secrets
    inline = oa.receive(sealed(oa, oa.fake.message(USER, "x"))).inline
    assert inline is not None
    assert oa.fake.read_answer(httpx.Response(200, content=inline.write("您好").body)) == "您好"


async def test_who_has_left_is_not_answered(oa: OA) -> None:
    await oa.fake.leave(USER)
    assert [received.inline for received in oa.received] == [None]


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_is_shown_as_it_was_written(oa: OA) -> None:
    await oa.fake.say(USER, "x")
    await oa.send("您好，还款 \U0001f600 <b>")
    assert oa.fake.shown(USER) == ["您好，还款 \U0001f600 <b>"]


async def test_chips_come_back_as_their_labels(oa: OA) -> None:
    await oa.fake.say(USER, "x")
    await oa.send("请选择", choices=("查账单", "还款"))
    assert oa.fake.chips(USER) == ["查账单", "还款"]
    await oa.fake.press(USER, "还款")
    assert [(message.kind, message.text) for message in oa.heard[1:]] == [("choice", "还款")]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("busy", SendLater), ("5xx", SendLater), ("429", SendLater), ("45009", SendLater), ("45011", SendLater),
        ("quota", QuotaSpent), ("unreachable", Unreachable), ("43004", Unreachable), ("refused", SendFailed),
        ("40003", SendFailed), ("45098", SendFailed), ("45103", SendFailed), ("99999", SendFailed),
        ("40164", TokenRefused),
    ],
)  # fmt: skip
async def test_every_code_has_its_meaning(oa: OA, failure: str, error: type[Exception]) -> None:
    await oa.fake.say(USER, "x")
    oa.fake.fail_next(failure)
    with pytest.raises(error):
        await oa.send("您好")
    assert oa.fake.shown(USER) == []


async def test_the_platform_says_how_long_to_wait(oa: OA) -> None:
    oa.fake.fail_next("429")
    with pytest.raises(SendLater) as later:
        await oa.send("您好")
    assert later.value.retry_after == 2


async def test_a_token_that_has_ended_is_fetched_once_more(oa: OA) -> None:
    await oa.fake.say(USER, "x")
    await oa.send("一")
    oa.fake.fail_next("token")
    await oa.send("二", key="2" * 32)
    assert oa.fake.shown(USER) == ["一", "二"]
    assert len([token for token in oa.fake.access_tokens if token != "killed"]) == 2


async def test_a_token_that_is_refused_twice_is_told(oa: OA) -> None:
    await oa.fake.say(USER, "x")
    oa.fake.fail_next("token", times=2)
    with pytest.raises(TokenRefused):
        await oa.send("您好")


async def test_one_token_serves_until_four_fifths_of_its_life(oa: OA) -> None:
    await oa.fake.say(USER, "x")
    for minutes, tokens in [(0, 1), (95, 1), (1, 2)]:  # of two hours
        oa.clock.advance(minutes=minutes)
        await oa.send(f"{minutes}")
        assert len(oa.fake.access_tokens) == tokens


async def test_after_a_change_of_the_app_secret_the_other_one_is_tried(oa: OA) -> None:
    changed: OA = Playing(wechat_oa, app_secret={"current": "not-in-force-yet", "previous": "still-in-force"})
    changed.fake.app_secret = "still-in-force"
    await changed.fake.say(USER, "x")
    await changed.send("您好")
    assert changed.fake.shown(USER) == ["您好"]
    await changed.close()


async def test_the_sixth_message_waits_for_the_user(oa: OA) -> None:
    await oa.fake.say(USER, "x")
    for nth in range(5):
        await oa.send(str(nth), key=f"{nth:032}")
    with pytest.raises(QuotaSpent):
        await oa.send("6")
    oa.clock.advance(hours=49)
    with pytest.raises(Unreachable):
        await oa.send("7")
    await oa.fake.say(USER, "x")
    await oa.send("6")


# ── subscription notices ────────────────────────────────────────────────────────────────────────────────────

FACTS = {"left": "2044.20", "due_on": "2026-11-10"}


def reminder(**changes: str) -> Notice:
    return Notice("bill_due", {**FACTS, **changes})


async def test_a_notice_is_shown_once_for_one_consent(oa: OA) -> None:
    oa.fake.consents[USER] = 1
    for _ in range(2):  # the second with the same key is a repeat, not a second notice
        await oa.send("", notice=reminder(), key="1" * 32)
    assert oa.fake.shown(USER) == ["bill 2044.20 2026-11-10"]
    with pytest.raises(NotWanted):
        await oa.send("", notice=reminder(), key="2" * 32)


@pytest.mark.parametrize(
    "changes",
    [
        {"left": "about 300"},
        {"left": "2,044.20"},
        {"left": "1e5"},
        {"left": ""},
        {"due_on": "soon"},
        {"due_on": "2026-13-01"},
    ],
    ids=json.dumps,
)
async def test_a_value_outside_of_its_type_does_not_spend_the_consent(oa: OA, changes: dict[str, str]) -> None:
    oa.fake.consents[USER] = 1
    with pytest.raises(SendFailed) as refused:
        await oa.send("", notice=reminder(**changes))
    assert refused.value.code == "notice_field"
    assert (oa.fake.consents[USER], oa.fake.calls) == (1, 0)


@pytest.mark.parametrize(
    ("field", "value", "taken"),
    [
        ("thing1", "账" * 20, "账" * 20), ("thing1", "账" * 30, "账" * 19 + "…"), ("thing1", "a\nb", "a b"),
        ("amount2", "300.00元", "300.00元"), ("date3", "2026年12月10日", "2026年12月10日"), ("time4", "15:04", "15:04"),
        ("phrase5", "待还款", "待还款"), ("name6", "林晓月", "林晓月"), ("number7", "12", "12"),
        ("character_string8", "A-1", "A-1"),
    ],
)  # fmt: skip
def test_values_are_held_to_the_type_that_the_field_is_named_by(field: str, value: str, taken: str) -> None:
    assert typed(field, value) == taken


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing", "x"), ("unknown1", "x"), ("thing1", " "), ("amount1", "12345678901"), ("phrase1", "六个汉字太多"),
        ("name1", "x1"), ("number1", "twelve"), ("character_string1", "还"), ("time1", "25:00"),
    ],
)  # fmt: skip
def test_values_outside_of_their_type_are_refused(field: str, value: str) -> None:
    with pytest.raises(SendFailed):
        typed(field, value)


async def test_a_template_that_was_taken_out_of_the_file_is_told(oa: OA) -> None:
    with pytest.raises(SendFailed) as refused:
        await oa.send("", notice=Notice("overdue", {}))
    assert refused.value.code == "notice_template"


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("app_id", ""), ("app_id", "wx 1"), ("app_secret", {"current": ""}), ("token", {"current": ""}),
        ("aes_key", {"current": "A" * 42}), ("aes_key", {"current": "A" * 43, "previous": "?" * 43}),
        ("notices", {"bill_due": {"template_id": "t", "fields": {}}}),
        ("notices", {"due": {"template_id": "t", "fields": {"thing1": "left"}}}), ("unknown", "1"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_wrong_setting_is_named_and_not_shown(oa: OA, field: str, value: Any) -> None:
    with pytest.raises(ValueError) as refused:
        Settings.model_validate({**oa.fake.settings(), field: value})
    assert field in str(refused.value)
    assert "?" * 43 not in str(refused.value)
    assert "input_value" not in str(refused.value)


async def test_a_platform_that_answers_no_json_is_tried_later(oa: OA) -> None:
    answers = httpx.MockTransport(lambda _request: httpx.Response(200, content=b"<html>"))
    api = oa.adapter._api
    api._http = httpx.AsyncClient(transport=answers)
    await api._tokens.get()
    with pytest.raises(SendLater):
        await api.call("/cgi-bin/message/custom/send", {})
    await api._http.aclose()
