"""Evidence tables. A block is one signed head and the list of the journals under it.

On SQLite they have no rowid, as the ledger's own tables: INSERT OR REPLACE by a row's number passes every trigger."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from credit.kernel.database import Base

_NO_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class Block(Base):
    """One sealed block. Everything that is claimed stands in the signed head."""

    __tablename__ = "evidence_blocks"
    height: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts from 1 without a gap."""
    journal_count: Mapped[int]
    """As in the head; here so that the database can refuse leaves beyond it."""
    head: Mapped[str] = mapped_column(Text)
    """The canonical JSON that was signed."""
    signature: Mapped[str] = mapped_column(String(128))
    """Ed25519 over the head's bytes, hex."""
    __table_args__ = (_NO_ROWID,)


class Leaf(Base):
    """A journal's place in its block. Late journals join a later block, so the list is explicit.

    No foreign keys: the guards keep what they would, once for a whole block."""

    __tablename__ = "evidence_leaves"
    journal_id: Mapped[UUID] = mapped_column(primary_key=True)
    height: Mapped[int]
    position: Mapped[int]
    """Counts from 0 within the block, in the order of ids."""
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Kept so that a changed journal can be named, not only its block."""
    __table_args__ = (UniqueConstraint("height", "position", name="uq_evidence_leaves_place"), _NO_ROWID)
