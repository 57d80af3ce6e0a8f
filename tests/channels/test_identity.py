"""Whose token it is, and which tokens are none."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from channels.identity import Identity
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, STRANGER
from tests.channels.world import NOW, World

SECRET = "only-for-tests-" + "s" * 32
SECONDS = int(NOW.timestamp())
CLAIMS = {"sub": str(LIN), "aud": "xinzhang", "iss": "xinzhang", "iat": SECONDS, "exp": SECONDS + 60}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def identity(clock: ManualClock) -> Identity:
    return Identity(SECRET, clock)


def token(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {**CLAIMS, **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm=algorithm)


def unsigned() -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "none"}, CLAIMS)]
    return b".".join([*parts, b""]).decode()


def refusal_of(identity: Identity, authorization: str | None) -> ErrorCode:
    with pytest.raises(CreditError) as refusal:
        identity.verify(authorization)
    return refusal.value.code


def test_an_issued_token_names_its_customer_for_half_an_hour(identity: Identity, clock: ManualClock) -> None:
    issued = f"Bearer {identity.issue(LIN)}"
    session = identity.verify(issued)
    assert session.customer_id == LIN
    assert session.expires_at == NOW + timedelta(minutes=30)
    clock.advance(minutes=30)
    assert refusal_of(identity, issued) is ErrorCode.TOKEN_EXPIRED


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer   ", "Basic abc", "abc"])
def test_no_token_is_said_to_be_missing(identity: Identity, header: str | None) -> None:
    assert refusal_of(identity, header) is ErrorCode.TOKEN_MISSING


@pytest.mark.parametrize(
    "bad",
    [
        "not.a.token",
        unsigned(),
        token(secret="another-secret-" + "x" * 32),
        token(algorithm="HS512", secret=SECRET + "x" * 32),
        token(aud="another"),
        token(aud=["xinzhang", "another"]),
        token(iss="another"),
        token(sub="not-a-number"),
        token(sub=None),
        token(aud=None),
        token(iss=None),
        token(iat=None),
        token(exp=None),
        token(exp=str(SECONDS + 60)),
        token(exp=True),
        token(iat=SECONDS + 3600, exp=SECONDS + 7200),
    ],
)
def test_a_token_that_is_not_ours_is_invalid(identity: Identity, bad: str) -> None:
    assert refusal_of(identity, f"Bearer {bad}") is ErrorCode.TOKEN_INVALID


def test_a_past_token_is_expired_even_by_a_second(identity: Identity) -> None:
    assert identity.verify(f"Bearer {token(exp=SECONDS + 1)}").customer_id == LIN
    assert refusal_of(identity, f"Bearer {token(exp=SECONDS)}") is ErrorCode.TOKEN_EXPIRED


def test_a_token_for_a_hundred_years_opens_a_stream_for_half_an_hour(identity: Identity) -> None:
    assert identity.verify(f"Bearer {token(exp=10**15)}").expires_at == NOW + timedelta(minutes=30)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/messages"),
        ("GET", "/v1/messages"),
        ("GET", "/v1/stream"),
        ("GET", f"/v1/offers/{STRANGER}"),
        ("POST", f"/v1/offers/{STRANGER}/confirm"),
        ("POST", f"/v1/offers/{STRANGER}/decline"),
    ],
)
async def test_every_call_of_a_customer_needs_a_token(world: World, method: str, path: str) -> None:
    body = {"id": "m-1", "text": "你好"} if path == "/v1/messages" else {"pin": "123456"}
    options: dict[str, Any] = {"json": body} if method == "POST" else {}
    missing = await world.client.request(method, path, **options)
    forged = await world.client.request(method, path, headers={"Authorization": f"Bearer {unsigned()}"}, **options)
    stranger = await world.client.request(method, path, headers=world.bearer(STRANGER), **options)
    expired_headers = world.bearer()
    world.clock.advance(minutes=31)
    expired = await world.client.request(method, path, headers=expired_headers, **options)
    answers = [missing, forged, stranger, expired]
    assert [each.status_code for each in answers] == [401] * 4
    assert [each.headers["WWW-Authenticate"] for each in answers] == ["Bearer"] * 4
    codes = ["token_missing", "token_invalid", "customer_unknown", "token_expired"]
    assert [each.json()["code"] for each in answers] == codes
    assert world.assistant.asked == []
