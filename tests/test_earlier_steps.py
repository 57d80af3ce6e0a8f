"""`make test` runs other checks before pytest; what failed there must show in pytest's last line."""

from __future__ import annotations

import os

from tools.check import FAILED_STEPS


def test_every_check_before_this_run_passed() -> None:
    assert os.environ.get(FAILED_STEPS, "").split("\n") == [""], "see the output of these steps above"
