#!/usr/bin/env python3
"""Checks a proof file of the ledger: python3 verify_proof.py PROOF.json PUBLIC_KEY.pem

Stands alone: any Python from 3.9 on, nothing installed, no network, nothing of the lender's but the two files.
Prints one sentence. Exit code 0: the proof holds; 1: it does not; 2: it was called wrongly."""

from __future__ import annotations

import base64
import json
import sys
import uuid
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates, RFC 8032
ACCOUNTS = uuid.uuid5(uuid.NAMESPACE_URL, "xinzhang:accounts")
SPKI = bytes.fromhex("302a300506032b6570032100")  # what an Ed25519 public key file begins with


class NotValidError(Exception):
    """Why a proof does not hold, as the end of a sentence."""


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, p: Point) -> Point:
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def point(raw: bytes) -> Point:
    y, odd = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_1 % P
    if y >= P or x * x % P != square or (x == 0 and odd):
        raise NotValidError("a key or signature in it is not one")
    if x & 1 != odd:
        x = P - x
    return x, y, 1, x * y % P


BASE = point(bytes.fromhex("58" + "66" * 31))


def signed(key: bytes, content: bytes, signature: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(sha512(signature[:32] + key + content).digest(), "little") % ORDER
    left, right = times(s, BASE), add(point(signature[:32]), times(challenge, point(key)))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P
    return s < ORDER and same


def check_included(leaf: bytes, at: int, size: int, path: list[bytes], root: bytes) -> None:
    """Whether `leaf` is number `at` of `size` under `root`, in a Merkle tree of RFC 6962."""
    last, found, fits = size - 1, leaf, 0 <= at < size
    for sibling in path:
        fits = fits and last > 0
        if at & 1 or at == last:
            found = sha256(b"\x01" + sibling + found).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + sibling).digest()
        at, last = at >> 1, last >> 1
    if not fits or last or found != root:
        raise NotValidError("its content is not what was sealed")


def canonical(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def checked_head(proof: Any, key: bytes) -> Any:
    head = proof["head"]
    if head["format"] != "xinzhang-ledger-head-1" or head["key_id"] != sha256(key).hexdigest()[:16]:
        raise NotValidError("it was signed with another key, " + ascii(head["key_id"]))
    if not signed(key, canonical(head), bytes.fromhex(proof["signature"])):
        raise NotValidError("its signature is not that of the key")
    return head


def check_journal(proof: Any, key: bytes) -> str:
    if proof["format"] != "xinzhang-ledger-proof-1":
        raise NotValidError("its format is not one this script knows")
    head, journal = checked_head(proof, key), proof["journal"]
    at, size = proof["position"], head["count"]
    leaf, path = sha256(b"\x00" + canonical(journal)).digest(), [bytes.fromhex(item) for item in proof["path"]]
    check_included(leaf, at, size, path, bytes.fromhex(head["root"]))
    for account, code in proof["accounts"].items():
        if uuid.uuid5(ACCOUNTS, code).hex != account:
            raise NotValidError("an account in it does not have the name it is given")
    return (
        f"journal {journal['id']} ({journal['kind']}, effective {journal['effective_on']}) is number {at + 1} of {size}"
        f" in block {head['height']}, sealed {head['sealed_at']} with key {head['key_id']}."
    )


def read_key(path: str) -> bytes:
    lines = Path(path).read_text("ascii").split("\n")
    key = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
    if len(key) != 44 or not key.startswith(SPKI):
        raise ValueError(path)
    return key[12:]


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write(__doc__)
        return 2
    try:
        key = read_key(arguments[1])
    except (OSError, ValueError):
        sys.stderr.write("NOT CHECKED: the second file is not an Ed25519 public key.\n")
        return 2
    try:
        proof = json.loads(Path(arguments[0]).read_text("utf-8"))
        sentence = check_journal(proof, key)
    except NotValidError as reason:
        sys.stdout.write(f"NOT VALID: {reason}.\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sys.stdout.write("NOT VALID: the first file is not a whole proof.\n")
        return 1
    sys.stdout.write(f"VALID: {sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
