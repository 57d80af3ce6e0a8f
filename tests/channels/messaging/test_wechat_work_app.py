"""The WeCom app's adapter against a WeCom that keeps the platform's rules."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from channels.crypto.wechat_family import WeChatCrypto
from channels.messaging.port import CardSummary, Link, SendFailed, SendLater, TokenRefused, Unreachable
from tests.channels.messaging.wechat_world import USER, Playing
from tools.fakes import wecom_app
from tools.fakes.wechat_family import Push, written

pytestmark = pytest.mark.anyio

type App = Playing[wecom_app.Fake]
OFFER = Link("查看借款方案", "http://gateway/confirm/abc?x=1&y=2")


@pytest.fixture
async def app(anyio_backend: str) -> AsyncIterator[App]:
    playing: App = Playing(wecom_app)
    yield playing
    await playing.close()


async def test_the_consoles_check_gets_the_plaintext_and_nothing_else(app: App) -> None:
    received = app.receive(Push(app.fake.url_check("1616140317555161061"), b""), "GET")
    assert received.answer.body == b"1616140317555161061"


async def test_a_plus_that_was_not_escaped_still_counts(app: App) -> None:
    for nth in range(50):  # some of them hold a plus
        query = app.fake.url_check(str(nth))
        query["echostr"] = query["echostr"].replace("+", " ")
        assert app.receive(Push(query, b""), "GET").answer.body == str(nth).encode()


async def test_a_check_from_elsewhere_is_refused(app: App) -> None:
    query = app.fake.url_check("1")
    assert app.refusal(Push({**query, "msg_signature": "0" * 40}, b""), "GET") == "url_check"
    assert app.refusal(Push(app.fake.url_check("1", age=400), b""), "GET") == "stale"
    ours = app.fake.secrets
    foreign = WeChatCrypto("ww-other", [ours.token], [ours.aes_key])
    assert app.refusal(Push(app.fake.url_check("1", crypto=foreign), b""), "GET") == "app"


async def test_a_text_is_heard_and_taken_with_an_empty_answer(app: App) -> None:
    await app.fake.say("zhang.san", "查账单")
    (message,) = app.heard
    assert (message.user, message.text, message.account) == ("zhang.san", "查账单", str(wecom_app.AGENT))
    assert (app.fake.answers[-1].status_code, app.fake.answers[-1].content) == (200, b"")


async def test_a_message_for_another_app_of_the_corporation_is_refused(app: App) -> None:
    fields = {**app.fake.message(USER, "x"), "AgentID": 7}
    assert app.refusal(app.fake.seal(written(fields, "xml"))) == "app"


@pytest.mark.parametrize(
    ("name", "event"),
    [("subscribe", "follow"), ("unsubscribe", "unfollow"), ("enter_agent", "enter"), ("LOCATION", "ignored")],
)
async def test_events_mean_what_they_are(app: App, name: str, event: str) -> None:
    await app.fake.deliver(app.fake.event(USER, name))
    assert [(message.kind, message.event) for message in app.heard] == [("event", event)]


async def test_a_message_is_shown(app: App) -> None:
    await app.send("您好，还款")
    assert app.fake.shown(USER) == ["您好，还款"]


async def test_our_own_second_try_is_not_shown_twice_but_a_later_answer_is(app: App) -> None:
    await app.send("您好", key="1" * 32)
    await app.send("您好", key="1" * 32)
    assert app.fake.shown(USER) == ["您好"]
    app.clock.advance(seconds=61)
    await app.send("您好", key="2" * 32)
    assert app.fake.shown(USER) == ["您好", "您好"]


async def test_an_offer_that_fits_is_a_card_to_open(app: App) -> None:
    await app.send("借款方案：五千元", links=(OFFER,), card=CardSummary("借款方案"))
    assert app.fake.shown(USER) == ["借款方案：五千元"]
    assert list(app.fake.links(USER).values()) == [OFFER.url]


async def test_an_offer_that_is_too_long_for_a_card_loses_nothing(app: App) -> None:
    text = "费" * 400
    await app.send(text, links=(OFFER,), card=CardSummary("借款方案"))
    (shown,) = app.fake.shown(USER)
    assert shown.startswith(text)
    assert 'href="http://gateway/confirm/abc?x=1&amp;y=2"' in shown
    assert app.fake.links(USER) == {}


async def test_the_longest_text_leaves_room_for_its_addresses(app: App) -> None:
    limit = app.adapter.limits.text_bytes
    links = tuple(Link("查看借款方案", "https://gateway.example.com/confirm/" + "x" * 107) for _ in range(2))
    await app.send("x" * limit, links=links)
    assert app.fake.shown(USER)[0].endswith("</a>")


async def test_who_is_not_there_any_more_cannot_be_reached(app: App) -> None:
    await app.fake.leave(USER)
    with pytest.raises(Unreachable):
        await app.send("您好")


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("busy", SendLater), ("5xx", SendLater), ("429", SendLater), ("quota", SendLater), ("unreachable", Unreachable),
        ("81013", Unreachable), ("60020", TokenRefused), ("refused", SendFailed), ("99999", SendFailed),
    ],
)  # fmt: skip
async def test_every_code_has_its_meaning(app: App, failure: str, error: type[Exception]) -> None:
    app.fake.fail_next(failure)
    with pytest.raises(error):
        await app.send("您好")
    assert app.fake.shown(USER) == []


async def test_a_token_that_has_ended_is_fetched_once_more(app: App) -> None:
    await app.send("一")
    app.fake.fail_next("token")
    await app.send("二")
    assert app.fake.shown(USER) == ["一", "二"]


async def test_a_wrong_secret_is_told_without_being_shown(app: App) -> None:
    app.fake.app_secret = "another-one"
    with pytest.raises(TokenRefused) as refused:
        await app.send("您好")
    assert str(refused.value) == "40001"
