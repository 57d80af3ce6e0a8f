"""Findings of a diagnosis in words: each code has its sentence, and evidence becomes the facts in it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from actions.wording import Fact, Facts, Rate, Word, Yearly
from credit.explain.findings import Evidence, Finding

NAMED = {"reason": "reason", "bank_reason": "bank", "source": "source", "part": "part", "where": "where"}
"""Evidence that is a code itself, and the family of words it is said with."""


def finding_word(finding: Finding, **more: Fact) -> Word:
    """The sentence of one finding; `more` are facts it may use beside its evidence, such as a product's name."""
    facts: Facts = {**more, **{name: _fact(name, value) for name, value in finding.evidence.items()}}
    return Word(f"found_{finding.code}", facts=facts)


def finding_words(findings: Iterable[Finding], *, most: int = 6, **more: Fact) -> tuple[Word, ...]:
    """The heaviest findings, so many as fit an answer."""
    return tuple(finding_word(finding, **more) for finding in list(findings)[:most])


def _fact(name: str, value: Evidence) -> Fact:
    if name in NAMED:
        family = NAMED[name]
        return Word(f"{family}_{value}", other=f"{family}_other")
    if isinstance(value, int) and name.endswith("_ppm"):
        return Rate(value) if name.startswith("daily") else Yearly(value)
    return str(value) if isinstance(value, UUID) else value
