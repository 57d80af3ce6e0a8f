"""Train a stock Rasa pipeline for Chinese on our sentences, score it and ours on the same messages, print both.

    python3 -m tools.compare_nlu file.tsv [epochs]

Without a number DIET trains for the epochs of bot/stock_pipeline.yml: on two cores the better part of an hour.
The stock pipeline knows no wish, so it starts no money flow at all: its money_false says nothing."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from tools.console import ROOT, StepError, fail, run, say
from tools.environments import BOT_PYTHON, prepare
from tools.train import MODEL, QUIET, train

OUT = ROOT / "build" / "stock"
PIPELINE = ROOT / "bot" / "stock_pipeline.yml"
FIGURES = ("exact", "top3", "fallback", "money_false")


def train_stock(epochs: int | None = None) -> tuple[Path, float]:
    """The stock model and the seconds of its training. Raises StepError."""
    config = PIPELINE if epochs is None else _with_epochs(epochs)
    sources = ["--config", config, "--domain", "bot/domain", "--nlu", "data/nlu"]
    command = [BOT_PYTHON, "-m", "rasa", "train", "nlu", *sources, "--out", OUT, "--fixed-model-name", "stock"]
    started = time.monotonic()
    run("Training the stock pipeline", command, log="stock-train", env=QUIET)
    return OUT / "stock.tar.gz", time.monotonic() - started


def _with_epochs(epochs: int) -> Path:
    """The pipeline with another number of epochs."""
    config = OUT / "pipeline.yml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(re.sub(r"(?<=epochs: )\d+", str(epochs), PIPELINE.read_text("utf-8")), encoding="utf-8")
    return config


def score(name: str, model: Path, messages: Path) -> dict[str, float]:
    """The JSON line that bot.nlu_eval ends with. Raises StepError."""
    report = ROOT / "build" / f"nlu-report-{name}.md"
    command = [BOT_PYTHON, "-m", "bot.nlu_eval", "--model", model, "--report", report, messages]
    log = run(f"Scoring {name}", command, log=f"nlu-{name}", env=QUIET)
    lines = log.read_text(encoding="utf-8").splitlines()
    figures: dict[str, float] = json.loads(next(line for line in reversed(lines) if line.startswith('{"n"')))
    return figures


def main(arguments: list[str]) -> int:
    if len(arguments) not in {1, 2} or not all(number.isdecimal() and int(number) for number in arguments[1:]):
        return fail("Say which file, and epochs if not all: python3 -m tools.compare_nlu file.tsv [epochs]")
    epochs = next((int(number) for number in arguments[1:]), None)
    try:
        prepare("bot")
        ours = score("ours", train(), Path(arguments[0]))
        model, seconds = train_stock(epochs)
        stock = score("stock", model, Path(arguments[0]))
    except StepError as failure:
        return fail(str(failure))
    say(f"\n{'':12}{'stock':>10}{'ours':>10}")
    for figure in FIGURES:
        say(f"{figure:12}{stock[figure]:>10}{ours[figure]:>10}")
    say(f"The stock pipeline trained for {seconds:.0f} s; ours is {MODEL.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
