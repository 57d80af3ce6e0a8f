"""RSA2 over bytes: character sets, keys as the console gives them, and python-alipay-sdk as an independent oracle."""

from __future__ import annotations

import random
import re
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from channels.crypto import rsa2

SIGNS = "借款还款额度，。abcXYZ019 &=+%/<>\"'\n\U0001f600"
MESSAGES = 1000


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def other_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def form(key: RSAPrivateKey, fields: dict[str, str], charset: str) -> bytes:
    """The body that the platform would send."""
    signed = rsa2.sign(key, rsa2.content_of({k.encode(): v.encode(charset) for k, v in fields.items()}))
    return urlencode({**fields, "sign": signed}, encoding=charset).encode("ascii")


def checked(body: bytes, *keys: RSAPrivateKey) -> bool:
    fields = rsa2.fields_of(body)
    return rsa2.is_signed([key.public_key() for key in keys], rsa2.content_of(fields), fields[b"sign"])


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "utf-8"])
def test_the_bytes_that_came_are_what_is_checked(key: RSAPrivateKey, charset: str) -> None:
    body = form(
        key, {"service": "s", "charset": charset, "sign_type": "RSA2", "biz_content": "<Text>借钱</Text>"}, charset
    )
    assert checked(body, key)
    assert rsa2.fields_of(body)[b"biz_content"].decode(charset) == "<Text>借钱</Text>"


def test_the_kind_of_signature_is_signed_too(key: RSAPrivateKey) -> None:
    body = form(key, {"service": "s", "sign_type": "RSA2"}, "gbk")
    assert not checked(body.replace(b"RSA2", b"RSA1"), key)


def test_a_field_more_or_less_is_refused(key: RSAPrivateKey) -> None:
    body = form(key, {"biz_content": "x", "service": "s"}, "gbk")
    assert not checked(body + b"&extra=1", key)
    assert not checked(body.replace(b"service=s&", b""), key)


def test_no_flipped_bit_of_the_signature_passes(key: RSAPrivateKey) -> None:
    content = b"service=s"
    given = rsa2.sign(key, content)
    assert rsa2.is_signed([key.public_key()], content, given)
    for place in range(0, len(given) - 2, 7):
        changed = given[:place] + ("A" if given[place] != "A" else "B") + given[place + 1 :]
        assert not rsa2.is_signed([key.public_key()], content, changed)


@pytest.mark.parametrize("given", ["", "!", "签名", "QUJD", b"\xff\xfe"])
def test_what_is_no_signature_is_refused(key: RSAPrivateKey, given: str | bytes) -> None:
    assert not rsa2.is_signed([key.public_key()], b"a=b", given)


def test_either_of_two_keys_counts(key: RSAPrivateKey, other_key: RSAPrivateKey) -> None:
    body = form(key, {"a": "b"}, "utf-8")
    assert checked(body, other_key, key)
    assert checked(body, key, other_key)
    assert not checked(body, other_key)


@pytest.mark.parametrize(
    "body",
    [b"", b"a", b"=1", b"a=1&a=2", b"a=1&&b=2", b"&".join(b"f%d=1" % nth for nth in range(101))],
    ids=["empty", "no-equals", "no-name", "twice", "gap", "many"],
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"form|many"):
        rsa2.fields_of(body)


@pytest.mark.parametrize("kind", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["pkcs8", "pkcs1"])
@pytest.mark.parametrize("bare", [True, False], ids=["bare", "pem"])
def test_keys_are_read_as_the_key_tool_writes_them(key: RSAPrivateKey, kind: PrivateFormat, bare: bool) -> None:
    pem = key.private_bytes(Encoding.PEM, kind, NoEncryption()).decode()
    text = re.sub(r"-----[A-Z ]+-----|\s", "", pem) if bare else pem
    assert rsa2.private_key(text).private_numbers() == key.private_numbers()


def test_public_keys_are_read_with_and_without_armour(key: RSAPrivateKey) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for text in (pem, rsa2.bare(key.public_key())):
        assert rsa2.public_key(text).public_numbers() == key.public_key().public_numbers()


def test_a_key_that_is_none_is_refused_without_being_quoted() -> None:
    for read in (rsa2.private_key, rsa2.public_key):
        for text in ("", "c2VjcmV0", "not base64 at all!"):
            with pytest.raises(ValueError) as refusal:
                read(text)
            assert "not an RSA" in str(refusal.value)
            assert not text or text not in str(refusal.value)


def test_a_short_key_is_refused() -> None:
    short = generate_private_key(65537, 1024)
    with pytest.raises(ValueError, match="2048"):
        rsa2.public_key(rsa2.bare(short.public_key()))


# ── the oracle ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def sdk(key: RSAPrivateKey) -> Any:
    alipay = pytest.importorskip("alipay", reason="python-alipay-sdk, the independent oracle, is not installed")
    return alipay.AliPay(
        appid="2021000000000000",
        app_private_key_string=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        alipay_public_key_string=key.public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


def random_fields(rng: random.Random) -> dict[str, str]:
    names = rng.sample(["app_id", "method", "charset", "biz_content", "timestamp", "version", "service", "a", "Z"], 6)
    return {name: "".join(rng.choice(SIGNS) for _ in range(rng.randrange(1, 60))) for name in names}


def test_what_the_sdk_signs_passes_here(sdk: Any, key: RSAPrivateKey) -> None:
    rng = random.Random(31)
    for _ in range(MESSAGES):
        fields = random_fields(rng)
        assert checked(sdk.sign_data(dict(fields)).encode(), key)


def test_what_is_signed_here_passes_the_sdk(sdk: Any, key: RSAPrivateKey) -> None:
    rng = random.Random(32)
    for _ in range(MESSAGES):
        fields = random_fields(rng)
        given = rsa2.sign(key, rsa2.content_of({k.encode(): v.encode() for k, v in fields.items()}))
        assert sdk.verify(dict(fields), given)
        changed = {**fields, "a": fields.get("a", "") + "1"}
        assert not sdk.verify(changed, given)


def test_the_sdk_and_we_write_the_same_request(sdk: Any, key: RSAPrivateKey) -> None:
    fields = {"app_id": "1", "biz_content": '{"text":"您好 & 再见"}', "sign_type": "RSA2"}
    given = rsa2.sign(key, rsa2.content_of({k.encode(): v.encode() for k, v in fields.items()}))
    assert sdk.sign_data(dict(fields)).endswith(f"&sign={quote_plus(given)}")
