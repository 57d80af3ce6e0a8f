"""What can be wrong with evidence. Told to operators and auditors, never to a customer in the chat."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID


class EvidenceCode(StrEnum):
    """One code for each way in which books and evidence can disagree."""

    # found by walking the books
    JOURNAL_TAMPERED = "journal_tampered"
    JOURNAL_MISSING = "journal_missing"
    JOURNAL_UNSEALED = "journal_unsealed"
    LEAF_ALTERED = "leaf_altered"
    POSTING_DIFFERS = "posting_differs"
    JOURNAL_UNBALANCED = "journal_unbalanced"
    BALANCE_DIFFERS = "balance_differs"
    HOLD_DIFFERS = "hold_differs"
    CONTENT_UNREADABLE = "content_unreadable"
    # found by walking the chain
    BLOCK_MISSING = "block_missing"
    BLOCK_ALTERED = "block_altered"
    CHAIN_BROKEN = "chain_broken"
    KEY_WRONG = "key_wrong"
    SIGNATURE_WRONG = "signature_wrong"
    # refused before anything is looked at
    KEY_UNREADABLE = "key_unreadable"
    KEY_EXPOSED = "key_exposed"
    HEAD_UNREADABLE = "head_unreadable"
    NOT_SEALED = "not_sealed"
    NO_SUCH_BLOCK = "no_such_block"
    SEALER_BUSY = "sealer_busy"


class EvidenceError(Exception):
    """A refusal of the evidence module: a stable code and an English sentence."""

    def __init__(
        self, code: EvidenceCode, sentence: str, *, height: int | None = None, journal_id: UUID | None = None
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.height = height
        """The block it was found in, if in one."""
        self.journal_id = journal_id
        """The journal that does not fit, if one can be named."""
