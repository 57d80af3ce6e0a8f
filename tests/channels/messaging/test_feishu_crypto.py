"""Feishu's signature and cipher: the platform's samples, every single flipped bit, and two keys at once."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta

import pytest

from channels.crypto import feishu
from tests.channels.messaging.vectors import load

SIGNED_AT = datetime.fromtimestamp(1_700_000_000, UTC)
KEY = "test key"


def test_the_published_ciphertext_opens() -> None:
    (known,) = load("feishu_decrypt")
    assert feishu.decrypt(known["encrypt_key"], known["encrypt"]) == known["plaintext"]


def test_the_signature_is_the_documented_one() -> None:
    (known,) = load("feishu_sig")
    given = feishu.signature(known["encrypt_key"], known["timestamp"], known["nonce"], known["body"].encode())
    assert given == known["signature"]


def test_no_flipped_bit_of_body_or_signature_passes() -> None:
    body = '{"encrypt":"好"}'.encode()
    given = feishu.signature(KEY, "1700000000", "nonce", body)
    assert feishu.is_signed([KEY], "1700000000", "nonce", body, given, now=SIGNED_AT)
    for place in range(len(body) * 8):
        changed = bytearray(body)
        changed[place // 8] ^= 1 << place % 8
        assert not feishu.is_signed([KEY], "1700000000", "nonce", bytes(changed), given, now=SIGNED_AT)
    for place, sign in enumerate(given):
        changed_sign = given[:place] + ("0" if sign != "0" else "1") + given[place + 1 :]
        assert not feishu.is_signed([KEY], "1700000000", "nonce", body, changed_sign, now=SIGNED_AT)


@pytest.mark.parametrize("keys", [[KEY, "old"], ["new", KEY]], ids=["current", "previous"])
def test_either_of_two_keys_counts(keys: list[str]) -> None:
    given = feishu.signature(KEY, "1700000000", "n", b"{}")
    assert feishu.is_signed(keys, "1700000000", "n", b"{}", given, now=SIGNED_AT)


def test_no_key_signs_nothing() -> None:
    given = feishu.signature("", "1700000000", "n", b"{}")
    assert not feishu.is_signed([], "1700000000", "n", b"{}", given, now=SIGNED_AT)


@pytest.mark.parametrize(
    ("late", "counts"),
    [(0, True), (300, True), (-300, True), (301, False), (-301, False)],
)
def test_a_signature_counts_for_five_minutes_around_its_time(late: int, counts: bool) -> None:
    given = feishu.signature(KEY, "1700000000", "n", b"{}")
    now = SIGNED_AT + timedelta(seconds=late)
    assert feishu.is_signed([KEY], "1700000000", "n", b"{}", given, now=now) is counts


@pytest.mark.parametrize(
    "time", ["", "soon", "-1", "1e9", "9" * 16, "9" * 5000, "１７００００００００", "1700000000.0"]
)
def test_a_time_that_is_none_is_refused(time: str) -> None:
    given = feishu.signature(KEY, time, "n", b"{}")
    assert not feishu.is_signed([KEY], time, "n", b"{}", given, now=SIGNED_AT)


def test_signs_outside_ascii_in_a_signature_are_refused_not_a_defect() -> None:
    assert not feishu.is_signed([KEY], "1700000000", "n", b"{}", "签名", now=SIGNED_AT)


@pytest.mark.parametrize(
    "encrypted",
    ["", "!!!", "QUJD", base64.b64encode(bytes(16)).decode(), base64.b64encode(bytes(33)).decode(), "字",
     base64.b64encode(bytes(64)).decode()],
    ids=["empty", "no-base64", "short", "only-the-start", "half-a-block", "chinese", "wrong-padding"],
)  # fmt: skip
def test_what_is_no_ciphertext_is_refused_in_one_way(encrypted: str) -> None:
    with pytest.raises(feishu.UnreadableError) as refusal:
        feishu.decrypt(KEY, encrypted)
    assert str(refusal.value) == "not readable with our keys"
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_what_was_sealed_opens_again() -> None:
    rng = random.Random(8)
    for _ in range(200):
        text = "".join(rng.choice("借款还款abc 1\n😀") for _ in range(rng.randrange(200)))
        assert feishu.decrypt(KEY, feishu.encrypt(KEY, text, start=rng.randbytes(16))) == text
