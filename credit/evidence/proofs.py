"""Proofs to hand out: that one journal is in a signed block, and that a later log begins with an earlier one."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.evidence.content import content_columns, encode, journal_content, leaf_bytes
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.heads import head_hash, read_head, signature_fault, stored_heads
from credit.evidence.keys import Trusted
from credit.evidence.merkle import consistency_holds, consistency_path, inclusion_holds, inclusion_path, leaf_hash
from credit.evidence.models import Block, Leaf
from credit.ledger.models import Account, Journal

FORMAT = "xinzhang-ledger-proof-1"
LOG_FORMAT = "xinzhang-ledger-log-proof-1"
NOTE = (
    "This file shows that one booking was sealed into the lender's signed ledger and has not been changed since. "
    "To check it you need three things and no network: this file, the lender's public key (a short text file whose id "
    "is key_id below; get it from a place you trust, not together with this file) and the script verify_proof.py. "
    "Run: python3 verify_proof.py PROOF.json PUBLIC_KEY.pem. It answers VALID or NOT VALID and says why. "
    "By hand: the SHA-256 of a zero byte and the journal's canonical JSON (keys sorted, no blanks, UTF-8) is the leaf; "
    "combined with each hash of path in turn (SHA-256 of a one byte, left, right) it gives root in head; "
    "signature is Ed25519 over the canonical JSON of head. In journal.lines amounts are in the currency's smallest "
    "unit, debits positive; accounts gives the account names."
)

Proof = dict[str, Any]


def prove_journal(session: Session, journal_id: UUID) -> Proof:
    """The proof file of one journal, as JSON values. Raises NOT_SEALED, JOURNAL_MISSING, JOURNAL_TAMPERED."""
    leaf = session.get(Leaf, journal_id)
    if leaf is None:
        raise EvidenceError(EvidenceCode.NOT_SEALED, f"journal {journal_id} stands in no block yet; seal first")
    block = session.get_one(Block, leaf.height)
    hashes = list(session.scalars(select(Leaf.leaf_hash).where(Leaf.height == leaf.height).order_by(Leaf.position)))
    columns = content_columns(session.get_bind().dialect.name)
    row = session.execute(select(*columns).where(Journal.id == journal_id)).one_or_none()
    if row is None:
        raise EvidenceError(EvidenceCode.JOURNAL_MISSING, f"journal {journal_id} was sealed but is not in the books")
    if leaf_hash(leaf_bytes(row)) != leaf.leaf_hash:
        raise EvidenceError(EvidenceCode.JOURNAL_TAMPERED, f"journal {journal_id} was changed after it was sealed")
    content = journal_content(row)
    return {
        "format": FORMAT,
        "note": NOTE,
        "journal": content,
        "accounts": _account_names(session, content["lines"]),
        "position": leaf.position,
        "path": [found.hex() for found in inclusion_path(hashes, leaf.position)],
        "head": json.loads(block.head),
        "signature": block.signature,
        "key_id": read_head(block.head).key_id,
    }


def prove_log(session: Session, older: int, newer: int) -> Proof:
    """Shows that the log at block `newer` is the log at block `older` continued. Raises NO_SUCH_BLOCK."""
    if not 0 < older < newer:
        raise EvidenceError(EvidenceCode.NO_SUCH_BLOCK, f"block {older} is not before block {newer}")
    signed = {}
    for height in (older, newer):
        block = session.get(Block, height)
        if block is None:
            raise EvidenceError(EvidenceCode.NO_SUCH_BLOCK, f"there is no block {height}")
        signed[height] = {"head": json.loads(block.head), "signature": block.signature}
    with stored_heads(session) as texts:
        leaves = [head_hash(text) for text in islice(texts, newer - 1)]
    return {
        "format": LOG_FORMAT,
        "older": signed[older],
        "newer": signed[newer],
        "head_path": [found.hex() for found in inclusion_path(leaves, older - 1)],
        "log_path": [found.hex() for found in consistency_path(leaves, older - 1)],
    }


def log_proof_fault(proof: Proof, trusted: Trusted) -> EvidenceCode | None:
    """Why a log proof does not hold, or None. Needs nothing but the proof and the keys. Raises HEAD_UNREADABLE."""
    texts = [encode(proof[side]["head"]) for side in ("older", "newer")]
    older, newer = (read_head(text) for text in texts)
    for head, side in ((older, "older"), (newer, "newer")):
        if fault := signature_fault(head, proof[side]["signature"], trusted):
            return fault
    sizes = older.height - 1, newer.height - 1
    roots = bytes.fromhex(older.log_root), bytes.fromhex(newer.log_root)
    head_path, log_path = ([bytes.fromhex(item) for item in proof[name]] for name in ("head_path", "log_path"))
    holds = consistency_holds(*sizes, roots, log_path) and inclusion_holds(
        head_hash(texts[0]), sizes[0], sizes[1], head_path, roots[1]
    )
    return None if holds else EvidenceCode.CHAIN_BROKEN


def _account_names(session: Session, lines: str) -> dict[str, str]:
    touched = [UUID(line["account"]) for line in json.loads(lines)]
    query = select(Account.id, Account.code).where(Account.id.in_(touched)).order_by(Account.code)
    return {key.hex: code for key, code in session.execute(query)}
