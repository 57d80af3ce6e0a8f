"""Walks everything that is in the books and names the first thing that does not fit.

First the chain of blocks with every journal under it, then every posting against its journal's lines, then the
figures that are kept: balances, running balances, holds, roll-ups. One consistent look, streamed: memory stays flat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from credit.evidence.content import content_columns, leaf_bytes
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.figures import check_figures, check_postings
from credit.evidence.heads import ChainEnd, Head, check_kept_head, read_head, signature_fault
from credit.evidence.keys import Trusted
from credit.evidence.merkle import Frontier, leaf_hash, root_of
from credit.evidence.models import Block, Leaf
from credit.evidence.reading import streamed
from credit.evidence.sealer import newest_sealed, search_floor, unsealed, unsealed_count
from credit.kernel.database import Database
from credit.ledger.models import Journal

_BLOCKS = select(Block.height, Block.journal_count, Block.head, Block.signature).order_by(Block.height)
KeptHead = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found. Counts are of what was walked before the fault, if there is one."""

    fault: EvidenceError | None
    blocks: int = 0
    sealed: int = 0
    """Journals under a signed head."""
    waiting: int = 0
    """Journals newer than the last block; they are sealed with the next."""
    postings: int = 0


class _Tally:
    blocks = sealed = waiting = postings = 0


def verify(database: Database, trusted: Trusted, kept: Sequence[KeptHead | None] = ()) -> Verdict:
    """Walk the whole books. `kept` are heads noted earlier outside the database: the chain must still hold them."""
    tally, fault = _Tally(), None
    with database.read() as session:
        try:
            end = ChainEnd(Frontier())
            with streamed(session, _BLOCKS, chunk=200) as blocks:
                for block in blocks:
                    _check_block(session, end, block, trusted)
                    tally.blocks, tally.sealed = end.height, end.total
            for head in kept:
                _check_kept(session, end.height, head, trusted)
            tally.waiting = _check_waiting(session)
            for count in check_postings(session):
                tally.postings = count
            check_figures(session)
        except EvidenceError as found:
            fault = found
        except (TypeError, ValueError) as error:
            # SQLite keeps what it is given: after tampering a column may hold what its type cannot read.
            fault = EvidenceError(EvidenceCode.CONTENT_UNREADABLE, f"a row holds what cannot be read: {error}")
    return Verdict(fault, tally.blocks, tally.sealed, tally.waiting, tally.postings)


def _check_kept(session: Session, height: int, kept: KeptHead | None, trusted: Trusted) -> None:
    if kept is None:
        return
    head = read_head(kept[0])
    if fault := signature_fault(head, kept[1], trusted):
        raise EvidenceError(fault, f"the head of block {head.height} that was kept is not signed by a trusted key")
    check_kept_head(session, height, kept)


# ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────


def _check_block(session: Session, end: ChainEnd, block: Any, trusted: Trusted) -> None:
    height = end.height + 1
    if block.height != height:
        raise EvidenceError(EvidenceCode.BLOCK_MISSING, f"block {height} is gone", height=height)
    try:
        head = read_head(block.head)
    except EvidenceError as error:
        sentence = f"the head of block {height} was changed: it is not in the form it was signed in"
        raise EvidenceError(EvidenceCode.BLOCK_ALTERED, sentence, height=height) from error
    _check_head(end, head, block, trusted)
    _check_leaves(session, head)
    end.append(head)


def _check_head(end: ChainEnd, head: Head, block: Any, trusted: Trusted) -> None:
    height = end.height + 1
    fault = signature_fault(head, block.signature, trusted)
    if fault is EvidenceCode.KEY_WRONG:
        sentence = f"block {height} is signed with key {head.key_id}, which is not trusted here"
        raise EvidenceError(fault, sentence, height=height)
    if fault is not None:
        raise EvidenceError(fault, f"the signature of block {height} is not that of key {head.key_id}", height=height)
    if head.height != height:
        sentence = f"what stands as block {height} was signed as block {head.height}"
        raise EvidenceError(EvidenceCode.CHAIN_BROKEN, sentence, height=height)
    if (head.previous, head.log_root, head.total) != (end.newest_hash, end.log.root().hex(), end.total + head.count):
        sentence = f"block {height} was not signed as the one after block {height - 1}"
        raise EvidenceError(EvidenceCode.CHAIN_BROKEN, sentence, height=height)
    if block.journal_count != head.count:
        sentence = f"block {height} was signed with {head.count} journals and is kept with {block.journal_count}"
        raise EvidenceError(EvidenceCode.BLOCK_ALTERED, sentence, height=height)


def _check_leaves(session: Session, head: Head) -> None:
    rows = _leaves(session, head.height)
    _check_places(head, rows)
    # A journal that is gone joins as a row of nothing; its id is then nothing too.
    present = [leaf_hash(leaf_bytes(row[4:])) if row[3] is not None else None for row in rows]
    listed = [row[2] if isinstance(row[2], bytes) else b"" for row in rows]
    differing = next((nth for nth, found in enumerate(present) if found != listed[nth]), None)
    if root_of(listed).hex() == head.root:
        if differing is not None:
            raise _misfit(head, rows[differing])
        return
    if None not in present and root_of([found for found in present if found is not None]).hex() == head.root:
        assert differing is not None
        key = UUID(rows[differing][1])
        sentence = f"the list of block {head.height} was changed at journal {key}; the journal itself is as sealed"
        raise EvidenceError(EvidenceCode.LEAF_ALTERED, sentence, height=head.height, journal_id=key)
    if differing is not None and present[differing] is None:
        raise _misfit(head, rows[differing])
    named = None if differing is None else UUID(rows[differing][1])
    sentence = f"block {head.height} does not have the root that was signed"
    if named is not None:
        sentence += f"; its list and its journals differ first at journal {named}"
    raise EvidenceError(EvidenceCode.BLOCK_ALTERED, sentence, height=head.height, journal_id=named)


def _leaves(session: Session, height: int) -> list[Any]:
    dialect = session.get_bind().dialect.name
    query = (
        select(
            Leaf.position,
            type_coerce(Leaf.journal_id, String),
            type_coerce(Leaf.leaf_hash, String),
            type_coerce(Journal.id, String),
            *content_columns(dialect),
        )
        .outerjoin(Journal, Journal.id == Leaf.journal_id)
        .where(Leaf.height == height)
        .order_by(Leaf.position)
    )
    return [(row[0], str(row[1]), *row[2:]) for row in session.connection().execute(query)]


def _check_places(head: Head, rows: list[Any]) -> None:
    if [row[0] for row in rows] == list(range(head.count)):
        return
    gone = next((nth for nth, row in enumerate(rows) if row[0] != nth), len(rows))
    sentence = f"block {head.height} was signed with {head.count} journals and lists {len(rows)}"
    if gone < head.count:
        sentence += f"; number {gone + 1} is gone from the list"
    raise EvidenceError(EvidenceCode.JOURNAL_MISSING, sentence, height=head.height)


def _misfit(head: Head, row: Any) -> EvidenceError:
    key = UUID(row[1])
    if row[3] is None:
        sentence = f"journal {key} of block {head.height} is gone"
        return EvidenceError(EvidenceCode.JOURNAL_MISSING, sentence, height=head.height, journal_id=key)
    sentence = f"journal {key} was changed after it was sealed in block {head.height}"
    return EvidenceError(EvidenceCode.JOURNAL_TAMPERED, sentence, height=head.height, journal_id=key)


# ── journals in no block ────────────────────────────────────────────────────────────────────────────────────


def _check_waiting(session: Session) -> int:
    """Those newer than the last block are waiting; an older one should have been sealed, or has come in since."""
    newest = newest_sealed(session)
    oldest = session.scalars(unsealed(Journal.id).order_by(Journal.id).limit(1)).one_or_none()
    if newest is not None and oldest is not None and oldest < search_floor(newest):
        sentence = f"journal {oldest} is older than the last block and stands in none"
        raise EvidenceError(EvidenceCode.JOURNAL_UNSEALED, sentence, journal_id=oldest)
    return unsealed_count(session)
