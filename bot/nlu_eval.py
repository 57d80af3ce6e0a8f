"""Score a trained model on labelled messages; the last line of the output is one JSON object.

    PYTHONPATH=. bot/.venv/bin/python -m bot.nlu_eval --model bot/models/model.tar.gz file.tsv

Columns, separated by tabs: intent, also_accepted (none or several, separated by commas, bars or blanks), text; a first
line with these names is skipped. What is counted:

    exact        the best intent is `intent` or one of `also_accepted`. Fallback is looked through: the candidates stand
                 behind it, and the customer is shown them
    top3         one of them is among the three best
    fallback     the assistant would ask back
    money_false  the message would start a money flow although neither label is that flow: the intent that was decided on
                 (not a fallback) begins a flow, and the message is a wish (bot/components/wish.py). Without a wish the
                 intent is explained, with the flow as a choice, and nothing starts

exact and top3 are shares of n from 0 to 1, rounded to four digits, as is fallback; money_false is a number of messages."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import re
import statistics
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Counter as CounterOf, Dict, FrozenSet, List, Sequence, Tuple

COLUMNS = ["intent", "also_accepted", "text"]
FALLBACK = "nlu_fallback"
MONEY_FLOWS = frozenset({"borrow", "repay", "repay_with_loan", "installment"})
SHOWN_CONFUSIONS = 15


@dataclass(frozen=True)
class Labelled:
    text: str
    intent: str
    accepted: FrozenSet[str]


@dataclass(frozen=True)
class Reading:
    """What the model made of one message."""

    decided: str
    """nlu_fallback where the assistant would ask back."""
    best: Tuple[str, ...]
    """Real intents, best first."""
    wished: bool
    milliseconds: float


def read(file: Path) -> List[Labelled]:
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


def reading(parsed: Dict[str, Any], milliseconds: float) -> Reading:
    """From Rasa's parse data."""
    ranked = [entry["name"] for entry in parsed.get("intent_ranking", []) if entry["name"] != FALLBACK]
    wished = any(entity["entity"] == "wish" for entity in parsed.get("entities", []))
    return Reading(parsed["intent"].get("name") or FALLBACK, tuple(ranked), wished, milliseconds)


def starts_wrong_flow(message: Labelled, got: Reading) -> bool:
    return got.wished and got.decided in MONEY_FLOWS - message.accepted


def summary(messages: Sequence[Labelled], readings: Sequence[Reading]) -> Dict[str, float]:
    """The figures of the last line. Raises ValueError without messages."""
    if not messages:
        raise ValueError("no messages to score")
    pairs = list(zip(messages, readings))
    share = len(pairs)
    return {
        "n": len(pairs),
        "exact": round(sum(bool(message.accepted & set(got.best[:1])) for message, got in pairs) / share, 4),
        "top3": round(sum(bool(message.accepted & set(got.best[:3])) for message, got in pairs) / share, 4),
        "fallback": round(sum(got.decided == FALLBACK for _, got in pairs) / share, 4),
        "money_false": sum(starts_wrong_flow(message, got) for message, got in pairs),
    }


def confusions(messages: Sequence[Labelled], readings: Sequence[Reading]) -> List[str]:
    """For each intent that was missed: how often, and for which others."""
    total = Counter(message.intent for message in messages)
    missed: Dict[str, CounterOf[str]] = {}
    for message, got in zip(messages, readings):
        best = got.best[0] if got.best else FALLBACK
        if best not in message.accepted:
            missed.setdefault(message.intent, Counter())[best] += 1
    worst = sorted(missed.items(), key=lambda item: -sum(item[1].values()))
    return [
        f"{sum(wrong.values()):4} of {total[intent]:3}  {intent:24} "
        + ", ".join(f"{name} {count}" for name, count in wrong.most_common(4))
        for intent, wrong in worst[:SHOWN_CONFUSIONS]
    ]


async def parse_all(model: Path, messages: Sequence[Labelled]) -> "Tuple[float, List[Reading]]":
    """Seconds to load the model, and a reading for each message."""
    started = time.perf_counter()
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    if not agent.is_ready():
        raise ValueError(f"no trained model at {model}")
    loaded = time.perf_counter() - started
    readings = []
    for message in messages:
        before = time.perf_counter()
        parsed = await agent.parse_message(message.text)
        readings.append(reading(parsed, (time.perf_counter() - before) * 1000))
    return loaded, readings


def report(messages: Sequence[Labelled], loaded: float, readings: Sequence[Reading]) -> List[str]:
    times = sorted(got.milliseconds for got in readings)
    slow = times[min(len(times) - 1, int(len(times) * 0.95))]
    outright = sum(got.decided in message.accepted for message, got in zip(messages, readings))
    lines = ["missed        intent                   taken for", *confusions(messages, readings)]
    for message, got in zip(messages, readings):
        if starts_wrong_flow(message, got):
            lines.append(f"would start {got.decided} instead of {message.intent}: {message.text}")
    lines.append(f"right without asking back: {outright / len(readings):.4f}")
    lines.append(f"load {loaded:.1f} s, parse median {statistics.median(times):.1f} ms, 95 % within {slow:.1f} ms")
    lines.append(json.dumps(summary(messages, readings)))
    return lines


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bot.nlu_eval", description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("bot") / "models" / "model.tar.gz")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Only the figures are wanted here; what Rasa's old libraries say of themselves is of no use to the reader.
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    try:
        messages = read(options.file)
        loaded, readings = asyncio.run(parse_all(options.model, messages))
        lines = report(messages, loaded, readings)
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print("\n".join(lines), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
