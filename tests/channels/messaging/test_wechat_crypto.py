"""What the family's crypto refuses and why, and that a change of secrets loses nothing."""

from __future__ import annotations

import base64
import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.crypto.safe_xml import DEEPEST, XmlRefusedError, cdata, parse
from channels.crypto.wechat_family import (
    CryptoCode,
    CryptoError,
    Sealed,
    WeChatCrypto,
    aes_key_of,
    envelope,
    signature_of,
)

APP = "wx0000000000000001"
OLD, NEW = ("old-token", "O" * 43), ("new-token", "N" * 43)
WHEN, NONCE = "1700000000", "n0nce"


def crypto(*secrets: tuple[str, str], receive_id: str = APP) -> WeChatCrypto:
    return WeChatCrypto(receive_id, [token for token, _ in secrets], [key for _, key in secrets])


def code_of(sealed: Sealed, opening: WeChatCrypto) -> CryptoCode:
    with pytest.raises(CryptoError) as refused:
        opening.open(sealed.encrypt, sealed.signature, sealed.timestamp, sealed.nonce)
    return refused.value.code


def signed(encrypt: str) -> Sealed:
    """Any ciphertext, rightly signed."""
    return Sealed(encrypt, signature_of(NEW[0], WHEN, NONCE, encrypt), WHEN, NONCE)


def raw(plain: bytes) -> Sealed:
    """A plaintext with its padding as given, encrypted and rightly signed."""
    key = aes_key_of(NEW[1])
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return signed(base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode())


def content(message: bytes, length: int | None = None, receive_id: str = APP) -> bytes:
    return bytes(16) + (len(message) if length is None else length).to_bytes(4) + message + receive_id.encode()


def pad(plain: bytes) -> bytes:
    count = 32 - len(plain) % 32
    return plain + bytes([count]) * count


def test_a_message_for_another_account_is_refused_though_rightly_signed() -> None:
    sealed = crypto(NEW, receive_id="wx0000000000000002").seal("hello", WHEN, NONCE)
    assert code_of(sealed, crypto(NEW)) is CryptoCode.RECEIVER_WRONG
    assert code_of(sealed, crypto(OLD, NEW)) is CryptoCode.RECEIVER_WRONG


@pytest.mark.parametrize("tampered", ["signature", "timestamp", "nonce", "encrypt"])
def test_nothing_of_a_signed_message_can_be_changed(tampered: str) -> None:
    sealed = crypto(NEW).seal("hello", WHEN, NONCE)
    changed = replace(sealed, **{tampered: "0" + getattr(sealed, tampered)[1:]})
    assert changed != sealed
    assert code_of(changed, crypto(NEW)) is CryptoCode.SIGNATURE_WRONG


@pytest.mark.parametrize(
    ("sealed", "code"),
    [
        (signed("not base64!"), CryptoCode.BASE64_INVALID),
        (signed("\u4e2d\u6587"), CryptoCode.BASE64_INVALID),
        (signed(""), CryptoCode.NOT_DECRYPTED),
        (signed(base64.b64encode(bytes(33)).decode()), CryptoCode.NOT_DECRYPTED),
        (raw(content(b"hello")[:15] + bytes(17)), CryptoCode.BUFFER_INVALID),
        (raw(bytes(31) + b"\x21" + b"\x21" * 32), CryptoCode.BUFFER_INVALID),
        (raw(bytes(30) + b"\x01\x02"), CryptoCode.BUFFER_INVALID),
        (raw(b"\x20" * 32), CryptoCode.BUFFER_INVALID),
        (raw(pad(content(b"hello", length=2**31))), CryptoCode.BUFFER_INVALID),
        (raw(pad(content(b"hello", length=24))), CryptoCode.BUFFER_INVALID),
        (raw(pad(content(b"hello", length=4))), CryptoCode.RECEIVER_WRONG),
        (raw(pad(content(b"\xff\xfe"))), CryptoCode.BUFFER_INVALID),
    ],
    ids=[
        "letters outside base64", "not ascii", "empty", "not a multiple of 16", "pad 0", "pad 33", "pad of unlike bytes",
        "nothing but padding", "length far over the end", "length just over the end", "length too short", "not UTF-8",
    ],
)  # fmt: skip
def test_a_rightly_signed_but_broken_ciphertext_has_its_own_code(sealed: Sealed, code: CryptoCode) -> None:
    assert code_of(sealed, crypto(NEW)) is code


def test_a_signature_is_looked_at_before_the_ciphertext() -> None:
    broken = replace(signed("not base64!"), signature="0" * 40)
    assert code_of(broken, crypto(NEW)) is CryptoCode.SIGNATURE_WRONG


@pytest.mark.parametrize("sender", [OLD, NEW, (OLD[0], NEW[1]), (NEW[0], OLD[1])])
def test_while_secrets_change_both_open_and_the_answer_comes_in_the_same(sender: tuple[str, str]) -> None:
    platform, ours = crypto(sender), crypto(NEW, OLD)
    sealed = platform.seal("hello", WHEN, NONCE)
    opened = ours.open(sealed.encrypt, sealed.signature, WHEN, NONCE)
    assert opened.message == "hello"
    answer = ours.seal("welcome", WHEN, NONCE, answering=opened)
    assert platform.open(answer.encrypt, answer.signature, WHEN, NONCE).message == "welcome"


def test_a_secret_that_has_been_withdrawn_opens_nothing() -> None:
    sealed = crypto(OLD).seal("hello", WHEN, NONCE)
    assert code_of(sealed, crypto(NEW)) is CryptoCode.SIGNATURE_WRONG


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "!", "\u4e2d" * 43])
def test_a_key_that_is_not_forty_three_letters_is_refused_at_start(key: str) -> None:
    with pytest.raises(CryptoError) as refused:
        WeChatCrypto(APP, ["token"], [key])
    assert refused.value.code is CryptoCode.AES_KEY_INVALID
    assert key not in str(refused.value) or not key


@pytest.mark.parametrize("tokens", [[], [""], ["a", "b", "c"]])
def test_there_are_one_or_two_tokens(tokens: list[str]) -> None:
    with pytest.raises(ValueError, match="one token or two"):
        WeChatCrypto(APP, tokens)


def test_nothing_prints_a_secret() -> None:
    shown = repr(crypto(NEW, OLD))
    assert not any(secret in shown for pair in (NEW, OLD) for secret in pair)


def test_any_text_comes_back_as_it_went() -> None:
    generator = random.Random(9)
    ours = crypto(NEW)
    for length in [*range(70), 4000]:
        text = "".join(generator.choice("a<>&]\u4e2d\U0001f600 \n") for _ in range(length))
        sealed = ours.seal(text, WHEN, NONCE)
        assert ours.open(sealed.encrypt, sealed.signature, WHEN, NONCE).message == text


# ── the envelope ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        b"<xml><Encrypt><![CDATA[YWJj+/==]]></Encrypt><ToUserName><![CDATA[gh]]></ToUserName></xml>",
        b"<xml>\n<Encrypt>YWJj+/==</Encrypt>\n</xml>",
        b'{"ToUserName": "gh", "Encrypt": "YWJj+/=="}',
        b'{"encrypt":"YWJj+\\/=="}',
    ],
    ids=["XML with CDATA", "XML without", "JSON", "JSON with escaped slash"],
)
def test_the_ciphertext_is_found_in_every_form(body: bytes) -> None:
    assert envelope(body) == "YWJj+/=="


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml></xml>", b"<xml><Encrypt>YQ==</Encrypt><Encrypt>Yg==</Encrypt></xml>", b"[]", b"Encrypt=YQ=="],
)
def test_a_body_without_exactly_one_ciphertext_is_refused(body: bytes) -> None:
    with pytest.raises(CryptoError) as refused:
        envelope(body)
    assert refused.value.code is CryptoCode.XML_UNREADABLE


def test_what_a_customer_writes_cannot_stand_in_for_the_ciphertext() -> None:
    """In compatible mode the plain form, with the customer's words in it, stands beside the ciphertext."""
    body = '{"Content": "\\"Encrypt\\":\\"Zm9yZ2Vk\\"", "Encrypt": "YWJj"}'
    assert envelope(body.encode()) == "YWJj"


# ── XML ─────────────────────────────────────────────────────────────────────────────────────────────────────

LAUGHS = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
OUTSIDE = '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Content>&a;</Content></xml>'


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS, OUTSIDE, "<!DOCTYPE xml><xml></xml>", '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        "", "no xml", "<xml>", "<xml></xml><xml></xml>", "<xml>&unknown;</xml>", "<xml>\x00</xml>",
        "<a>" * (DEEPEST + 2) + "</a>" * (DEEPEST + 2),
    ],
    ids=["laughs", "external entity", "document type", "external document type", "empty", "no element", "not closed",
         "two roots", "unknown entity", "null", "too deep"],
)  # fmt: skip
def test_xml_that_could_do_harm_or_is_broken_is_refused(document: str) -> None:
    with pytest.raises(XmlRefusedError) as refused:
        parse(document)
    assert "hostname" not in str(refused.value)


def test_xml_is_read_as_names_and_texts() -> None:
    document = (
        '<?xml version="1.0" encoding="GBK"?><xml><Content><![CDATA[\u8fd8\u6b3e <b>]]> &amp; more</Content>'
        "<Empty/><List><Id>1</Id><Id>2</Id></List></xml>"
    )
    assert parse(document) == {"Content": "\u8fd8\u6b3e <b> & more", "Empty": "", "List": {"Id": ["1", "2"]}}


@pytest.mark.parametrize("text", ["", "a]]>b", "]]>]]>", "]]", "<xml>&amp;", "\u8fd8\u6b3e\U0001f600"])
def test_any_text_survives_a_cdata_section(text: str) -> None:
    assert parse(f"<xml><Content>{cdata(text)}</Content></xml>") == {"Content": text}


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert parse(
        f"<xml><Content>{cdata('a' + chr(0) + chr(0x1F) + chr(0xD800) + chr(0xFFFE) + 'b')}</Content></xml>"
    ) == {"Content": "ab"}
