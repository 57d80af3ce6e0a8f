"""The channel: who may speak, what can become a command, and how replies leave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage
from rasa.shared.exceptions import RasaException

from bot.gateway_channel import (
    NOTHING_SAID,
    BadMessageError,
    GatewayInput,
    GatewayOutput,
    choice,
    command,
    plain_text,
    user_message,
)

CUSTOMER = "7b0c3c1e-6b1a-7000-8000-000000000001"
SECRET = "between us"


class FakeRequest:
    """As much of a request as the channel looks at."""

    def __init__(self, body: Any, secret: str | None = SECRET) -> None:
        self.json = body
        self.headers = {"X-Correlation-Id": "c-1", **({"X-Internal-Secret": secret} if secret is not None else {})}


def answer(
    handler: Callable[[UserMessage], Awaitable[None]], body: Any, secret: str | None = SECRET
) -> tuple[int, Any]:
    routes = GatewayInput(SECRET).blueprint(handler)
    webhook = next(route.handler for route in routes._future_routes if route.uri == "/webhook")
    got = asyncio.run(webhook(FakeRequest(body, secret)))
    return got.status, json.loads(got.body)


async def echo(message: UserMessage) -> None:
    await message.output_channel.send_response(message.sender_id, {"text": message.text})


async def break_down(message: UserMessage) -> None:
    raise RuntimeError("the ledger is on fire")


def test_the_gateway_is_answered() -> None:
    status, body = answer(echo, {"sender": CUSTOMER, "text": "你好"})
    assert (status, body) == (200, {"replies": [{"text": "你好", "card": None, "choices": []}]})


@pytest.mark.parametrize("secret", [None, "", "between", "between us ", "秘密"])
def test_nobody_else_is(secret: str | None) -> None:
    status, body = answer(echo, {"sender": CUSTOMER, "text": "你好"}, secret)
    assert (status, body["code"]) == (401, "wrong_secret")


def test_without_a_secret_the_channel_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERNAL_SECRET", raising=False)
    with pytest.raises(RasaException, match="INTERNAL_SECRET"):
        GatewayInput.from_credentials(None)
    monkeypatch.setenv("INTERNAL_SECRET", SECRET)
    assert isinstance(GatewayInput.from_credentials(None), GatewayInput)


def test_a_failed_turn_is_told_without_its_traceback() -> None:
    status, body = answer(break_down, {"sender": CUSTOMER, "text": "你好"})
    assert (status, body["code"]) == (500, "turn_failed")
    assert "fire" not in json.dumps(body)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"sender": CUSTOMER},
        {"sender": "me", "text": "hi"},
        {"sender": None, "text": "hi"},
        {"sender": f"{CUSTOMER}~", "text": "hi"},
        {"sender": f"{CUSTOMER}~we com", "text": "hi"},
        {"sender": f"{CUSTOMER}~a~b", "text": "hi"},
        {"sender": f"wecom~{CUSTOMER}", "text": "hi"},
        {"sender": CUSTOMER, "text": 5},
        {"sender": CUSTOMER, "text": "长" * 501},
        {"sender": CUSTOMER, "text": "x", "payload": "borrow"},
        {"sender": CUSTOMER, "text": "x", "payload": {}},
        {"sender": CUSTOMER, "text": "x", "payload": {"intent": "borrow{}"}},
        {"sender": CUSTOMER, "text": "x", "payload": {"intent": "borrow", "entities": {"term": 12}}},
        {"sender": CUSTOMER, "text": "x", "payload": {"intent": "borrow", "entities": ["12"]}},
    ],
)
def test_what_is_not_a_message_is_refused(body: Any) -> None:
    status, answered = answer(echo, body)
    assert (status, answered["code"]) == (400, "bad_message")


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ('/borrow{"amount": "9"}', 'borrow{"amount": "9"}'),
        ("／restart", "restart"),
        (" \u3000/ /restart", "restart"),
        ("\u200b/restart", "restart"),
        ("1/2", "1/2"),
        ("/", NOTHING_SAID),
        (" ", NOTHING_SAID),
        ("", NOTHING_SAID),
    ],
)
def test_a_text_loses_its_leading_slashes(written: str, understood: str) -> None:
    assert plain_text(written) == understood


@given(st.text(max_size=30), st.sampled_from(["", "/", "／", "\u200b/", " /", "//"]))
def test_no_text_becomes_a_command(text: str, before: str) -> None:
    got = user_message({"sender": CUSTOMER, "text": before + text}, GatewayOutput(), None)
    assert got.text
    assert not got.text.strip().startswith("/")


def test_a_pressed_choice_becomes_the_command_it_stands_for() -> None:
    pressed = {"intent": "borrow", "entities": {"term": "12", "wish": "explicit"}}
    got = user_message({"sender": CUSTOMER, "text": "12 期", "payload": pressed}, GatewayOutput(), "c-1")
    assert got.text == '/borrow{"term": "12", "wish": "explicit"}'
    assert (got.sender_id, got.input_channel, got.metadata) == (CUSTOMER, "gateway", {"correlation_id": "c-1"})
    assert choice({"title": "12 期", "payload": got.text}) == {"label": "12 期", "payload": pressed}


def test_a_thread_is_a_conversation_of_its_own_of_the_same_customer() -> None:
    got = user_message({"sender": f"{CUSTOMER.upper()}~kf-0a1b", "text": "你好"}, GatewayOutput(), None)
    assert got.sender_id == f"{CUSTOMER}~kf-0a1b"


def test_a_command_without_entities_is_only_the_intent() -> None:
    assert command({"intent": "check_limit"}) == "/check_limit"
    with pytest.raises(BadMessageError):
        command({"intent": "Restart"})


def test_one_message_is_one_reply_with_its_card_and_choices() -> None:
    output = GatewayOutput()
    message = {
        "text": "额度如下",
        "custom": {"card": {"kind": "limit"}},
        "buttons": [{"title": "借款", "payload": "/borrow"}, {"title": "问利息", "payload": "借一万利息多少"}],
    }
    asyncio.run(output.send_response(CUSTOMER, message))
    asyncio.run(output.send_response(CUSTOMER, {"text": "", "buttons": None}))
    asyncio.run(output.send_response(CUSTOMER, {"text": "还需要什么？\n\n请说"}))
    assert output.replies == [
        {
            "text": "额度如下",
            "card": {"kind": "limit"},
            "choices": [
                {"label": "借款", "payload": {"intent": "borrow", "entities": {}}},
                {"label": "问利息", "payload": None},
            ],
        },
        {"text": "还需要什么？\n\n请说", "card": None, "choices": []},
    ]
