"""Our trees against the vectors of the certificate-transparency project, and against pymerkle."""

from __future__ import annotations

from functools import cache

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from credit.evidence.merkle import (
    EMPTY,
    Frontier,
    consistency_holds,
    consistency_path,
    inclusion_holds,
    inclusion_path,
    leaf_hash,
    root_of,
)

# The reference leaves and roots that implementations of RFC 6962 have in common.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (leaf, size) of the reference's inclusion proofs
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {  # (earlier size, later size)
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:count]]


@cache
def theirs(size: int) -> pymerkle.BaseMerkleTree:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries([f"leaf {nth}".encode() for nth in range(size)])
    return tree


def ours(size: int) -> list[bytes]:
    return [leaf_hash(f"leaf {nth}".encode()) for nth in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    grown = Frontier()
    for leaf in hashes(size):
        grown.append(leaf)
    assert root_of(hashes(size)).hex() == grown.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("leaf", "size"), PATHS)
def test_inclusion_paths_are_those_of_the_reference(leaf: int, size: int) -> None:
    assert [found.hex() for found in inclusion_path(hashes(size), leaf)] == PATHS[leaf, size]


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_paths_are_those_of_the_reference(first: int, second: int) -> None:
    assert [found.hex() for found in consistency_path(hashes(second), first)] == CONSISTENCY[first, second]


@given(st.integers(1, 200), st.data())
def test_roots_and_paths_equal_those_of_pymerkle(size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, size - 1))
    tree, leaves = theirs(size), ours(size)
    grown = Frontier()
    for leaf in leaves:
        grown.append(leaf)
    assert root_of(leaves) == grown.root() == tree.get_root()
    # pymerkle's path begins with the leaf itself.
    assert [leaves[at], *inclusion_path(leaves, at)] == tree.prove_inclusion(at + 1).path


@given(st.integers(1, 100), st.data())
def test_pymerkle_and_we_agree_on_what_is_consistent(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    leaves = ours(second)
    roots = root_of(leaves[:first]), root_of(leaves)
    path = consistency_path(leaves, first)
    assert consistency_holds(first, second, roots, path)
    pymerkle.verify_consistency(*roots, theirs(second).prove_consistency(first, second))


@given(st.integers(1, 64), st.data())
def test_inclusion_holds_for_this_leaf_at_this_place_only(size: int, data: st.DataObject) -> None:
    at, elsewhere = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    leaves = ours(size)
    path, root = inclusion_path(leaves, at), root_of(leaves)
    assert inclusion_holds(leaves[at], at, size, path, root)
    assert inclusion_holds(leaves[at], elsewhere, size, path, root) == (at == elsewhere)
    assert not inclusion_holds(leaf_hash(b"other"), at, size, path, root)
    assert not inclusion_holds(leaves[at], at, size, [*path, root], root)
    assert not path or not inclusion_holds(leaves[at], at, size, path[:-1], root)


@given(st.integers(0, 40), st.integers(0, 40), st.data())
def test_a_changed_past_is_not_consistent(first: int, more: int, data: st.DataObject) -> None:
    second = first + more
    leaves = ours(second)
    path = consistency_path(leaves, first)
    old, new = root_of(leaves[:first]), root_of(leaves)
    assert consistency_holds(first, second, (old, new), path)
    wrong = leaf_hash(b"another past")
    assert not consistency_holds(first, second, (wrong, new), path)
    if first:
        assert not consistency_holds(first, second, (old, wrong), path)
        assert not consistency_holds(first, second, (old, new), [*path, wrong])
    if path:
        spoiled = data.draw(st.integers(0, len(path) - 1))
        assert not consistency_holds(first, second, (old, new), [*path[:spoiled], wrong, *path[spoiled + 1 :]])
        assert not consistency_holds(first, second, (old, new), path[:-1])


def test_nothing_is_outside_a_tree() -> None:
    with pytest.raises(IndexError):
        inclusion_path(ours(3), 3)
    with pytest.raises(IndexError):
        consistency_path(ours(3), 4)
    assert not inclusion_holds(ours(1)[0], 0, 0, [], EMPTY)
    assert not consistency_holds(3, 2, (root_of(ours(3)), root_of(ours(2))), [])
