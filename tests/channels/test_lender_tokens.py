"""Tokens that a lender's own login signed: its keys, its audience, its rotation."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from channels.identity import Identity
from channels.keys import LenderKeys
from channels.lenders import Lender, Lenders
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN
from tests.channels.world import NOW

LENDER = Lender(
    id="one", origins=("https://one.example",), issuer="https://one", audience="chat", jwks_url="https://one/keys"
)
SECONDS = int(NOW.timestamp())


class Publisher:
    """The lender's key address."""

    def __init__(self) -> None:
        self.private: dict[str, Any] = {}
        self.reads = 0
        self.down = False

    def add(self, key_id: str, *, curve: bool = False) -> None:
        self.private[key_id] = (
            ec.generate_private_key(ec.SECP256R1()) if curve else ed25519.Ed25519PrivateKey.generate()
        )

    def jwks(self, _lender: Lender) -> Any:
        self.reads += 1
        if self.down:
            raise OSError("no answer")
        return {"keys": [self._public(key_id, key) for key_id, key in self.private.items()]}

    def _public(self, key_id: str, key: Any) -> dict[str, Any]:
        is_curve = isinstance(key, ec.EllipticCurvePrivateKey)
        algorithm = jwt.algorithms.ECAlgorithm if is_curve else jwt.algorithms.OKPAlgorithm
        alg = "ES256" if is_curve else "EdDSA"
        return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": key_id, "use": "sig", "alg": alg}

    def sign(self, key_id: str | None, key: Any = None, **changes: Any) -> str:
        claims = {"sub": str(LIN), "aud": "chat", "iss": "https://one", "iat": SECONDS, "exp": SECONDS + 600, **changes}
        private = key or self.private[str(key_id)]
        algorithm = "ES256" if isinstance(private, ec.EllipticCurvePrivateKey) else "EdDSA"
        return jwt.encode(claims, private, algorithm=algorithm, headers={"kid": key_id} if key_id else {})


@pytest.fixture
def publisher() -> Publisher:
    made = Publisher()
    made.add("k1")
    made.add("k2", curve=True)
    return made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def identity(publisher: Publisher, clock: ManualClock) -> Identity:
    return Identity("s" * 32, clock, Lenders(lenders=(LENDER,)), LenderKeys(clock, publisher.jwks))


def refusal_of(identity: Identity, token: str) -> ErrorCode:
    with pytest.raises(CreditError) as refusal:
        identity.verify(f"Bearer {token}")
    return refusal.value.code


@pytest.mark.parametrize("key_id", ["k1", "k2"])
def test_a_lenders_token_names_customer_and_lender(identity: Identity, publisher: Publisher, key_id: str) -> None:
    session = identity.verify(f"Bearer {publisher.sign(key_id)}")
    assert (session.customer_id, session.lender) == (LIN, LENDER)
    assert session.expires_at == NOW + timedelta(seconds=600)


def test_what_does_not_fit_the_lender_is_refused(identity: Identity, publisher: Publisher) -> None:
    stranger = ed25519.Ed25519PrivateKey.generate()
    assert refusal_of(identity, publisher.sign("k1", aud="xinzhang")) is ErrorCode.TOKEN_INVALID
    assert refusal_of(identity, publisher.sign("k1", aud=["chat", "x"])) is ErrorCode.TOKEN_INVALID
    assert refusal_of(identity, publisher.sign("k1", iss="https://two")) is ErrorCode.TOKEN_INVALID
    assert refusal_of(identity, publisher.sign("k1", key=stranger)) is ErrorCode.TOKEN_INVALID
    assert refusal_of(identity, publisher.sign("k9", key=stranger)) is ErrorCode.TOKEN_INVALID
    assert refusal_of(identity, publisher.sign(None, key=stranger)) is ErrorCode.TOKEN_INVALID
    assert refusal_of(identity, publisher.sign("k1", exp=SECONDS - 1)) is ErrorCode.TOKEN_EXPIRED


def test_a_public_key_cannot_be_taken_for_a_shared_secret(identity: Identity, publisher: Publisher) -> None:
    """The classic confusion: HS256 with the published key as secret."""
    claims = {"sub": str(LIN), "aud": "chat", "iss": "https://one", "iat": SECONDS, "exp": SECONDS + 60}
    published = json.dumps(publisher.jwks(LENDER)["keys"][0])
    forged = jwt.encode(claims, published + "x" * 32, algorithm="HS256", headers={"kid": "k1"})
    assert refusal_of(identity, forged) is ErrorCode.TOKEN_INVALID


def test_a_new_key_counts_at_once_and_a_withdrawn_one_no_longer(
    identity: Identity, publisher: Publisher, clock: ManualClock
) -> None:
    old = publisher.sign("k1")
    identity.verify(f"Bearer {old}")
    clock.advance(seconds=31)
    publisher.add("k3")
    del publisher.private["k1"]
    identity.verify(f"Bearer {publisher.sign('k3')}")
    assert publisher.reads == 2
    assert refusal_of(identity, old) is ErrorCode.TOKEN_INVALID


def test_strangers_tokens_do_not_make_us_read_again_and_again(identity: Identity, publisher: Publisher) -> None:
    stranger = ed25519.Ed25519PrivateKey.generate()
    for nth in range(20):
        refusal_of(identity, publisher.sign(f"x{nth}", key=stranger))
    assert publisher.reads == 1


def test_the_last_good_keys_are_used_while_the_address_is_silent_but_not_for_ever(
    identity: Identity, publisher: Publisher, clock: ManualClock
) -> None:
    later = publisher.sign("k1", exp=SECONDS + 90_000)
    identity.verify(f"Bearer {later}")
    publisher.down = True
    clock.advance(hours=11)
    identity.verify(f"Bearer {later}")
    clock.advance(hours=2)
    assert refusal_of(identity, later) is ErrorCode.TOKEN_INVALID


def test_keys_are_read_from_a_file_too(tmp_path: Path, publisher: Publisher, clock: ManualClock) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(publisher.jwks(LENDER)))
    lender = Lender(id="one", issuer="https://one", audience="chat", jwks_file=path)
    identity = Identity("s" * 32, clock, Lenders(lenders=(lender,)))
    assert identity.verify(f"Bearer {publisher.sign('k1')}").lender == lender
