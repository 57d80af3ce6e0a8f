"""Score the trained model on labelled messages; the last line of the output is one JSON object.

    PYTHONPATH=. bot/.venv/bin/python -m tools.nlu_eval file.tsv

Columns, tab-separated: intent, also_accepted (none or several, separated by commas), text. A first line with these
names is skipped. Every figure is a count of messages:

    exact        the best intent is `intent` or one of `also_accepted`
    top3         one of them is among the three best
    fallback     the assistant would ask back instead of acting
    money_false  the message would start a money flow that is neither label"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.console import fail, say, seconds_since
from tools.train import MODEL, QUIET

COLUMNS = ["intent", "also_accepted", "text"]
FALLBACK = "nlu_fallback"
MONEY_FLOWS = frozenset({"borrow", "repay", "repay_with_loan", "installment"})
"""Intents whose rule begins a form that ends in an offer."""

PROGRESS_SECONDS = 10.0


@dataclass(frozen=True)
class Message:
    text: str
    accepted: frozenset[str]


@dataclass
class Score:
    """Counts, named as they are printed."""

    n: int = 0
    exact: int = 0
    top3: int = 0
    fallback: int = 0
    money_false: int = 0

    def add(self, message: Message, ranking: list[str]) -> None:
        """Count one message with its intents, best first; a fallback stands before what would have been best."""
        self.n += 1
        asks_back = ranking[:1] == [FALLBACK]
        named = [intent for intent in ranking if intent != FALLBACK]
        self.fallback += asks_back
        self.exact += not asks_back and named[:1] != [] and named[0] in message.accepted
        self.top3 += bool(message.accepted & set(named[:3]))
        self.money_false += not asks_back and named[:1] != [] and named[0] in MONEY_FLOWS - message.accepted


def read(file: Path) -> list[Message]:
    """The labelled messages. Raises ValueError that names the line."""
    messages = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("\t", 2)]
        if not line.strip() or (number == 1 and cells == COLUMNS):
            continue
        if len(cells) != len(COLUMNS) or not cells[0] or not cells[2]:
            raise ValueError(f"{file}:{number}: expected {', '.join(COLUMNS)}, separated by tabs")
        also = {name for name in re.split(r"[,;|\s]+", cells[1]) if name}
        messages.append(Message(cells[2], frozenset({cells[0], *also})))
    return messages


async def evaluate(messages: list[Message]) -> Score:
    from rasa.core.agent import Agent  # type: ignore[import-not-found]  # in the bot environment only

    agent = Agent.load(str(MODEL))
    score = Score()
    started = told = time.monotonic()
    for message in messages:
        score.add(message, ranking(await agent.parse_message(message.text)))
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            say(f"  {seconds_since(started):>8}  {score.n} of {len(messages)} messages")
    return score


def ranking(parsed: dict[str, Any]) -> list[str]:
    """Intent names, best first. The decision stands first also where it is not the first of the ranking."""
    best = parsed["intent"].get("name")
    names = [entry["name"] for entry in parsed.get("intent_ranking", [])]
    return [*([best] if best else []), *(name for name in names if name != best)]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        return fail("Say which file: make nlu-eval DATA=file.tsv")
    os.environ.update(QUIET)
    logging.disable(logging.WARNING)
    try:
        messages = read(Path(arguments[0]))
    except (OSError, ValueError) as problem:
        return fail(str(problem))
    score = asyncio.run(evaluate(messages))
    print(json.dumps(vars(score)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
