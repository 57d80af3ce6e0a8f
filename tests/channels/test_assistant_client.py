"""How Rasa is asked, and what counts as no answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from channels.assistant import RasaClient
from channels.limits import Limits
from channels.replies import Choice, Payload, Reply
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, limit_lines
from tests.channels.world import settings_for

pytestmark = pytest.mark.anyio

Answer = Callable[[httpx.Request], httpx.Response]


def client(tmp_path: Path, answer: Answer, limits: Limits | None = None) -> RasaClient:
    return RasaClient(settings_for(tmp_path), limits, httpx.MockTransport(answer))


async def test_a_turn_carries_sender_text_meaning_secret_and_correlation(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        choice = {"label": "分12期", "payload": {"intent": "borrow", "entities": {"term": "12"}}}
        return httpx.Response(200, json={"replies": [{"text": "好", "card": None, "choices": [choice]}]})

    rasa = client(tmp_path, answer)
    replies = await rasa.turn(LIN, "分12期", Payload(intent="borrow", entities={"term": "12"}), "corr-0001")
    await rasa.turn(LIN, "你好", None, "corr-0002")
    await rasa.aclose()
    payload = Payload(intent="borrow", entities={"term": "12"})
    assert replies == [Reply(text="好", choices=[Choice(label="分12期", payload=payload)])]
    assert str(seen[0].url) == "http://127.0.0.1:5005/webhooks/gateway/webhook"
    assert seen[0].headers["X-Internal-Secret"] == settings_for(tmp_path).internal_secret
    assert seen[0].headers["X-Correlation-Id"] == "corr-0001"
    assert json.loads(seen[0].content) == {
        "sender": str(LIN),
        "text": "分12期",
        "payload": {"intent": "borrow", "entities": {"term": "12"}},
    }
    assert json.loads(seen[1].content) == {"sender": str(LIN), "text": "你好"}


async def test_a_card_comes_as_its_model_writes_it_and_a_wrong_one_is_left_out(tmp_path: Path) -> None:
    good = {"kind": "limit", "lines": [line.model_dump(mode="json", exclude_defaults=True) for line in limit_lines()]}
    bad = {"kind": "limit", "lines": [{"limit": 1.5}]}

    def answer(_request: httpx.Request) -> httpx.Response:
        cards = [good, bad, {"kind": "unheard-of"}]
        return httpx.Response(200, json={"replies": [{"text": "文字", "card": card} for card in cards]})

    replies = await client(tmp_path, answer).turn(LIN, "额度", None, "corr-0001")
    assert [reply.text for reply in replies] == ["文字"] * 3
    assert replies[0].card is not None
    assert replies[0].card["lines"][0]["available"] == {"minor": 680_000, "currency": "CNY"}
    assert [reply.card for reply in replies[1:]] == [None, None]


def refuse(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def stall(_request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    "answer",
    [
        refuse,
        stall,
        lambda _request: httpx.Response(401),
        lambda _request: httpx.Response(500, text="oops"),
        lambda _request: httpx.Response(200, text="not json"),
        lambda _request: httpx.Response(200, json={"replies": [{"card": None}]}),
        lambda _request: httpx.Response(200, json=[]),
    ],
)
async def test_anything_but_an_answer_is_the_assistant_being_away(tmp_path: Path, answer: Answer) -> None:
    with pytest.raises(CreditError) as refusal:
        await client(tmp_path, answer).turn(LIN, "你好", None, "corr-0001")
    assert refusal.value.code is ErrorCode.ASSISTANT_UNREACHABLE


async def test_an_answer_that_never_ends_is_given_up(tmp_path: Path) -> None:
    class Forever(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    limits = replace(Limits(), assistant_seconds=0.01)
    rasa = RasaClient(settings_for(tmp_path), limits, Forever())
    with pytest.raises(CreditError) as refusal:
        await rasa.turn(LIN, "你好", None, "corr-0001")
    assert refusal.value.code is ErrorCode.ASSISTANT_UNREACHABLE


@pytest.mark.parametrize(
    ("down", "missing"),
    [(set(), []), ({5005}, ["assistant"]), ({5055}, ["actions"]), ({5005, 5055}, ["assistant", "actions"])],
)
async def test_health_asks_both_servers(tmp_path: Path, down: set[int], missing: list[str]) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.port}{request.url.path}")
        return refuse(request) if request.url.port in down else httpx.Response(200, text="ok")

    assert await client(tmp_path, answer).away() == missing
    assert sorted(asked) == ["5005/", "5055/health"]
