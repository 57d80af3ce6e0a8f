"""Every published example of the WeChat family, DingTalk's event push among them."""

from __future__ import annotations

import json

import pytest

from channels.crypto.safe_xml import parse
from channels.crypto.wechat_family import CryptoCode, CryptoError, WeChatCrypto, envelope, padded, signature_of
from tests.channels.messaging.vectors import Vector, id_of, load

SIGNED = load("wx_plain")
ENCRYPTED = load("wx_crypto")
ANSWERS = load("wx_encrypt")


def crypto_of(vector: Vector) -> WeChatCrypto:
    return WeChatCrypto(vector["receive_id"], [vector["token"]], [vector["aes_key"]])


def test_all_examples_of_the_family_are_here() -> None:
    assert (len(SIGNED), len(ENCRYPTED), len(ANSWERS)) == (4, 6, 2)


@pytest.mark.parametrize("vector", SIGNED, ids=id_of)
def test_a_plain_signature_is_the_published_one(vector: Vector) -> None:
    crypto = WeChatCrypto("wx", [vector["token"]])
    assert crypto.verify(vector["signature"], vector["timestamp"], vector["nonce"]) == 0
    assert signature_of(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@pytest.mark.parametrize("vector", ENCRYPTED, ids=id_of)
def test_a_published_message_opens_to_its_text(vector: Vector) -> None:
    opened = crypto_of(vector).open(vector["encrypt"], vector["msg_signature"], vector["timestamp"], vector["nonce"])
    assert opened.message == vector["plaintext"]


@pytest.mark.parametrize("vector", ENCRYPTED, ids=id_of)
def test_padding_is_to_blocks_of_thirty_two(vector: Vector) -> None:
    """The pads of 19, 22 and 30 are those that an unpadder of 16 would refuse."""
    plain = bytes(20) + vector["plaintext"].encode() + vector["receive_id"].encode()
    assert padded(plain)[-1] == vector["pad"]


@pytest.mark.parametrize("vector", ENCRYPTED, ids=id_of)
def test_one_wrong_bit_in_a_published_signature_is_refused(vector: Vector) -> None:
    first, rest = vector["msg_signature"][0], vector["msg_signature"][1:]
    with pytest.raises(CryptoError) as refused:
        crypto_of(vector).open(vector["encrypt"], f"{int(first, 16) ^ 1:x}{rest}", vector["timestamp"], vector["nonce"])
    assert refused.value.code is CryptoCode.SIGNATURE_WRONG


@pytest.mark.parametrize("vector", ANSWERS, ids=id_of)
def test_an_answer_is_sealed_byte_for_byte_as_published(vector: Vector) -> None:
    sealed = crypto_of(vector).seal(
        vector["plaintext"], vector["timestamp"], vector["nonce"], random=vector["random16"].encode()
    )
    assert sealed.encrypt == vector["encrypt"]
    assert sealed.signature == vector["msg_signature"]


def test_the_official_xml_message_reads_as_documented() -> None:
    (vector,) = (each for each in ENCRYPTED if each["id"] == "oa-safe-xml-official")
    body = f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>"
    opened = crypto_of(vector).open(
        envelope(body.encode()), vector["msg_signature"], vector["timestamp"], vector["nonce"]
    )
    told = parse(opened.message)
    assert (told["Content"], told["MsgId"]) == ("abcdteT", "6054768590064713728")


def test_the_official_json_message_reads_as_documented() -> None:
    (vector,) = (each for each in ENCRYPTED if each["id"] == "oa-safe-json-official")
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": vector["encrypt"]}).encode()
    opened = crypto_of(vector).open(envelope(body), vector["msg_signature"], vector["timestamp"], vector["nonce"])
    assert json.loads(opened.message)["Event"] == "debug_demo"
