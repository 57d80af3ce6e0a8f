"""wechatpy, written by others, reads what we write and writes what we read: a thousand random messages each way."""

from __future__ import annotations

import random

import pytest

from channels.crypto.safe_xml import cdata, parse
from channels.crypto.wechat_family import WeChatCrypto, envelope

oracle = pytest.importorskip("wechatpy.crypto", reason="wechatpy, the independent oracle, is not installed")

MESSAGES = 1000
KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
TEXT_LETTERS = "abc 019<>&\"'\u8fd8\u6b3e\u501f\u6761\uff0c\U0001f600\n"


@pytest.fixture
def generator() -> random.Random:
    return random.Random("wechatpy")


class Account:
    """One random account, known to both sides, and one random message."""

    def __init__(self, generator: random.Random) -> None:
        self.app = "wx" + generator.randbytes(8).hex()
        self.token = generator.randbytes(generator.randrange(2, 16)).hex()
        self.key = "".join(generator.choices(KEY_LETTERS, k=43))
        self.timestamp = str(generator.randrange(1_400_000_000, 2_000_000_000))
        self.nonce = str(generator.randrange(10**9))
        length = generator.randrange(300)
        self.text = "".join(generator.choices(TEXT_LETTERS, k=length))
        self.ours = WeChatCrypto(self.app, [self.token], [self.key])
        self.theirs = oracle.WeChatCrypto(self.token, self.key, self.app)

    def xml(self) -> str:
        return f"<xml><Content>{cdata(self.text)}</Content></xml>"


def test_the_oracle_opens_what_we_seal(generator: random.Random) -> None:
    for _ in range(MESSAGES):
        account = Account(generator)
        sealed = account.ours.seal(account.xml(), account.timestamp, account.nonce)
        body = {"Encrypt": sealed.encrypt}
        told = account.theirs.decrypt_message(body, sealed.signature, account.timestamp, account.nonce)
        assert told == account.xml()


def test_we_open_what_the_oracle_seals(generator: random.Random) -> None:
    for _ in range(MESSAGES):
        account = Account(generator)
        body = account.theirs.encrypt_message(account.xml(), account.nonce, account.timestamp)
        signature = str(parse(body)["MsgSignature"])
        opened = account.ours.open(envelope(body.encode()), signature, account.timestamp, account.nonce)
        assert opened.message == account.xml()
        assert parse(opened.message) == {"Content": account.text}
