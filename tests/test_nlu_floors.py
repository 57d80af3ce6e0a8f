"""Understanding does not get worse unnoticed: the trained model on the real questions, against floors just under what was
reached. The questions are not part of the repository; where they do not lie beside it, there is nothing to score.

The floors guard against a fall. How well questions do that nobody has read, see docs/decisions/0005-nlu-pipeline.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.console import ROOT
from tools.environments import BOT_PYTHON
from tools.train import QUIET, train

QUESTIONS = ROOT.parent / "shared" / "data" / "real_questions_dev.tsv"
EXACT, TOP3, MONEY_FALSE = 0.88, 0.975, 3
NEARLY_A_COPY = 0.8

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not QUESTIONS.exists(), reason="no labelled real questions beside the repository"),
]


def test_the_trained_model_keeps_its_figures(tmp_path: Path) -> None:
    command = [BOT_PYTHON, "-m", "bot.nlu_eval", "--model", train(), "--report", tmp_path / "report.md", QUESTIONS]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert figures["exact"] >= EXACT
    assert figures["top3"] >= TOP3
    assert figures["money_false"] <= MONEY_FALSE


def pairs(text: str) -> frozenset[str]:
    """Neighbouring characters; blanks and punctuation do not count."""
    bare = re.sub(r"[\W_]+", "", text)
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1)) or frozenset({bare})


def test_no_real_question_stands_nearly_unchanged_among_the_training_sentences() -> None:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()[1:]
    asked = [pairs(line.split("\t")[2]) for line in lines if len(line.split("\t")[2]) > 6]
    copies = []
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                mine = pairs(line.removeprefix("- "))
                if any(len(mine & one) >= NEARLY_A_COPY * len(mine | one) for one in asked):
                    copies.append(f"{file.name}: {line}")
    assert copies == []
