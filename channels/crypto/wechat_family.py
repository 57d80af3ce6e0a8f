"""Signatures and encryption of the WeChat family: Official Account, WeCom, 微信客服, and DingTalk's event push.

AES-256-CBC with the key's own first 16 bytes as IV; the plaintext is 16 random bytes, the message's length (4 bytes,
big endian), the message, the receiver's id, padded by PKCS7 to blocks of **32** bytes (a usual 16-byte unpadder
refuses half of all messages). Source: the vendors' sample library, whose error codes are kept as names.

Tokens and keys come in pairs at most, current and previous: a change in the platform's console loses no message."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
"""Of the padding; the cipher's own block is 16."""
CIPHER_BLOCK = 16
RANDOM = 16
LENGTH = 4
KEY_LETTERS = 43
KEY_BYTES = 32
MOST_SECRETS = 2

# The envelope is read by pattern, not parsed: at this point nobody has shown who wrote it.
XML_ENVELOPE = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([^<\]]*)(?:\]\]>)?\s*</Encrypt>")
JSON_ENVELOPE = re.compile(rb'"[Ee]ncrypt"\s*:\s*"([^"]*)"')


class CryptoCode(IntEnum):
    """The codes of the vendors' sample library, which their consoles and their support speak of."""

    SIGNATURE_WRONG = -40001
    XML_UNREADABLE = -40002
    SIGNATURE_NOT_COMPUTED = -40003
    AES_KEY_INVALID = -40004
    RECEIVER_WRONG = -40005
    NOT_ENCRYPTED = -40006
    NOT_DECRYPTED = -40007
    BUFFER_INVALID = -40008
    BASE64_NOT_ENCODED = -40009
    BASE64_INVALID = -40010
    XML_NOT_BUILT = -40011


class CryptoError(Exception):
    """A message that does not come from the platform, or is not for us. The text never quotes it."""

    def __init__(self, code: CryptoCode, detail: str = "") -> None:
        super().__init__(f"{code.value} {code.name}{': ' if detail else ''}{detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified message, and which of the secrets it came with: the answer goes back with the same."""

    message: str
    token_nth: int = 0
    key_nth: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted answer with its signature, before it is written as XML or JSON."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


def signature_of(*parts: str) -> str:
    """Hex SHA-1 over the sorted parts joined: of token, time and nonce, and with encryption the ciphertext too."""
    return hashlib.sha1("".join(sorted(parts)).encode(errors="replace"), usedforsecurity=False).hexdigest()


def aes_key_of(encoded: str) -> bytes:
    """The key behind a console's 43-character EncodingAESKey. Raises CryptoError AES_KEY_INVALID."""
    try:
        key = base64.b64decode(encoded + "=", validate=True)
    except ValueError:
        key = b""
    if len(encoded) != KEY_LETTERS or len(key) != KEY_BYTES:
        raise CryptoError(CryptoCode.AES_KEY_INVALID, f"{len(encoded)} characters")
    return key


def envelope(body: bytes) -> str:
    """The ciphertext of an encrypted push in XML or JSON form; a plain form beside it is not looked at.

    Raises CryptoError XML_UNREADABLE when there is none, or more than one."""
    found = XML_ENVELOPE.findall(body) if body.lstrip().startswith(b"<") else JSON_ENVELOPE.findall(body)
    if len(found) != 1:
        raise CryptoError(CryptoCode.XML_UNREADABLE, f"{len(found)} ciphertexts")
    try:
        return str(found[0].decode("ascii")).replace("\\/", "/").strip()
    except UnicodeDecodeError:
        raise CryptoError(CryptoCode.BASE64_INVALID) from None


class WeChatCrypto:
    """One account's secrets, the current one first.

    `receive_id` is the appid (Official Account), the corp id (WeCom) or the suite or app key (DingTalk)."""

    def __init__(self, receive_id: str, tokens: Sequence[str], aes_keys: Sequence[str] = ()) -> None:
        """Raises CryptoError AES_KEY_INVALID, ValueError when there is no token or more than two of a kind."""
        if not 1 <= len(tokens) <= MOST_SECRETS or len(aes_keys) > MOST_SECRETS or not all(tokens):
            raise ValueError("one token or two, the current one first, and at most two keys")
        self._receive_id = receive_id.encode()
        self._tokens = tuple(tokens)
        self._keys = tuple(aes_key_of(encoded) for encoded in aes_keys)

    def __repr__(self) -> str:
        return f"WeChatCrypto({self._receive_id.decode()})"  # never a secret

    def verify(self, signature: str, *parts: str) -> int:
        """Which token signed these parts (time, nonce and, if encrypted, the ciphertext).

        Raises CryptoError SIGNATURE_WRONG."""
        given = signature.encode(errors="replace")
        # Both are compared always: the time taken does not tell which one is current.
        right = [hmac.compare_digest(signature_of(token, *parts).encode(), given) for token in self._tokens]
        if not any(right):
            raise CryptoError(CryptoCode.SIGNATURE_WRONG)
        return right.index(True)

    def open(self, encrypt: str, signature: str, timestamp: str, nonce: str) -> Opened:
        """Verify, then decrypt, then look whether it is for us.

        Raises CryptoError SIGNATURE_WRONG, BASE64_INVALID, NOT_DECRYPTED, BUFFER_INVALID, RECEIVER_WRONG."""
        token_nth = self.verify(signature, timestamp, nonce, encrypt)
        refused: list[CryptoError] = []
        for key_nth, key in enumerate(self._keys):
            try:
                return Opened(self._decrypted(key, encrypt), token_nth, key_nth)
            except CryptoError as error:
                refused.append(error)
        if not refused:
            raise CryptoError(CryptoCode.AES_KEY_INVALID, "no key is configured")
        # Of two keys, the one that got as far as the receiver was the right one.
        raise max(refused, key=lambda error: error.code is CryptoCode.RECEIVER_WRONG)

    def seal(
        self, message: str, timestamp: str, nonce: str, *, answering: Opened | None = None, random: bytes = b""
    ) -> Sealed:
        """Encrypt and sign an answer, with the secrets of the message it answers. `random` is for known answers only.

        Raises CryptoError NOT_ENCRYPTED without a key."""
        if not self._keys:
            raise CryptoError(CryptoCode.NOT_ENCRYPTED, "no key is configured")
        asked = answering or Opened(message)
        content = message.encode()
        plain = (random or secrets.token_bytes(RANDOM)) + len(content).to_bytes(LENGTH) + content + self._receive_id
        encryptor = _cipher(self._keys[asked.key_nth]).encryptor()
        encrypt = base64.b64encode(encryptor.update(padded(plain)) + encryptor.finalize()).decode()
        token = self._tokens[asked.token_nth]
        return Sealed(encrypt, signature_of(token, timestamp, nonce, encrypt), timestamp, nonce)

    def _decrypted(self, key: bytes, encrypt: str) -> str:
        try:
            ciphertext = base64.b64decode(encrypt, validate=True)
        except ValueError:
            raise CryptoError(CryptoCode.BASE64_INVALID) from None
        if not ciphertext or len(ciphertext) % CIPHER_BLOCK:
            raise CryptoError(CryptoCode.NOT_DECRYPTED, f"{len(ciphertext)} bytes")
        decryptor = _cipher(key).decryptor()
        plain = unpadded(decryptor.update(ciphertext) + decryptor.finalize())
        start = RANDOM + LENGTH
        end = start + int.from_bytes(plain[RANDOM:start])
        if len(plain) < start or end > len(plain):
            raise CryptoError(CryptoCode.BUFFER_INVALID, "length")
        if not hmac.compare_digest(plain[end:], self._receive_id):
            raise CryptoError(CryptoCode.RECEIVER_WRONG)
        try:
            return plain[start:end].decode()
        except UnicodeDecodeError:
            raise CryptoError(CryptoCode.BUFFER_INVALID, "not UTF-8") from None


def padded(plain: bytes) -> bytes:
    """PKCS7 to whole blocks of 32; a whole block when it fits already."""
    count = BLOCK - len(plain) % BLOCK
    return plain + bytes([count]) * count


def unpadded(plain: bytes) -> bytes:
    """Raises CryptoError BUFFER_INVALID for a pad of 0, of more than 32, or of unlike bytes."""
    count = plain[-1]
    if not 1 <= count <= min(BLOCK, len(plain)) or plain[-count:] != bytes([count]) * count:
        raise CryptoError(CryptoCode.BUFFER_INVALID, "padding")
    return plain[:-count]


def _cipher(key: bytes) -> Cipher[CBC]:
    return Cipher(AES(key), CBC(key[:CIPHER_BLOCK]))
