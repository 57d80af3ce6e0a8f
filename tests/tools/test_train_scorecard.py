"""Training is a function of the table: the same rows give the same file. Needs the environment that trains."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from credit.scoring.card import Scorecard
from tests.credit.scoring.test_score_table import OWN
from tools.console import ROOT
from tools.environments import SCORING_PYTHON

CUSTOMERS = 1_000

pytestmark = pytest.mark.skipif(
    not SCORING_PYTHON.exists(),
    reason="the environment that trains the scorecard is not made: python3 -m tools.environments scoring",
)


def made_up(path: Path) -> Path:
    """Customers of whom the late ones default more often."""
    dice = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as text:
        out = csv.writer(text)
        out.writerow(OWN.split(","))
        for number in range(1, CUSTOMERS + 1):
            limit = dice.choice((20_000, 50_000, 200_000))
            late = [dice.choice((-1, 0, 0, 0, 1, 2, 2)) for _ in range(6)]
            bills = [dice.randint(0, limit) for _ in range(6)]
            paid = [dice.randint(0, bill + 1_000) for bill in bills]
            chance = 0.08 + 0.07 * sum(month > 0 for month in late) + 0.2 * (late[0] == 2)
            row = [number, limit, dice.randint(1, 2), 1, 1, dice.randint(21, 70), *late, *bills, *paid]
            out.writerow([*row, int(dice.random() < chance)])
    return path


def trained(data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [SCORING_PYTHON, "-m", "tools.scorecard.train", data, "--out", out]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.mark.timeout(1_200)  # two whole trainings, a minute of one core
def test_training_twice_gives_the_same_file(tmp_path: Path) -> None:
    data = made_up(tmp_path / "table.csv")
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    for out in (first, second):
        run = trained(data, out)
        assert run.returncode == 0, run.stderr
    assert first.read_bytes() == second.read_bytes()
    card = Scorecard.load(first)
    assert json.loads(first.read_text(encoding="utf-8"))["training"]["customers"] == CUSTOMERS
    assert card.version.startswith("uci-")


def test_a_table_without_outcomes_trains_nothing(tmp_path: Path) -> None:
    data = tmp_path / "table.csv"
    data.write_text(OWN.rpartition(",")[0] + "\n" + ",".join(["1"] * 24) + "\n", encoding="utf-8")
    run = trained(data, tmp_path / "card.json")
    assert run.returncode == 1
    assert "the table has no column with the outcome" in run.stderr
    assert not (tmp_path / "card.json").exists()
