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

exact, top3 and fallback are shares of n from 0 to 1, rounded to four digits; money_false is a number of messages.

The long report (confusions, every intent, confidence, the worst errors) is written to build/nlu-report.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import structlog

from bot.nlu_figures import Labelled, Reading, read, reading, started_flow, starts_wrong_flow, summary
from bot.nlu_report import long_report, most_confused
from bot.processor import blas_kernels

REPORT = Path("build") / "nlu-report.md"


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
        before, used = time.perf_counter(), time.process_time()
        parsed = await agent.parse_message(message.text)
        waited, used = time.perf_counter() - before, time.process_time() - used
        readings.append(reading(parsed, waited * 1000, used * 1000))
    return loaded, readings


def _largest_memory() -> int:
    """Of this process so far, in MiB. Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def report(messages: Sequence[Labelled], loaded: float, readings: Sequence[Reading]) -> list[str]:
    times = sorted(got.milliseconds for got in readings)
    slow = times[min(len(times) - 1, int(len(times) * 0.95))]
    outright = sum(got.decided in message.accepted for message, got in zip(messages, readings, strict=True))
    lines = ["missed        intent                   taken for", *most_confused(messages, readings)]
    for message, got in zip(messages, readings, strict=True):
        if starts_wrong_flow(message, got):
            lines.append(f"would start {started_flow(got)} instead of {message.intent}: {message.text}")
    lines.append(f"right without asking back: {outright / len(readings):.4f}")
    used = statistics.median(got.processor_milliseconds for got in readings)
    lines.append(
        f"load {loaded:.1f} s, parse median {statistics.median(times):.1f} ms (of a processor: {used:.1f} ms), "
        f"95 % within {slow:.1f} ms; largest memory {_largest_memory()} MiB"
    )
    lines.append(json.dumps(summary(messages, readings)))
    return lines


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bot.nlu_eval", description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("bot") / "models" / "model.tar.gz")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.update(blas_kernels())
    # Only the figures are wanted here; what Rasa's old libraries say of themselves is of no use to the reader.
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    warnings.simplefilter("ignore")
    try:
        messages = read(options.file)
        loaded, readings = asyncio.run(parse_all(options.model, messages))
        lines = report(messages, loaded, readings)
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(long_report(messages, readings), encoding="utf-8")
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print("\n".join(lines), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
