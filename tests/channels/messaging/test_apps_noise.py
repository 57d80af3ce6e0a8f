"""Whatever a signed body says, an adapter takes it or refuses it; no shape of it is a defect.

Signed, because what is not never gets so far: here the platform itself sends nonsense."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from channels.messaging.port import Adapter, ChannelRefused, Incoming, Webhook
from tests.channels.messaging.desk import HOOK, Desk
from tools.fakes import alipay, dingtalk, feishu

ROUNDS = 400
LEAVES: list[Any] = [
    None, True, 0, -1, 1.5, 10**400, float("nan"), "", " ", "x" * 300, "\ud800", "\x00", "🙂", "1" * 13, [], {}, [[]], {"": {}}, ["x"],
]  # fmt: skip


def spoiled(tree: Any, rng: random.Random) -> Any:
    """The tree with one of its parts, at any depth, replaced, taken out or doubled."""
    if not isinstance(tree, dict | list) or not tree or rng.random() < 0.15:
        return rng.choice(LEAVES)
    if isinstance(tree, list):
        place = rng.randrange(len(tree))
        return [spoiled(part, rng) if nth == place else part for nth, part in enumerate(tree)]
    name = rng.choice(list(tree))
    if rng.random() < 0.2:
        return {key: part for key, part in tree.items() if key != name}
    return {**tree, name: spoiled(tree[name], rng)}


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    asyncio.run(desk.http.aclose())


def taken(
    adapter: Adapter, body: bytes, headers: dict[str, str], desk: Desk, query: dict[str, str] | None = None
) -> str:
    """What became of it: `taken`, or the word of the refusal. Any other exception is let out."""
    try:
        received = adapter.receive(Webhook("POST", query or {}, headers, body, desk.clock.now()))
    except ChannelRefused as refusal:
        return refusal.code
    for message in received.messages:
        assert_sound(message)
    return "taken"


def assert_sound(message: Incoming) -> None:
    """What the port promises of a message."""
    assert 0 < len(message.message_id) <= 128
    assert message.message_id.isascii()
    assert message.user.isascii()
    assert message.user.strip() == message.user != ""
    assert (message.kind == "event") == (message.event is not None)
    assert all(isinstance(value, str) for value in message.reply_context.values())
    assert message.at.tzinfo is not None


def test_feishu_survives_every_shape(desk: Desk) -> None:
    rng = random.Random(5)
    fake = feishu.Fake(HOOK, clock=desk.clock, http=desk.http)
    adapter = desk.open(fake.settings())
    seen = set()
    for _ in range(ROUNDS):
        event = rng.choice([
            fake.message("ou_1", "您好", chat_type="group"),
            fake.tap("ou_1", {"key": "k", "nth": "0", "label": "l", "until": "9", "sign": "s"}),
            fake.event("contact.user.deleted_v3", {"object": {"open_id": "ou_1"}}),
            {"type": "url_verification", "token": fake.verification_token, "challenge": "c"},
        ])  # fmt: skip
        spoil = spoiled(event, rng)
        if not isinstance(spoil, dict):
            continue
        body = fake.sealed(spoil)
        seen.add(taken(adapter, body, fake.headers(body), desk))
    assert {"taken", "shape", "app", "url_check"} <= seen


@pytest.mark.parametrize("mode", ["http", "stream"])
def test_dingtalk_survives_every_shape(desk: Desk, mode: str) -> None:
    rng = random.Random(6)
    fake = dingtalk.Fake(HOOK, mode="http", clock=desk.clock, http=desk.http)
    adapter = desk.open(fake.settings(), mode=mode)
    seen = set()
    for _ in range(ROUNDS):
        desk.clock.advance(milliseconds=1)
        spoil = spoiled(fake.message("staff", "您好"), rng)
        seen.add(taken(adapter, json.dumps(spoil).encode(), fake.headers(), desk))
        event = spoiled({"EventType": "user_leave_org", "UserId": ["a", "b"], "CorpId": fake.corp_id}, rng)
        body, query = fake.sealed(event)
        seen.add(taken(adapter, body, {}, desk, query))
    assert {"taken", "app", "shape" if mode == "http" else "plain"} <= seen


def test_alipay_survives_every_shape(desk: Desk) -> None:
    rng = random.Random(7)
    fake = alipay.Fake(HOOK, charset="UTF-8", clock=desk.clock, http=desk.http)
    adapter = desk.open(fake.settings())
    seen = set()
    for _ in range(ROUNDS):
        content = rng.choice([fake.message("2088", "您好"), fake.event("2088", "click", ActionParam="x")])
        start, length = rng.randrange(len(content)), rng.randrange(1, 40)
        new = rng.choice(["", "<a>", "</XML>", "&x;", "<![CDATA[", "\x00", "x" * 500, content[start : start + length]])
        with suppress(UnicodeEncodeError):
            body = fake.form(content[:start] + new + content[start + length :])
            seen.add(taken(adapter, body, {}, desk))
    assert {"taken", "shape", "app"} <= seen
