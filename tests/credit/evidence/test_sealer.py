"""What is sealed, in which order, and that nothing is ever left out."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from credit.evidence.content import NAMES, content_bytes, content_columns, journal_content, leaf_bytes
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.heads import HEAD_FILE, Head, read_head
from credit.evidence.keys import KEY_FILE, KeyFolder, PublicKey
from credit.evidence.merkle import leaf_hash, root_of
from credit.evidence.models import Block, Leaf
from credit.evidence.sealer import Sealed, Sealer
from credit.kernel.ids import canonical_json
from credit.ledger.models import Journal
from tests.credit.evidence.lender import CUSTOMER, LATER, Lender


def heads(lender: Lender) -> list[Head]:
    with lender.database.read() as session:
        return [read_head(text) for text in session.scalars(select(Block.head).order_by(Block.height))]


# ── content ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.none() | st.text() | st.integers() | st.binary(), min_size=len(NAMES), max_size=len(NAMES)))
def test_the_quick_spelling_is_the_canonical_one(row: list[object]) -> None:
    content = journal_content(row)
    try:
        expected = canonical_json(content).encode()
    except UnicodeEncodeError:  # half of a surrogate pair: no database stores it
        return
    assert leaf_bytes(row) == content_bytes(content) == expected


def test_a_leaf_is_the_whole_journal(lender: Lender) -> None:
    (key,) = lender.lend("loan:1")
    with lender.database.read() as session:
        row = session.execute(select(*content_columns(session.get_bind().dialect.name))).one()
        journal = session.get_one(Journal, key)
        fingerprint, lines = journal.fingerprint, json.loads(journal.lines)
    content = dict(journal_content(row))
    assert set(content) == {column.name for column in Journal.__table__.columns}
    assert json.loads(content.pop("lines")) == lines
    assert json.loads(content.pop("facts")) == {"amount": "10.00", "note": "借款"}
    assert content == {
        "id": key.hex,
        "request_id": "loan:1",
        "fingerprint": fingerprint,
        "kind": "borrow",
        "customer_id": CUSTOMER.hex,
        "effective_on": "2026-10-28",
        "recorded_at": "2026-10-28T04:00:00.000000Z",
        "reverses": None,
        "hold_id": None,
        "hold_act": None,
        "hold_expires_on": None,
    }


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_journals_are_sealed_in_the_order_of_their_ids(lender: Lender) -> None:
    lender.lend(*[f"loan:{nth}" for nth in range(10)])
    assert lender.seal() == Sealed(blocks=3, journals=10, height=3)
    assert lender.sealed_ids() == lender.journal_ids()
    assert [(head.count, head.total) for head in heads(lender)] == [(4, 4), (4, 8), (2, 10)]
    assert lender.seal() == Sealed(blocks=0, journals=0, height=3)
    assert lender.verify().fault is None


def test_heads_say_what_was_sealed_and_are_chained(sealed: Lender) -> None:
    first, second, third = heads(sealed)
    texts = [leaf_hash(head.text().encode()) for head in (first, second, third)]
    assert (first.previous, second.previous, third.previous) == ("0" * 64, texts[0].hex(), texts[1].hex())
    assert third.log_root == root_of(texts[:2]).hex()
    assert first.sealed_at == LATER.isoformat(timespec="microseconds")
    with sealed.database.read() as session:
        hashes = list(session.scalars(select(Leaf.leaf_hash).where(Leaf.height == 2).order_by(Leaf.position)))
        signature = session.get_one(Block, 2).signature
    assert second.root == root_of(hashes).hex()
    key = KeyFolder(sealed.folder).trusted()[second.key_id]
    assert key.signed(second.text().encode(), signature)
    assert not key.signed(third.text().encode(), signature)


@pytest.mark.parametrize("older_by_ms", [1_000, 86_400_000], ids=["a second", "a day"])
def test_a_late_journal_is_found_however_late(
    lender: Lender, monkeypatch: pytest.MonkeyPatch, older_by_ms: int
) -> None:
    (first,) = lender.lend("loan:1")
    lender.seal()
    late = UUID(int=first.int - (older_by_ms << 80))
    monkeypatch.setattr("credit.ledger.service.new_id", lambda: late)
    assert lender.lend("loan:2") == [late]
    assert lender.seal() == Sealed(blocks=1, journals=1, height=2)
    assert lender.sealed_ids() == [first, late]
    assert lender.verify().fault is None


def test_sealing_beside_writers_loses_nothing(lender: Lender) -> None:
    """Four writers and two sealers at once; what the sealers missed at the end, one more run takes."""
    written = threading.Event()

    def write(name: int) -> None:
        for nth in range(25):
            lender.lend(f"loan:{name}:{nth}")

    def seal() -> None:
        while not written.is_set():
            seal_once(lender)

    with ThreadPoolExecutor(max_workers=6) as pool:
        sealers = [pool.submit(seal) for _ in range(2)]
        writers = [pool.submit(write, name) for name in range(4)]
        wait(writers)
        written.set()
        for done in writers + sealers:
            done.result()
    lender.seal()
    assert sorted(lender.sealed_ids()) == lender.journal_ids()
    assert len(lender.sealed_ids()) == 100
    verdict = lender.verify()
    assert (verdict.fault, verdict.sealed, verdict.waiting) == (None, 100, 0)


def seal_once(lender: Lender) -> None:
    try:
        lender.seal(block_size=7)
    except EvidenceError as error:
        if error.code is not EvidenceCode.SEALER_BUSY:
            raise


def test_a_block_holds_at_least_one_journal(lender: Lender) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Sealer(lender.database, lender.folder, lender.clock, block_size=0)


# ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_private_key_is_its_owners_alone(sealed: Lender) -> None:
    assert (sealed.folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    (sealed.folder / KEY_FILE).chmod(0o644)
    with pytest.raises(EvidenceError) as refusal:
        sealed.seal()
    assert refusal.value.code is EvidenceCode.KEY_EXPOSED


def test_a_lost_key_is_not_replaced_in_silence(sealed: Lender) -> None:
    (sealed.folder / KEY_FILE).unlink()
    sealed.lend("loan:new")
    with pytest.raises(EvidenceError) as refusal:
        sealed.seal()
    assert refusal.value.code is EvidenceCode.KEY_UNREADABLE
    assert not (sealed.folder / KEY_FILE).exists()


def test_another_machines_key_does_not_continue_the_chain(sealed: Lender, tmp_path: Path) -> None:
    sealed.lend("loan:new")
    KeyFolder(tmp_path / "other").signing_key(make=True)
    with pytest.raises(EvidenceError) as refusal:
        Sealer(sealed.database, tmp_path / "other", sealed.clock).seal()
    assert refusal.value.code is EvidenceCode.KEY_WRONG
    assert len(heads(sealed)) == 3


def test_after_a_rotation_old_and_new_blocks_hold(sealed: Lender) -> None:
    before = heads(sealed)[-1].key_id
    fresh = KeyFolder(sealed.folder).rotate().public
    sealed.lend("loan:new")
    sealed.seal()
    assert [head.key_id for head in heads(sealed)] == [before] * 3 + [fresh.key_id]
    assert set(KeyFolder(sealed.folder).trusted()) == {before, fresh.key_id}
    assert sealed.verify().fault is None


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_spoiled_key_file_is_refused(lender: Lender, content: bytes) -> None:
    lender.lend("loan:1")
    lender.folder.mkdir()
    (lender.folder / KEY_FILE).write_bytes(content)
    (lender.folder / KEY_FILE).chmod(0o600)
    with pytest.raises(EvidenceError) as refusal:
        lender.seal()
    assert refusal.value.code is EvidenceCode.KEY_UNREADABLE


def test_a_key_never_shows_itself(lender: Lender) -> None:
    key = KeyFolder(lender.folder).signing_key(make=True)
    assert repr(key) == f"SigningKey({key.public.key_id})"
    assert not key.public.signed(b"content", "no hex")
    assert not PublicKey(key.public.raw).signed(b"content", "00" * 64)


# ── the kept head ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_database_that_lost_its_last_blocks_is_not_continued(sealed: Lender) -> None:
    sealed.tamper("evidence_leaves", "DELETE FROM evidence_leaves WHERE height = 3")
    sealed.tamper("evidence_blocks", "DELETE FROM evidence_blocks WHERE height = 3")
    with pytest.raises(EvidenceError) as refusal:
        sealed.seal()
    assert refusal.value.code is EvidenceCode.BLOCK_MISSING
    (sealed.folder / HEAD_FILE).unlink()  # an operator who knows why
    assert sealed.seal() == Sealed(blocks=1, journals=2, height=3)


def test_a_spoiled_kept_head_is_refused(sealed: Lender) -> None:
    (sealed.folder / HEAD_FILE).write_text('{"head": {"height": 1}}')
    with pytest.raises(EvidenceError) as refusal:
        sealed.seal()
    assert refusal.value.code is EvidenceCode.HEAD_UNREADABLE
