"""The keys that sign block heads. They lie in files beside the database, never in it: whoever can rewrite the
database must not be able to sign what they wrote."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from credit.evidence.errors import EvidenceCode, EvidenceError

KEY_FILE = "ledger_key.pem"
PUBLIC_FOLDER = "ledger_keys"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that heads can be checked with. Its id is the beginning of its own hash."""

    raw: bytes

    @property
    def key_id(self) -> str:
        return sha256(self.raw).hexdigest()[:16]

    def pem(self) -> str:
        """The form in which it is handed out."""
        return self._loaded().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, content: bytes, signature: str) -> bool:
        """Whether this key's owner signed `content`; `signature` is hex."""
        try:
            self._loaded().verify(bytes.fromhex(signature), content)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    def _loaded(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


class SigningKey:
    """The present private key. Its bytes never leave this object but into its own file."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def __repr__(self) -> str:
        return f"SigningKey({self.public.key_id})"

    def sign(self, content: bytes) -> str:
        """The Ed25519 signature, hex."""
        return self._private.sign(content).hex()

    def pem(self) -> bytes:
        """The private key, for its file only."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


Trusted = Mapping[str, PublicKey]
"""Public keys by their ids."""


class KeyFolder:
    """`ledger_key.pem` (private, 0600) and `ledger_keys/<id>.pem` (public, all there ever were) in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._private = folder / KEY_FILE
        self._public = folder / PUBLIC_FOLDER

    def signing_key(self, *, make: bool) -> SigningKey:
        """The present key, made at first use if `make`. Raises KEY_UNREADABLE, KEY_EXPOSED."""
        if make and not self._private.exists():
            self._write_private(SigningKey(Ed25519PrivateKey.generate()), replace=False)
        key = _read_private(self._private)
        self._publish(key.public)
        return key

    def rotate(self) -> SigningKey:
        """Replace the private key; the old public key stays, so that what it signed can still be checked.

        Raises KEY_UNREADABLE, KEY_EXPOSED when the present key cannot be read."""
        self.signing_key(make=False)  # publishes the old one, should its file have been lost
        fresh = SigningKey(Ed25519PrivateKey.generate())
        self._publish(fresh.public)
        self._write_private(fresh, replace=True)
        return fresh

    def trusted(self) -> dict[str, PublicKey]:
        """Every public key there ever was here. Raises KEY_UNREADABLE."""
        return by_id(read_public(path) for path in sorted(self._public.glob("*.pem")))

    def _publish(self, key: PublicKey) -> None:
        path = self._public / f"{key.key_id}.pem"
        if not path.exists():
            self._public.mkdir(parents=True, exist_ok=True)
            _write_whole(path, key.pem().encode(), mode=0o644, replace=True)

    def _write_private(self, key: SigningKey, *, replace: bool) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        _write_whole(self._private, key.pem(), mode=0o600, replace=replace)


def by_id(keys: Iterable[PublicKey]) -> dict[str, PublicKey]:
    """Keys by their ids."""
    return {key.key_id: key for key in keys}


def read_public(path: Path) -> PublicKey:
    """A public key from its PEM file. Raises KEY_UNREADABLE."""
    try:
        loaded = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise EvidenceError(EvidenceCode.KEY_UNREADABLE, f"{path.name} cannot be read as a public key") from error
    if not isinstance(loaded, Ed25519PublicKey):
        raise EvidenceError(EvidenceCode.KEY_UNREADABLE, f"{path.name} is not an Ed25519 key")
    return PublicKey(loaded.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _read_private(path: Path) -> SigningKey:
    try:
        if path.stat().st_mode & 0o077:
            sentence = f"{path.name} may be read by other users of this machine; make it 0600, or rotate the key"
            raise EvidenceError(EvidenceCode.KEY_EXPOSED, sentence)
        loaded = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise EvidenceError(EvidenceCode.KEY_UNREADABLE, f"{path.name} cannot be read as a private key") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise EvidenceError(EvidenceCode.KEY_UNREADABLE, f"{path.name} is not an Ed25519 key")
    return SigningKey(loaded)


def _write_whole(path: Path, content: bytes, *, mode: int, replace: bool) -> None:
    """Write a file that is seen whole or not at all; without `replace`, the first of two writers wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        elif not path.exists():
            _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
