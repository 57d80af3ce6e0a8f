"""Somebody with a superuser's rights changes the books. The walk names what they touched, by its own code."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from credit.evidence.errors import EvidenceCode
from credit.evidence.heads import HEAD_FILE, kept_head
from credit.evidence.keys import PUBLIC_FOLDER, KeyFolder, by_id
from credit.evidence.sealer import Sealer
from credit.evidence.verify import Verdict, verify
from tests.credit.evidence.lender import Lender
from tests.ledger_proof.databases import Maker

Found = tuple[EvidenceCode | None, int | None, UUID | None]


def found(verdict: Verdict) -> Found:
    fault = verdict.fault
    return (None, None, None) if fault is None else (fault.code, fault.height, fault.journal_id)


def place(height: int, position: int) -> int:
    """Where a journal stands among all, with four to a block."""
    return (height - 1) * 4 + position


def test_sound_books_are_found_sound(sealed: Lender) -> None:
    sealed.lend("loan:new")
    verdict = sealed.verify()
    assert verdict == Verdict(None, blocks=3, sealed=10, waiting=1, postings=33)


def test_books_that_were_never_sealed_are_only_waiting(lender: Lender) -> None:
    lender.lend("loan:1")
    assert lender.verify() == Verdict(None, blocks=0, sealed=0, waiting=1, postings=3)


# ── journals ────────────────────────────────────────────────────────────────────────────────────────────────

CHANGES = {
    "request_id": "'loan:other'",
    "fingerprint": f"'{'0' * 64}'",
    "kind": "'repay'",
    "customer_id": "NULL",
    "effective_on": "'2026-10-27'",
    "recorded_at": "'2026-10-28 04:00:00.000001'",
    "facts": "'{}'",
    "lines": "lines || ' '",
    "hold_expires_on": "'2026-10-30'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_journal_is_named(sealed: Lender, column: str) -> None:
    key = sealed.sealed_ids()[place(2, 1)]
    sealed.tamper("journals", f"UPDATE journals SET {column} = {CHANGES[column]} WHERE id = '{sealed.spelled(key)}'")
    assert found(sealed.verify()) == (EvidenceCode.JOURNAL_TAMPERED, 2, key)


def test_the_first_of_several_changed_journals_is_named(sealed: Lender) -> None:
    first, second = sealed.sealed_ids()[place(1, 2)], sealed.sealed_ids()[place(3, 0)]
    for key in (second, first):
        sealed.tamper("journals", f"UPDATE journals SET kind = 'x' WHERE id = '{sealed.spelled(key)}'")
    assert found(sealed.verify()) == (EvidenceCode.JOURNAL_TAMPERED, 1, first)


def test_a_journal_and_its_postings_and_balance_changed_together_are_still_named(sealed: Lender) -> None:
    """The careful forger makes all figures fit again; only the signed root does not."""
    key = sealed.sealed_ids()[place(3, 1)]
    where = f"journal_id = '{sealed.spelled(key)}'"
    for table, statement in (
        ("journals", f"UPDATE journals SET lines = replace(lines, '-990', '-1090') WHERE id = '{sealed.spelled(key)}'"),
        ("postings", f"UPDATE postings SET amount_minor = -1090 WHERE {where} AND amount_minor = -990"),
    ):
        sealed.tamper(table, statement)
    assert found(sealed.verify()) == (EvidenceCode.JOURNAL_TAMPERED, 3, key)


def test_a_deleted_journal_is_named(sealed: Lender) -> None:
    key = sealed.sealed_ids()[place(1, 3)]
    sealed.tamper("journals", f"DELETE FROM journals WHERE id = '{sealed.spelled(key)}'")
    assert found(sealed.verify()) == (EvidenceCode.JOURNAL_MISSING, 1, key)


def test_a_journal_deleted_with_its_place_in_the_list_is_missed(sealed: Lender) -> None:
    key = sealed.spelled(sealed.sealed_ids()[place(2, 3)])
    sealed.tamper("journals", f"DELETE FROM journals WHERE id = '{key}'")
    sealed.tamper("evidence_leaves", f"DELETE FROM evidence_leaves WHERE journal_id = '{key}'")
    assert found(sealed.verify()) == (EvidenceCode.JOURNAL_MISSING, 2, None)


def test_an_old_journal_slipped_in_unsealed_is_named(sealed: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    day_before = UUID(int=sealed.sealed_ids()[0].int - (86_400_000 << 80))
    monkeypatch.setattr("credit.ledger.service.new_id", lambda: day_before)
    sealed.lend("loan:slipped in")
    assert found(sealed.verify()) == (EvidenceCode.JOURNAL_UNSEALED, None, day_before)


# ── lists and heads ─────────────────────────────────────────────────────────────────────────────────────────


def leaf_set(lender: Lender, expression: str) -> str:
    return expression.format(new=f"x'{'ab' * 32}'" if lender.url.startswith("sqlite") else f"'\\x{'ab' * 32}'")


def test_a_changed_list_is_told_from_a_changed_journal(sealed: Lender) -> None:
    key = sealed.sealed_ids()[place(2, 2)]
    change = leaf_set(sealed, "UPDATE evidence_leaves SET leaf_hash = {new} WHERE height = 2 AND position = 2")
    sealed.tamper("evidence_leaves", change)
    assert found(sealed.verify()) == (EvidenceCode.LEAF_ALTERED, 2, key)


def test_list_and_journal_changed_together_name_the_journal(sealed: Lender) -> None:
    key = sealed.sealed_ids()[place(2, 2)]
    sealed.tamper("journals", f"UPDATE journals SET kind = 'x' WHERE id = '{sealed.spelled(key)}'")
    change = leaf_set(sealed, "UPDATE evidence_leaves SET leaf_hash = {new} WHERE height = 2 AND position = 2")
    sealed.tamper("evidence_leaves", change)
    assert found(sealed.verify()) == (EvidenceCode.BLOCK_ALTERED, 2, key)


def test_a_missing_block_is_named(sealed: Lender) -> None:
    sealed.tamper("evidence_leaves", "DELETE FROM evidence_leaves WHERE height = 2")
    sealed.tamper("evidence_blocks", "DELETE FROM evidence_blocks WHERE height = 2")
    assert found(sealed.verify()) == (EvidenceCode.BLOCK_MISSING, 2, None)


def test_blocks_cut_off_at_the_end_are_missed_by_the_kept_head(sealed: Lender) -> None:
    sealed.tamper("evidence_leaves", "DELETE FROM evidence_leaves WHERE height = 3")
    sealed.tamper("evidence_blocks", "DELETE FROM evidence_blocks WHERE height = 3")
    assert found(sealed.verify()) == (EvidenceCode.BLOCK_MISSING, 3, None)
    assert sealed.verify(keep=False).fault is None  # what the database alone cannot show


def test_swapped_blocks_break_the_chain(sealed: Lender) -> None:
    steps = [f"UPDATE evidence_blocks SET height = {to} WHERE height = {at}" for at, to in ((1, 90), (2, 1), (90, 2))]
    sealed.tamper("evidence_blocks", *steps)
    assert found(sealed.verify()) == (EvidenceCode.CHAIN_BROKEN, 1, None)


def test_swapped_lists_do_not_help(sealed: Lender) -> None:
    for table in ("evidence_blocks", "evidence_leaves"):
        steps = [f"UPDATE {table} SET height = {to} WHERE height = {at}" for at, to in ((1, 90), (2, 1), (90, 2))]
        sealed.tamper(table, *steps)
    assert found(sealed.verify()) == (EvidenceCode.CHAIN_BROKEN, 1, None)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE evidence_blocks SET head = replace(head, '2026-', '2025-') WHERE height = 2", "signature_wrong"),
        ("UPDATE evidence_blocks SET head = head || ' ' WHERE height = 2", "block_altered"),
        ("UPDATE evidence_blocks SET head = 'no head' WHERE height = 2", "block_altered"),
        (f"UPDATE evidence_blocks SET signature = '{'0' * 128}' WHERE height = 2", "signature_wrong"),
        ("UPDATE evidence_blocks SET signature = 'no hex' WHERE height = 2", "signature_wrong"),
        ("UPDATE evidence_blocks SET journal_count = 3 WHERE height = 2", "block_altered"),
        ("UPDATE evidence_blocks SET height = 9 WHERE height = 2", "block_missing"),
    ],
)
def test_a_changed_head_is_named(sealed: Lender, statement: str, code: str) -> None:
    sealed.tamper("evidence_blocks", statement)
    assert found(sealed.verify()) == (EvidenceCode(code), 2, None)


def test_a_chain_signed_again_with_another_key_is_refused(sealed: Lender, tmp_path: Path) -> None:
    """A forger seals everything anew; without the key the result is not ours."""
    sealed.tamper("evidence_leaves", "DELETE FROM evidence_leaves")
    sealed.tamper("evidence_blocks", "DELETE FROM evidence_blocks")
    Sealer(sealed.database, tmp_path / "forger", sealed.clock, block_size=4).seal()
    assert found(sealed.verify()) == (EvidenceCode.KEY_WRONG, 1, None)


def test_verifying_with_the_wrong_public_key_says_so(sealed: Lender, tmp_path: Path) -> None:
    other = KeyFolder(tmp_path / "other").signing_key(make=True).public
    assert found(verify(sealed.database, by_id([other]))) == (EvidenceCode.KEY_WRONG, 1, None)
    assert found(verify(sealed.database, {})) == (EvidenceCode.KEY_WRONG, 1, None)


def test_even_with_the_key_a_chain_made_anew_does_not_fit_the_kept_head(sealed: Lender) -> None:
    kept = kept_head(sealed.folder / HEAD_FILE)
    sealed.tamper("evidence_leaves", "DELETE FROM evidence_leaves")
    sealed.tamper("evidence_blocks", "DELETE FROM evidence_blocks")
    (sealed.folder / HEAD_FILE).unlink()
    sealed.seal(block_size=3)
    verdict = verify(sealed.database, KeyFolder(sealed.folder).trusted(), [kept])
    assert found(verdict)[0] is EvidenceCode.CHAIN_BROKEN
    assert PUBLIC_FOLDER in {path.name for path in sealed.folder.iterdir()}


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE postings SET amount_minor = amount_minor + 1 WHERE {here} AND line = 0",
        "UPDATE postings SET effective_on = '2026-10-27' WHERE {here} AND line = 1",
        "UPDATE postings SET currency = 'USD' WHERE {here} AND line = 2",
        "DELETE FROM postings WHERE {here} AND line = 2",
        "DELETE FROM postings WHERE {here}",
        "UPDATE postings SET line = 7 WHERE {here} AND line = 1",
    ],
)
def test_changed_postings_name_their_journal(sealed: Lender, change: str) -> None:
    key = sealed.sealed_ids()[5]
    sealed.tamper("postings", change.format(here=f"journal_id = '{sealed.spelled(key)}'"))
    assert found(sealed.verify()) == (EvidenceCode.POSTING_DIFFERS, None, key)


@pytest.mark.parametrize("at", ["00000000000070008000000000000000", "ffffffffffff7fff8000000000000000"])
def test_postings_of_no_journal_are_named(sealed: Lender, at: str) -> None:
    orphan = UUID(at)
    columns = "line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after"
    source = sealed.spelled(sealed.sealed_ids()[0])
    sealed.tamper(
        "postings",
        f"INSERT INTO postings (journal_id, {columns}) SELECT '{sealed.spelled(orphan)}', {columns} FROM postings"
        f" WHERE journal_id = '{source}' AND account_sequence IS NULL",
    )
    assert found(sealed.verify()) == (EvidenceCode.POSTING_DIFFERS, None, orphan)


@pytest.mark.parametrize(
    "change",
    ["balance_minor = balance_minor - 1", "posting_count = posting_count + 1"],
)
def test_a_changed_balance_is_found(sealed: Lender, change: str) -> None:
    sealed.tamper("balances", f"UPDATE balances SET {change}")
    verdict = sealed.verify()
    assert found(verdict)[0] is EvidenceCode.BALANCE_DIFFERS
    assert "loan/aa/principal" in str(verdict.fault)


def test_a_lost_balance_is_found(sealed: Lender) -> None:
    sealed.tamper("balances", "DELETE FROM balances")
    assert found(sealed.verify())[0] is EvidenceCode.BALANCE_DIFFERS


@pytest.mark.parametrize(
    "change", ["balance_after = balance_after + 1", "account_sequence = 99", "balance_after = NULL"]
)
def test_a_changed_running_balance_names_its_journal(sealed: Lender, change: str) -> None:
    key = sealed.sealed_ids()[-1]
    sealed.tamper(
        "postings",
        f"UPDATE postings SET {change} WHERE journal_id = '{sealed.spelled(key)}' AND account_sequence IS NOT NULL",
    )
    assert found(sealed.verify()) == (EvidenceCode.BALANCE_DIFFERS, None, key)


def test_what_sqlite_lets_stand_in_a_column_is_no_crash(evidence_sqlite: Maker, tmp_path: Path) -> None:
    """SQLite stores bytes in a text column, an integer in another; the walk still answers."""
    lender = Lender(evidence_sqlite.new(), tmp_path / "data")
    (key,) = lender.lend("loan:1")
    lender.seal()
    lender.tamper("journals", f"UPDATE journals SET facts = x'00ff', kind = 7 WHERE id = '{key.hex}'")
    assert found(lender.verify()) == (EvidenceCode.JOURNAL_TAMPERED, 1, key)
    lender.close()
