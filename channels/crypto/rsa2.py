"""Alipay's RSA2: SHA256withRSA (PKCS #1 v1.5) over the sorted fields `k=v` joined by `&`.

The gateway signs the bytes of whatever character set it sends in, often GBK. So what is checked here are the bytes that
came, percent-decoded and nothing else; only afterwards does anybody read them as text. Messages of the gateway leave
out `sign` alone; payment notices, which we do not get, leave out `sign_type` too."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

SHORTEST_KEY_BITS = 2048
MOST_FIELDS = 100
ARMOUR = re.compile(r"-----[A-Z ]+-----|\s+")


def fields_of(form: bytes) -> dict[bytes, bytes]:
    """The fields of a form body as bytes, percent-decoded. Raises ValueError: no form, a field twice, too many.

    Twice is refused because two readers may take different ones: the signature's the first, the message's the last."""
    fields: dict[bytes, bytes] = {}
    pairs = form.split(b"&")
    if len(pairs) > MOST_FIELDS:
        raise ValueError("too many fields")
    for pair in pairs:
        name, equals, value = (unquote_to_bytes(part.replace(b"+", b" ")) for part in pair.partition(b"="))
        if not name or not equals or name in fields:
            raise ValueError("not a form of fields that come once")
        fields[name] = value
    return fields


def content_of(fields: Mapping[bytes, bytes]) -> bytes:
    """What is signed: all fields but `sign`, in the order of their names."""
    return b"&".join(name + b"=" + value for name, value in sorted(fields.items()) if name != b"sign")


def sign(key: RSAPrivateKey, content: bytes) -> str:
    """The signature in base64."""
    return base64.b64encode(key.sign(content, PKCS1v15(), SHA256())).decode()


def is_signed(keys: Iterable[RSAPublicKey], content: bytes, given: bytes | str) -> bool:
    """Whether one of the keys (the current, the previous) signed the content."""
    try:
        signature = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any([_fits(key, content, signature) for key in keys])  # noqa: C419  every key is tried, whichever fits


def private_key(text: str) -> RSAPrivateKey:
    """From PEM or from the bare base64 that Alipay's key tool writes (PKCS #8 or PKCS #1).

    Raises ValueError, which does not quote the text."""
    try:
        key = load_der_private_key(_der(text), password=None)
    except (ValueError, TypeError):
        raise ValueError("not an RSA private key") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_KEY_BITS:
        raise ValueError(f"not an RSA private key of at least {SHORTEST_KEY_BITS} bits")
    return key


def public_key(text: str) -> RSAPublicKey:
    """From PEM or from the bare base64 that the console shows. Raises ValueError."""
    try:
        key = load_der_public_key(_der(text))
    except (ValueError, TypeError):
        raise ValueError("not an RSA public key") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_KEY_BITS:
        raise ValueError(f"not an RSA public key of at least {SHORTEST_KEY_BITS} bits")
    return key


def bare(key: RSAPublicKey) -> str:
    """The key as the platform writes it: base64 without armour, in one line."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _fits(key: RSAPublicKey, content: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, content, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _der(text: str) -> bytes:
    return base64.b64decode(ARMOUR.sub("", text), validate=True)
