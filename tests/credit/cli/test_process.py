"""The real thing: `python -m credit` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.credit.evidence.lender import Lender
from tools.console import ROOT

pytestmark = pytest.mark.long


def run(lender: Lender, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATA_DIR": str(lender.folder), "DATABASE_URL": lender.url, "PYTHONWARNINGS": "error"}
    env["PYTHONIOENCODING"] = "utf-8"
    return subprocess.run(
        [sys.executable, "-m", "credit", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_an_operator_reverses_seals_proves_and_verifies(sealed: Lender, tmp_path: Path) -> None:
    reversal = json.loads(run(sealed, "reverse", "loan:5", "--reason", "posted twice", "--yes", "--json").stdout)
    assert json.loads(run(sealed, "seal", "--json").stdout)["journals"] == 1
    proof = tmp_path / "proof.json"
    assert run(sealed, "prove", reversal["reversal"], "--out", str(proof)).returncode == 0
    assert json.loads(proof.read_text("utf-8"))["journal"]["reverses"] == reversal["journal"].replace("-", "")
    done = run(sealed, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Sound: 4 blocks with 11 journals, 33 postings.\n")


def test_refusals_and_wrong_usage_have_exit_codes_of_their_own(sealed: Lender) -> None:
    refused = run(sealed, "journal", "loan:none")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "There is no journal with the id or request id loan:none. (journal_not_found)\n"
    unasked = run(sealed, "reverse", "loan:1", "--reason", "posted twice", "--json")
    assert (unasked.returncode, unasked.stdout) == (1, "")
    assert json.loads(unasked.stderr.splitlines()[-1])["error"]["code"] == "not_confirmed"
    misused = run(sealed, "trial-balance", "--on", "someday")
    assert (misused.returncode, "Traceback" in misused.stderr) == (2, False)


def test_a_reader_that_leaves_early_is_no_error(sealed: Lender) -> None:
    command = f'"{sys.executable}" -m credit journal loan:1 --json | true'
    env = os.environ | {"DATA_DIR": str(sealed.folder), "DATABASE_URL": sealed.url}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
