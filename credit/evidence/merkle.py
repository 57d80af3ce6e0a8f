"""Merkle trees as RFC 6962 defines them: SHA-256, leaves prefixed 0x00, inner nodes 0x01.

Hashed with hashlib directly, since sealing is measured in journals a second; tests hold every result against
pymerkle and against the vectors of the certificate-transparency project."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf's content."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; that of no leaves is the hash of nothing."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The siblings from a leaf (counted from 0) up to the root. Raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):  # the odd one out moves up alone
            path.append(level[sibling])
        level, index = _above(level), index >> 1
    return path


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` is number `index` of the `size` leaves under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    last, found = size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = node_hash(sibling, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Shows that the tree of the first `first` leaves is a beginning of the whole. Empty when there is nothing to show.

    Raises IndexError when `first` is larger than the tree."""
    if not 0 <= first <= len(leaves):
        raise IndexError(first)
    return [] if first in (0, len(leaves)) else _subproof(first, list(leaves), complete=True)


def consistency_holds(first: int, second: int, roots: tuple[bytes, bytes], path: Sequence[bytes]) -> bool:
    """Whether the tree of size `first` is a beginning of that of size `second` (RFC 9162, 2.1.4.2)."""
    old, new = roots
    if first == second:
        return old == new and not path
    if first == 0:
        return old == EMPTY and not path
    if first > second or not path:
        return False
    rest = list(path)
    if first & (first - 1) == 0:
        rest.insert(0, old)
    before, last = first - 1, second - 1
    while before & 1:
        before, last = before >> 1, last >> 1
    seen_old = seen_new = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if before & 1 or before == last:
            seen_old, seen_new = node_hash(sibling, seen_old), node_hash(sibling, seen_new)
            while not before & 1 and before:
                before, last = before >> 1, last >> 1
        else:
            seen_new = node_hash(seen_new, sibling)
        before, last = before >> 1, last >> 1
    return last == 0 and (seen_old, seen_new) == roots


class Frontier:
    """A growing tree of which only the roots of its complete subtrees are kept: log2(n) hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the next leaf's hash."""
        size, found = self.size, leaf
        while size & 1:
            found = node_hash(self._peaks.pop(), found)
            size >>= 1
        self._peaks.append(found)
        self.size += 1

    def root(self) -> bytes:
        """The root over everything appended so far."""
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            found = node_hash(peak, found)
        return found


def _above(level: list[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    if len(level) & 1:
        above.append(level[-1])
    return above


def _subproof(first: int, leaves: list[bytes], *, complete: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if complete else [root_of(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if first <= split:
        return [*_subproof(first, leaves[:split], complete=complete), root_of(leaves[split:])]
    return [*_subproof(first - split, leaves[split:], complete=False), root_of(leaves[:split])]
