"""Seals journals into blocks, outside the hot path: posting never waits for it.

No journal can be missed. A journal may be committed later than one with a higher id, so a block lists its journals
one by one, and each run counts: journals in the table less journals sealed is how many must be found. Newest ids are
searched first; when they do not account for the difference, the whole table is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from credit.evidence.content import NAMES, content_columns, leaf_bytes
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.heads import (
    HEAD_FILE,
    ChainEnd,
    Head,
    chain_end,
    check_kept_head,
    keep_head,
    kept_head,
    signature_fault,
)
from credit.evidence.keys import KeyFolder, SigningKey
from credit.evidence.merkle import leaf_hash, root_of
from credit.evidence.models import Block, Leaf
from credit.evidence.reading import streamed
from credit.kernel.clock import Clock
from credit.kernel.database import Database
from credit.ledger.models import Journal

BLOCK_SIZE = 4096
LATE_MS = 10 * 60 * 1000
"""How far below the newest sealed id late journals are looked for before the whole table is."""
ATTEMPTS = 5
NIL = UUID(int=0)
_ID = NAMES.index("id")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run did."""

    blocks: int
    journals: int
    height: int
    """Of the newest block; 0 when there is none."""


class Sealer:
    """Puts blocks on the chain. Any number may run; of two that meet, one starts over."""

    def __init__(self, database: Database, folder: Path, clock: Clock, *, block_size: int = BLOCK_SIZE) -> None:
        if block_size < 1:
            raise ValueError(f"a block holds at least one journal, not {block_size}")
        self._database = database
        self._folder = folder
        self._keys = KeyFolder(folder)
        self._clock = clock
        self._block_size = block_size

    def seal(self) -> Sealed:
        """Seal every journal that is committed now.

        Raises KEY_UNREADABLE, KEY_EXPOSED, KEY_WRONG, SIGNATURE_WRONG, HEAD_UNREADABLE, SEALER_BUSY, and
        BLOCK_MISSING, CHAIN_BROKEN for a database that does not continue the kept head."""
        blocks = journals = 0
        for nth in range(1, ATTEMPTS + 1):
            try:
                for head in self._run():
                    blocks, journals = blocks + 1, journals + head.count
            except IntegrityError as error:
                if nth < ATTEMPTS:
                    continue  # another sealer was first; what it sealed is seen anew
                sentence = "other sealers were faster each time; try again"
                raise EvidenceError(EvidenceCode.SEALER_BUSY, sentence) from error
            break
        return Sealed(blocks, journals, self._height())

    def _run(self) -> Iterator[Head]:
        kept = kept_head(self._folder / HEAD_FILE)  # before the look at the database: another sealer may be at work
        with self._database.read() as session:
            end = chain_end(session)
            check_kept_head(session, end.height, kept)
            key = self._key_for(session, end)
            floor = _search_from(session, end.total)
            if floor is None:
                return
            query = unsealed(*content_columns(self._database.engine.dialect.name), above=floor).order_by(Journal.id)
            with streamed(session, query, chunk=self._block_size) as rows:
                for batch in batched(rows, self._block_size):
                    head, signature = self._put_on(end, batch, key)
                    end.append(head)
                    keep_head(self._folder, head.text(), signature)
                    yield head

    def _key_for(self, session: Session, end: ChainEnd) -> SigningKey:
        """The present key. A new one is only made for an empty chain: a lost key must not be replaced in silence."""
        if end.newest is None:
            return self._keys.signing_key(make=True)
        key = self._keys.signing_key(make=False)
        signature = session.scalars(select(Block.signature).where(Block.height == end.height)).one()
        if fault := signature_fault(end.newest, signature, self._keys.trusted()):
            sentence = f"block {end.height} is signed with key {end.newest.key_id}, which is not the one kept here"
            raise EvidenceError(fault, sentence)
        return key

    def _put_on(self, end: ChainEnd, batch: Sequence[Any], key: SigningKey) -> tuple[Head, str]:
        hashes = [leaf_hash(leaf_bytes(row)) for row in batch]
        head = end.next_head(
            root=root_of(hashes),
            count=len(hashes),
            sealed_at=self._clock.now().isoformat(timespec="microseconds"),
            key_id=key.public.key_id,
        )
        signature = key.sign(head.text().encode())

        def write(session: Session) -> None:
            block = {"height": head.height, "journal_count": head.count, "head": head.text(), "signature": signature}
            session.execute(insert(Block).values(**block))
            _write_leaves(session, head.height, [row[_ID] for row in batch], hashes)

        self._database.attempt(write)
        return head, signature

    def _height(self) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.max(Block.height))) or 0


def unsealed(*columns: Any, above: UUID = NIL) -> Select[Any]:
    """Select from the journals with a higher id than `above` that stand in no block."""
    return select(*columns).where(Journal.id > above, ~exists().where(Leaf.journal_id == Journal.id))


def unsealed_count(session: Session, above: UUID = NIL) -> int:
    """How many journals with a higher id than `above` stand in no block."""
    return session.scalar(unsealed(func.count(Journal.id), above=above)) or 0


def search_floor(newest: UUID) -> UUID:
    """The lowest id that a journal as late as LATE_MS after `newest` can have (UUIDv7 begins with milliseconds)."""
    return UUID(int=max(0, (newest.int >> 80) - LATE_MS) << 80)


def newest_sealed(session: Session) -> UUID | None:
    """The highest id in any block."""
    return session.scalars(select(Leaf.journal_id).order_by(Leaf.journal_id.desc()).limit(1)).one_or_none()


def _search_from(session: Session, sealed: int) -> UUID | None:
    """The id above which all unsealed journals are, or None when there are none."""
    missing = (session.scalar(select(func.count()).select_from(Journal)) or 0) - sealed
    if missing == 0:
        return None
    newest = newest_sealed(session)
    floor = NIL if newest is None else search_floor(newest)
    return floor if floor != NIL and unsealed_count(session, floor) == missing else NIL


def _write_leaves(session: Session, height: int, ids: list[str], hashes: list[bytes]) -> None:
    """One statement for a whole block, by the quickest way each database has."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO evidence_leaves (journal_id, height, position, leaf_hash) VALUES (?, ?, ?, ?)",
            [(key, height, nth, found) for nth, (key, found) in enumerate(zip(ids, hashes, strict=True))],
        )
        return
    session.execute(
        text(
            "INSERT INTO evidence_leaves (journal_id, height, position, leaf_hash)"
            " SELECT l.id, :height, l.nth - 1, decode(l.hash, 'hex') FROM"
            " unnest(CAST(:ids AS uuid[]), CAST(:hashes AS text[])) WITH ORDINALITY AS l(id, hash, nth)"
        ),
        {"height": height, "ids": ids, "hashes": [found.hex() for found in hashes]},
    )
