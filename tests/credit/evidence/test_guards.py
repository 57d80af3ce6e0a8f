"""The database itself keeps blocks and lists: code that bypasses ours can append in order, and nothing else."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
import pytest

from tests.credit.evidence.lender import Lender
from tests.ledger_proof.databases import raw

REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
BLOCK = "INSERT INTO evidence_blocks (height, journal_count, head, signature) VALUES ({height}, {count}, 'h', 's')"
LEAF = "INSERT INTO evidence_leaves (journal_id, height, position, leaf_hash) VALUES ('{key}', {height}, {at}, {hash})"


def dump(lender: Lender) -> list[Any]:
    with raw(lender.url) as connection:
        blocks = connection.execute("SELECT * FROM evidence_blocks ORDER BY height").fetchall()
        return blocks + connection.execute("SELECT * FROM evidence_leaves ORDER BY journal_id").fetchall()


def refused(lender: Lender, statement: str, mark: str) -> None:
    before = dump(lender)
    with raw(lender.url) as connection, pytest.raises(REFUSED, match=mark):
        connection.execute(statement)
    assert dump(lender) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_blocks SET signature = 'x' WHERE height = 1",
        "UPDATE evidence_leaves SET position = 9 WHERE height = 1 AND position = 0",
        "DELETE FROM evidence_blocks WHERE height = 3",
        "DELETE FROM evidence_leaves WHERE height = 3",
    ],
)
def test_nothing_is_changed_or_deleted(sealed: Lender, statement: str) -> None:
    refused(sealed, statement, "xz:")


@pytest.mark.parametrize(("height", "count"), [(1, 4), (3, 4), (5, 4), (0, 4), (-1, 1), (4, 0)])
def test_a_block_goes_on_top_only(sealed: Lender, height: int, count: int) -> None:
    refused(sealed, BLOCK.format(height=height, count=count), "xz:block_out_of_order")


@pytest.mark.parametrize(("height", "at"), [(1, 4), (3, 2), (9, 0), (1, -1)])
def test_a_journal_cannot_be_slipped_into_a_block(sealed: Lender, height: int, at: int) -> None:
    (key,) = sealed.lend("loan:new")
    values = {"key": sealed.spelled(key), "height": height, "at": at, "hash": "'00'"}
    refused(sealed, LEAF.format(**values), "xz:leaf_not_in_block")


def test_a_place_is_taken_once(sealed: Lender) -> None:
    (fresh,) = sealed.lend("loan:new")
    values = {"key": sealed.spelled(fresh), "height": 1, "at": 0, "hash": "'00'"}
    refused(sealed, LEAF.format(**values), "xz:leaf_taken|uq_evidence_leaves_place")


def test_a_journal_is_sealed_once_and_must_exist(sealed: Lender) -> None:
    with raw(sealed.url) as connection:
        connection.execute(BLOCK.format(height=4, count=2))
    values = {"height": 4, "at": 0, "hash": "'00'"}
    sealed_key = sealed.spelled(sealed.sealed_ids()[0])
    refused(sealed, LEAF.format(key=sealed_key, **values), "xz:leaf_taken|pk_evidence_leaves")
    unknown = "0" * 32
    refused(sealed, LEAF.format(key=unknown, **values), "xz:journal_not_found")


def test_replacing_is_no_way_round_on_sqlite(sealed: Lender) -> None:
    """PostgreSQL has no INSERT OR REPLACE; its ON CONFLICT DO UPDATE is an update, refused as one."""
    if sealed.url.startswith("sqlite"):
        verb, end = "INSERT OR REPLACE", ""
    else:
        verb, end = "INSERT", " ON CONFLICT (height) DO UPDATE SET head = 'x'"
    statement = BLOCK.replace("INSERT", verb).format(height=2, count=4) + end
    refused(sealed, statement, "xz:")
