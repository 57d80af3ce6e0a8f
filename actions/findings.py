"""Findings of a diagnosis in words: each code has its sentence, and evidence becomes the facts in it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from actions.amounts import WORDS, figure
from actions.customer import CASHLOAN, PAYLATER
from actions.turn import Turn
from actions.wording import Fact, Facts, Rate, Word, Yearly
from credit.explain.findings import Code, Evidence, Finding
from credit.kernel.money import Money

FAMILIES = {"reason": "reason", "bank_reason": "bank", "part": "part", "product": "product"}
"""Evidence that is a code itself, and the family of words it is said with."""

DEBT_KINDS = {PAYLATER: "bill", CASHLOAN: "loan"}
"""The debts of a product, as diagnoses call them."""


def finding_word(finding: Finding, **more: Fact) -> Word:
    """The sentence of one finding; `more` are facts it may use beside its evidence, such as a product's name."""
    facts: Facts = {name: _fact(name, value) for name, value in finding.evidence.items()}
    if "product" in facts:
        facts["name"] = facts["product"]
    return Word(f"found_{finding.code}", facts={**facts, **more})


def finding_words(findings: Iterable[Finding], *, most: int = 6, **more: Fact) -> tuple[Word, ...]:
    """The heaviest findings, so many as fit an answer."""
    return tuple(finding_word(finding, **more) for finding in list(findings)[:most])


def only(findings: Iterable[Finding], *codes: Code) -> list[Finding]:
    """Those of some codes, in their order."""
    return [finding for finding in findings if finding.code in codes]


def kind_asked_for(turn: Turn) -> str | None:
    """`bill` or `loan` when the customer named the product, else None."""
    return DEBT_KINDS.get(turn.heard.product or "")


def amount_asked_for(turn: Turn) -> Money | None:
    """The figure in the message. Raises AMOUNT_UNREADABLE, AMOUNT_TOO_LARGE, AMOUNT_NOT_POSITIVE."""
    said = turn.heard.amount
    return figure(said) if said and said not in WORDS else None


def _fact(name: str, value: Evidence) -> Fact:
    if name in FAMILIES:
        return Word(f"{FAMILIES[name]}_{value}", other=f"{FAMILIES[name]}_other")
    if isinstance(value, int) and name.endswith("_ppm"):
        return Rate(value) if name.startswith("daily") else Yearly(value)
    return str(value) if isinstance(value, UUID) else value
