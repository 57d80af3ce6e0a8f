"""The demo of the messaging apps: from stranger to stranger in every one, over the real processes."""

from __future__ import annotations

import subprocess

import pytest

from tools.console import ROOT
from tools.environments import PYTHON
from tools.messaging_demo import SHOWN

QUESTION = "我的额度是多少"

pytestmark = pytest.mark.long


@pytest.mark.timeout(900)
def test_a_conversation_goes_the_whole_way_through_every_app() -> None:
    command = [str(PYTHON), "-m", "tools.messaging_demo", "--question", QUESTION]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f"{len(SHOWN)} of {len(SHOWN)} channels went the whole way." in done.stdout
