"""Score a trained model on labelled messages; the last line of the output is one JSON object.

    PYTHONPATH=. bot/.venv/bin/python -m bot.nlu_eval --model bot/models/model.tar.gz file.tsv

Columns, separated by tabs: intent, also_accepted (none or several, separated by commas, bars or blanks), text; a first
line with these names is skipped. What is counted:

    exact        the best intent is `intent` or one of `also_accepted`. A fallback is looked through: its candidates
                 stand behind it, and the customer is shown them
    top3         one of them is among the three best
    fallback     the assistant would ask back
    money_false  the message would start a money flow although neither label is that flow. A flow starts when the
                 intent that was decided on begins one and the message is a wish (bot/components/wish.py); also when
                 the decision is a fallback, but a wish with a figure in it and such an intent among the likely ones
                 (actions/flows/changes.py). Without a wish the intent is explained and nothing starts

exact, top3 and fallback are shares of n from 0 to 1, rounded to four digits; money_false is a number of messages."""

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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

COLUMNS = ["intent", "also_accepted", "text"]
FALLBACK = "nlu_fallback"
MONEY_FLOWS = frozenset({"borrow", "repay", "repay_with_loan", "installment"})
LIKELY = 3
SHOWN_CONFUSIONS = 15


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


def reading(parsed: dict[str, Any], milliseconds: float) -> Reading:
    """From Rasa's parse data."""
    ranked = [entry["name"] for entry in parsed.get("intent_ranking", []) if entry["name"] != FALLBACK]
    said = {entity["entity"] for entity in parsed.get("entities", [])}
    decided = parsed["intent"].get("name") or FALLBACK
    return Reading(decided, tuple(ranked), "wish" in said, bool(said & {"amount", "term"}), milliseconds)


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


def confusions(messages: Sequence[Labelled], readings: Sequence[Reading]) -> list[str]:
    """For each intent that was missed: how often, and for which others."""
    total = Counter(message.intent for message in messages)
    missed: dict[str, Counter[str]] = {}
    for message, got in zip(messages, readings, strict=True):
        best = got.best[0] if got.best else FALLBACK
        if best not in message.accepted:
            missed.setdefault(message.intent, Counter())[best] += 1
    worst = sorted(missed.items(), key=lambda item: -sum(item[1].values()))
    return [
        f"{sum(wrong.values()):4} of {total[intent]:3}  {intent:24} "
        + ", ".join(f"{name} {count}" for name, count in wrong.most_common(4))
        for intent, wrong in worst[:SHOWN_CONFUSIONS]
    ]


async def parse_all(model: Path, messages: Sequence[Labelled]) -> tuple[float, list[Reading]]:
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


def report(messages: Sequence[Labelled], loaded: float, readings: Sequence[Reading]) -> list[str]:
    times = sorted(got.milliseconds for got in readings)
    slow = times[min(len(times) - 1, int(len(times) * 0.95))]
    outright = sum(got.decided in message.accepted for message, got in zip(messages, readings, strict=True))
    lines = ["missed        intent                   taken for", *confusions(messages, readings)]
    for message, got in zip(messages, readings, strict=True):
        if starts_wrong_flow(message, got):
            lines.append(f"would start {started_flow(got)} instead of {message.intent}: {message.text}")
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
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Only the figures are wanted here; what Rasa's old libraries say of themselves is of no use to the reader.
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
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
