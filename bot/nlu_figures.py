"""What `make nlu-eval` counts: labelled messages, and what a model made of them. nlu_eval describes the counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLUMNS = ["intent", "also_accepted", "text"]
FALLBACK = "nlu_fallback"
MONEY_FLOWS = frozenset({"borrow", "repay", "repay_with_loan", "installment"})
LIKELY = 3


@dataclass(frozen=True)
class Labelled:
    text: str
    intent: str
    accepted: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """What the model made of one message."""

    decided: str
    """nlu_fallback where the assistant would ask back."""
    best: tuple[str, ...]
    """Real intents, best first."""
    wished: bool
    """The customer asks to have something done."""
    figure: bool
    """An amount or a term was said."""
    milliseconds: float
    confidence: float = 0.0
    """Of the best real intent."""
    processor_milliseconds: float = 0.0
    """What the message cost, however long it had to wait for other processes."""


def read(file: Path) -> list[Labelled]:
    """The labelled messages. Raises ValueError that names the line."""
    messages = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("\t", 2)]
        if not line.strip() or (number == 1 and cells == COLUMNS):
            continue
        if len(cells) != len(COLUMNS) or not cells[0] or not cells[2]:
            raise ValueError(f"{file}:{number}: expected {', '.join(COLUMNS)}, separated by tabs")
        also = {name for name in re.split(r"[,;|\s]+", cells[1]) if name}
        messages.append(Labelled(cells[2], cells[0], frozenset({cells[0], *also})))
    return messages


def reading(parsed: dict[str, Any], milliseconds: float, processor_milliseconds: float = 0.0) -> Reading:
    """From Rasa's parse data."""
    real = [entry for entry in parsed.get("intent_ranking", []) if entry["name"] != FALLBACK]
    ranked = tuple(entry["name"] for entry in real)
    said = {entity["entity"] for entity in parsed.get("entities", [])}
    decided = parsed["intent"].get("name") or FALLBACK
    confidence = real[0].get("confidence", 0.0) if real else 0.0
    figure = bool(said & {"amount", "term"})
    return Reading(decided, ranked, "wish" in said, figure, milliseconds, confidence, processor_milliseconds)


def started_flow(got: Reading) -> str | None:
    """The flow that the dialogue would begin with this message, by its intent."""
    if not got.wished:
        return None
    likely = [got.decided] if got.decided != FALLBACK else got.best[:LIKELY] if got.figure else []
    return next((intent for intent in likely if intent in MONEY_FLOWS), None)


def starts_wrong_flow(message: Labelled, got: Reading) -> bool:
    return started_flow(got) not in {None, *message.accepted}


def summary(messages: Sequence[Labelled], readings: Sequence[Reading]) -> dict[str, float]:
    """The figures of the last line. Raises ValueError without messages."""
    if not messages:
        raise ValueError("no messages to score")
    pairs = list(zip(messages, readings, strict=True))
    share = len(pairs)
    return {
        "n": len(pairs),
        "exact": round(sum(bool(message.accepted & set(got.best[:1])) for message, got in pairs) / share, 4),
        "top3": round(sum(bool(message.accepted & set(got.best[:3])) for message, got in pairs) / share, 4),
        "fallback": round(sum(got.decided == FALLBACK for _, got in pairs) / share, 4),
        "money_false": sum(starts_wrong_flow(message, got) for message, got in pairs),
    }
