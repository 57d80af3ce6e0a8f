"""What happens to every request: rates, headers, correlation, errors in one shape, a log that tells no secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from channels.limits import Limits
from channels.logs import configure_logging
from channels.rates import RateLimiter
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, PIN, ZHAO
from tests.channels.world import LIMITS, NOW, World

pytestmark = pytest.mark.anyio


@contextmanager
def written_log(clock: ManualClock) -> Iterator[io.StringIO]:
    """Everything logged meanwhile, ours and the libraries'."""
    text = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging(clock, text)
    try:
        yield text
    finally:
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()


def lines_of(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


# ── rates ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bucket_refills_evenly_and_never_above_its_size() -> None:
    clock = ManualClock(NOW)
    limiter = RateLimiter(30, clock)
    for _ in range(30):
        limiter.take("a")
    with pytest.raises(CreditError) as refusal:
        limiter.take("a")
    assert refusal.value.facts == {"seconds": 2}
    limiter.take("b")
    clock.advance(seconds=2)
    limiter.take("a")
    clock.advance(hours=1)
    for _ in range(30):
        limiter.take("a")
    with pytest.raises(CreditError):
        limiter.take("a")


def test_a_clock_that_is_set_back_empties_no_bucket() -> None:
    clock = ManualClock(NOW)
    limiter = RateLimiter(2, clock)
    limiter.take("a")
    clock.advance(hours=-1)
    limiter.take("a")


def test_full_buckets_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.rates.SWEEP_AT", 3)
    clock = ManualClock(NOW)
    limiter = RateLimiter(30, clock)
    for name in "abc":
        limiter.take(name)
    clock.advance(minutes=1)
    limiter.take("d")
    assert set(limiter._buckets) == {"d"}


async def test_a_customer_who_writes_too_fast_is_told_when_to_go_on(tmp_path: Path) -> None:
    world = World(tmp_path, limits=replace(LIMITS, customer_per_minute=2))
    assert [(await world.say("你好")).status_code for _ in range(2)] == [200, 200]
    refused = await world.say("你好")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "30"
    assert refused.json() == {"code": "rate_limited", "message": "您发得有点快，请过 30 秒再试。"}
    assert (await world.say("你好", customer_id=ZHAO)).status_code == 200
    world.clock.advance(seconds=30)
    assert (await world.say("你好")).status_code == 200
    await world.close()


async def test_an_address_has_a_rate_too_but_health_has_none(tmp_path: Path) -> None:
    world = World(tmp_path, limits=replace(LIMITS, address_per_minute=2))
    answers = [await world.client.get("/demo/customers") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    forwarded = await world.client.get("/demo/customers", headers={"X-Forwarded-For": "10.0.0.1"})
    assert forwarded.status_code == 429
    assert (await world.client.get("/healthz")).status_code == 200
    await world.close()


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5"])
def test_a_rate_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="RATE_PER_CUSTOMER"):
        Limits.from_environment({"RATE_PER_CUSTOMER": text})


def test_rates_come_from_the_environment() -> None:
    limits = Limits.from_environment({"RATE_PER_CUSTOMER": "60", "RATE_PER_ADDRESS": "70"})
    assert (limits.customer_per_minute, limits.address_per_minute) == (60, 70)


# ── errors in one shape ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_not_there_and_what_is_not_done_have_sentences(world: World) -> None:
    missing = await world.client.get("/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = await world.client.delete("/v1/messages")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"]


async def test_a_body_too_large_is_cut_off(world: World) -> None:
    headers = {**world.bearer(), "Content-Type": "application/json"}
    body = b'{"id":"m","text":"' + b"x" * 20_000 + b'"}'

    async def in_pieces() -> Any:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    for content in (body, in_pieces()):
        response = await world.client.post("/v1/messages", content=content, headers=headers)
        assert (response.status_code, response.json()["code"]) == (413, "message_too_long")
        assert "500" in response.json()["message"]


async def test_a_defect_is_a_sentence_with_a_number_and_no_traceback(world: World) -> None:
    world.assistant.fails = RuntimeError("secret inside")
    with written_log(world.clock) as text:
        response = await world.client.post(
            "/v1/messages",
            json={"id": "m", "text": "你好"},
            headers={**world.bearer(), "X-Correlation-Id": "test-correlation-1"},
        )
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "test-correlation-1" in response.json()["message"]
    assert "Traceback" not in response.text
    defect = next(line for line in lines_of(text) if line["event"] == "defect")
    assert (defect["error"], defect["correlation_id"]) == ("RuntimeError", "test-correlation-1")
    assert any("doubles.py" in place for place in defect["where"])
    assert "secret inside" not in text.getvalue()


@pytest.mark.parametrize(
    "failure",
    [
        CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE),
        OperationalError("SELECT 1", {"text": "秘密"}, Exception("gone")),
    ],
)
async def test_an_unreachable_database_is_a_sentence(world: World, failure: Exception) -> None:
    headers = world.bearer()
    offer = world.credit.put_offer(LIN)
    world.credit.down = failure
    calls = [
        await world.client.get("/v1/messages", headers=headers),
        await world.client.post("/v1/messages", json={"id": "m", "text": "你好"}, headers=headers),
        await world.client.post(f"/v1/offers/{offer.id}/confirm", json={"pin": PIN}, headers=headers),
        await world.client.post("/demo/login", json={"customer": str(LIN)}),
    ]
    assert [each.status_code for each in calls] == [503] * 4
    assert {each.json()["code"] for each in calls} == {"account_service_unreachable"}


async def test_an_unreachable_conversation_store_is_a_sentence(world: World, tmp_path: Path) -> None:
    await world.say("你好")
    world.app.state.gateway.database.engine.dispose()
    (tmp_path / "chat.db").rename(tmp_path / "elsewhere.db")
    (tmp_path / "chat.db").mkdir()
    response = await world.say("你好")
    assert (response.status_code, response.json()["code"]) == (503, "account_service_unreachable")
    assert world.assistant.asked[1:] == []


# ── headers and correlation ─────────────────────────────────────────────────────────────────────────────────


async def test_every_answer_has_safe_headers(world: World) -> None:
    for response in (
        await world.client.get("/"),
        await world.client.get("/web/main.js"),
        await world.client.get("/nothing"),
        await world.say("你好"),
    ):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "Strict-Transport-Security" not in response.headers
        assert "server" not in response.headers


async def test_a_gateway_for_others_asks_for_encryption(tmp_path: Path) -> None:
    world = World(tmp_path, host="0.0.0.0")
    assert "Strict-Transport-Security" in (await world.client.get("/healthz")).headers
    await world.close()


async def test_personal_answers_are_not_kept_by_caches(world: World) -> None:
    assert (await world.say("你好")).headers["Cache-Control"] == "no-store"


async def test_a_sane_correlation_id_goes_all_the_way(world: World) -> None:
    headers = {**world.bearer(), "X-Correlation-Id": "page-0123456789"}
    response = await world.client.post("/v1/messages", json={"id": "m", "text": "你好"}, headers=headers)
    assert response.headers["X-Correlation-Id"] == "page-0123456789"
    assert world.assistant.asked[0].correlation_id == "page-0123456789"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "has blank in it", "a\tb-12345678", '{"json":"injected"}'])
async def test_another_correlation_id_is_replaced(world: World, given: str) -> None:
    response = await world.client.get("/healthz", headers={"X-Correlation-Id": given})
    assert response.headers["X-Correlation-Id"] not in ("", given)


# ── the log ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_log_tells_what_happened_and_no_secrets(world: World) -> None:
    offer = world.credit.put_offer(LIN)
    token = world.token()
    with written_log(world.clock) as text:
        await world.say("一句秘密的话 13812345678", "turn-1")
        await world.say("另一句秘密的话", "turn-1")
        await world.confirm(offer.id, "987654")
        await world.confirm(offer.id, PIN)
        await world.client.post("/v1/messages", json={"id": 1, "text": "秘密"}, headers=world.bearer())
        await world.client.get("/v1/messages?before=秘密", headers=world.bearer())
        await world.client.get(f"/{token}")
    log = text.getvalue()
    for secret in ("秘密", "13812345678", "987654", PIN, token, "听到"):
        assert secret not in log
    lines = lines_of(text)
    assert all(line["correlation_id"] and line["at"] and line["level"] for line in lines)
    routes = [line["route"] for line in lines if line["event"] == "request"]
    assert routes[:3] == ["/v1/messages", "/v1/messages", "/v1/offers/{offer_id}/confirm"]
    refused = [line["code"] for line in lines if line["event"] == "refused"]
    assert refused == ["message_id_reused", "pin_wrong", "body_invalid", "body_invalid", "not_found"]


async def test_a_librarys_exception_is_logged_without_its_text(world: World) -> None:
    with written_log(world.clock) as text:
        try:
            int("秘密")
        except ValueError:
            logging.getLogger("uvicorn.error").exception("it failed")
    (line,) = lines_of(text)
    assert (line["event"], line["error"]) == ("it failed", "ValueError")
    assert "秘密" not in text.getvalue()
