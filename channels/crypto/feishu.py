"""Feishu: a hash over the raw body with the encrypt key, and AES-256-CBC around the event.

Sources: the platform's pages on event security; checked against their published sample."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from channels.crypto.skew import is_fresh

BLOCK = 16
SKEW = timedelta(minutes=5)


class UnreadableError(ValueError):
    """A ciphertext that none of our keys opens; says nothing about why, since a sender could learn from it."""

    def __init__(self) -> None:
        super().__init__("not readable with our keys")


def signature(encrypt_key: str, timestamp: str, nonce: str, body: bytes) -> str:
    """X-Lark-Signature: hex SHA-256 of time, nonce, key and raw body, in this order."""
    return hashlib.sha256(f"{timestamp}{nonce}{encrypt_key}".encode() + body).hexdigest()


def is_signed(
    encrypt_keys: Iterable[str], timestamp: str, nonce: str, body: bytes, given: str, *, now: datetime
) -> bool:
    """Whether one of the keys (the current, the previous) signed the body within the last minutes."""
    fresh = is_recent(timestamp, now)
    # Every key is tried, whichever fits: the time taken tells nothing about which one it was.
    signed = [
        hmac.compare_digest(signature(key, timestamp, nonce, body).encode(), given.lower().encode())
        for key in encrypt_keys
    ]
    return fresh and any(signed)


def is_recent(timestamp: str, now: datetime) -> bool:
    """Whether X-Lark-Request-Timestamp, in seconds, is one of the last minutes."""
    return is_fresh(timestamp, unit=timedelta(seconds=1), now=now, limit=SKEW)


def decrypt(encrypt_key: str, encrypted: str) -> str:
    """The text of `encrypt`. Raises UnreadableError. A wrong key may give text by chance: look at what it says."""
    try:
        sealed = base64.b64decode(encrypted, validate=True)
        if len(sealed) < 2 * BLOCK or len(sealed) % BLOCK:
            raise UnreadableError
        opening = Cipher(algorithms.AES256(_aes_key(encrypt_key)), modes.CBC(sealed[:BLOCK])).decryptor()
        unpadding = PKCS7(BLOCK * 8).unpadder()
        padded = opening.update(sealed[BLOCK:]) + opening.finalize()
        return (unpadding.update(padded) + unpadding.finalize()).decode()
    except (binascii.Error, ValueError):  # a foreign sign, wrong padding, no UTF-8: one answer for all
        raise UnreadableError from None


def encrypt(encrypt_key: str, text: str, *, start: bytes) -> str:
    """What the platform sends; `start` is the 16 random bytes it begins with. For fakes and tests."""
    padding = PKCS7(BLOCK * 8).padder()
    closing = Cipher(algorithms.AES256(_aes_key(encrypt_key)), modes.CBC(start)).encryptor()
    padded = padding.update(text.encode()) + padding.finalize()
    return base64.b64encode(start + closing.update(padded) + closing.finalize()).decode()


def _aes_key(encrypt_key: str) -> bytes:
    return hashlib.sha256(encrypt_key.encode()).digest()
