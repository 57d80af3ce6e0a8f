"""Block heads: what is signed, and the log they form.

Each head names the hash of the one before it (the chain) and the root of an RFC 6962 tree whose leaves are all
heads before it (the log). So from two heads alone it can be shown that the later log begins with the earlier."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.evidence.content import encode
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.keys import Trusted
from credit.evidence.merkle import Frontier, leaf_hash
from credit.evidence.models import Block
from credit.evidence.reading import streamed

FORMAT = "xinzhang-ledger-head-1"
FIRST_PREVIOUS = "0" * 64
HEAD_FILE = "ledger_head.json"


@dataclass(frozen=True, slots=True)
class Head:
    """What a block claims. Hashes are hex; the field order does not matter, the signed form is sorted."""

    height: int
    root: str
    count: int
    total: int
    """Journals in this block and all before it."""
    previous: str
    """Hash of the head before; zeros for the first."""
    log_root: str
    """Root over the `height` - 1 heads before this one."""
    sealed_at: str
    key_id: str
    format: str = FORMAT

    def text(self) -> str:
        """The canonical JSON that is signed and stored."""
        return encode(asdict(self))


def head_hash(text: str) -> bytes:
    """The hash of a head, both in the chain and as a leaf of the log."""
    return leaf_hash(text.encode())


def read_head(text: str) -> Head:
    """A head from its stored text. Raises HEAD_UNREADABLE unless it is exactly the canonical spelling."""
    sentence = "a head is not what a sealer writes"
    try:
        head = Head(**json.loads(text))
        spelled = head.text()
    except (TypeError, ValueError) as error:
        raise EvidenceError(EvidenceCode.HEAD_UNREADABLE, sentence) from error
    ints_are = all(type(value) is int for value in (head.height, head.count, head.total))
    if not ints_are or head.format != FORMAT or spelled != text:
        raise EvidenceError(EvidenceCode.HEAD_UNREADABLE, sentence)
    return head


def signature_fault(head: Head, signature: str, trusted: Trusted) -> EvidenceCode | None:
    """Why a signed head is not to be believed, or None."""
    key = trusted.get(head.key_id)
    if key is None:
        return EvidenceCode.KEY_WRONG
    return None if key.signed(head.text().encode(), signature) else EvidenceCode.SIGNATURE_WRONG


@dataclass(slots=True)
class ChainEnd:
    """Where the next block goes: the log so far and the newest head."""

    log: Frontier
    newest: Head | None = None
    newest_hash: str = FIRST_PREVIOUS

    def append(self, head: Head) -> None:
        """Take a head as the newest."""
        fresh = head_hash(head.text())
        self.log.append(fresh)
        self.newest, self.newest_hash = head, fresh.hex()

    @property
    def height(self) -> int:
        return self.log.size

    @property
    def total(self) -> int:
        return self.newest.total if self.newest else 0

    def next_head(self, *, root: bytes, count: int, sealed_at: str, key_id: str) -> Head:
        """The head of a block that would be put on now."""
        return Head(
            height=self.height + 1,
            root=root.hex(),
            count=count,
            total=self.total + count,
            previous=self.newest_hash,
            log_root=self.log.root().hex(),
            sealed_at=sealed_at,
            key_id=key_id,
        )


@contextmanager
def stored_heads(session: Session) -> Iterator[Iterator[str]]:
    """The texts of all heads, lowest first, streamed."""
    with streamed(session, select(Block.head).order_by(Block.height), chunk=1000) as rows:
        yield (row[0] for row in rows)


def chain_end(session: Session) -> ChainEnd:
    """Walk the heads to the end of the chain; what they claim is not checked here. Raises HEAD_UNREADABLE."""
    end = ChainEnd(Frontier())
    with stored_heads(session) as texts:
        for text in texts:
            end.append(read_head(text))
    return end


# ── the newest head, kept outside the database ──────────────────────────────────────────────────────────────


def keep_head(folder: Path, text: str, signature: str) -> None:
    """Note the newest head beside the keys: a database that has lost its last blocks no longer fits it."""
    draft = folder / f".{HEAD_FILE}.{os.getpid()}"
    draft.write_text(encode({"head": json.loads(text), "signature": signature}) + "\n", "utf-8")
    draft.replace(folder / HEAD_FILE)


def kept_head(path: Path) -> tuple[str, str] | None:
    """A kept head's text and signature; None when there is no such file. Raises HEAD_UNREADABLE."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        text, signature = encode(content["head"]), str(content["signature"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvidenceError(EvidenceCode.HEAD_UNREADABLE, f"{path.name} does not hold a signed head") from error
    read_head(text)
    return text, signature


def check_kept_head(session: Session, height: int, kept: tuple[str, str] | None) -> None:
    """Whether the chain, `height` blocks long, still holds a head that was kept. Raises BLOCK_MISSING, CHAIN_BROKEN."""
    if kept is None:
        return
    head = read_head(kept[0])
    if head.height > height:
        sentence = f"block {head.height} was sealed once, but the chain ends at block {height}"
        raise EvidenceError(EvidenceCode.BLOCK_MISSING, sentence, height=head.height)
    if session.scalar(select(Block.head).where(Block.height == head.height)) != kept[0]:
        sentence = f"block {head.height} is not the one that was sealed at that height"
        raise EvidenceError(EvidenceCode.CHAIN_BROKEN, sentence, height=head.height)
