"""Whatever is posted, an adapter of the family takes it or refuses it; nothing else ever comes out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.crypto.safe_xml import cdata
from channels.messaging.port import ChannelRefused, Incoming, Received, Webhook
from channels.wechat.inbound import usable_id
from tests.channels.messaging.wechat_world import NOW, USER, AnyFake, Playing
from tools.fakes import wechat_oa, wecom_app, wecom_kf

MODULES = [wechat_oa, wecom_app, wecom_kf]
NAMES = [
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Event", "EventKey", "AgentID",
    "OpenKfId", "Token", "bizmsgmenuid", "Encrypt",
]  # fmt: skip
USUAL = st.sampled_from(
    [USER, "text", "event", "CLICK", "subscribe", "kf_msg_or_event", str(wecom_app.AGENT), "1794110400"]
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200) | USUAL
SHAPES = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
TREES = st.dictionaries(st.sampled_from(NAMES), SHAPES, max_size=len(NAMES)) | SHAPES
FLAT = st.dictionaries(st.sampled_from(NAMES), st.text(max_size=200) | USUAL, max_size=len(NAMES))
OFTEN = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(params=MODULES, ids=lambda module: module.__name__.rpartition(".")[2], scope="module")
def playing(request: pytest.FixtureRequest) -> Playing[AnyFake]:
    return Playing(request.param)


def outcome(playing: Playing[AnyFake], webhook: Webhook) -> Received | str:
    try:
        received: Received = playing.adapter.receive(webhook)
    except ChannelRefused as refused:
        return refused.code
    for message in received.messages:
        assert isinstance(message, Incoming)
        assert message.message_id.isascii()
        assert 0 < len(message.message_id) <= 128
        assert message.user.isascii()
    return received


@OFTEN
@given(tree=TREES)
def test_any_json_from_the_platform_is_taken_or_refused(playing: Playing[AnyFake], tree: Any) -> None:
    push = playing.fake.seal(json.dumps(tree), form="json")
    assert outcome(playing, playing.webhook(push)) not in ("signature", "stale", "decrypt", "plain")


@OFTEN
@given(fields=FLAT)
def test_any_xml_from_the_platform_is_taken_or_refused(playing: Playing[AnyFake], fields: dict[str, str]) -> None:
    inner = "".join(f"<{name}>{cdata(text)}</{name}>" for name, text in fields.items())
    outcome(playing, playing.webhook(playing.fake.seal(f"<xml>{inner}</xml>")))


@OFTEN
@given(text=st.text())
def test_any_text_from_the_platform_is_taken_or_refused(playing: Playing[AnyFake], text: str) -> None:
    outcome(playing, playing.webhook(playing.fake.seal(text)))


@OFTEN
@given(
    method=st.sampled_from(["GET", "POST"]),
    query=st.dictionaries(st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr"]), st.text()),
    body=st.binary() | st.text().map(lambda text: f"<xml><Encrypt>{text}</Encrypt></xml>".encode()),
)
def test_whatever_a_stranger_posts_is_refused(
    playing: Playing[AnyFake], method: str, query: dict[str, str], body: bytes
) -> None:
    assert isinstance(outcome(playing, Webhook(method, query, {}, body, NOW)), str)


def test_ids_stay_themselves_or_become_their_hash() -> None:
    assert usable_id("6054768590064713728") == "6054768590064713728"
    odd = ["", " ", "a b", "x" * 129, "还", "\ud800"]
    assert len({usable_id(text) for text in odd}) == len(odd)
    assert all(len(usable_id(text)) == 64 for text in odd)
