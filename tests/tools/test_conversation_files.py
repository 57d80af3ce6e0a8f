from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.conversations import load

GOOD = """
test_cases:
- test_case: asking for the limit
  customer: good
  steps:
  - user: 我的额度是多少
  - bot: 额度
  - card: {kind: limit}
"""


def test_cases_are_read_with_their_steps_in_order(tmp_path: Path) -> None:
    (tmp_path / "limit.yml").write_text(GOOD, encoding="utf-8")
    (case,) = load(tmp_path)
    assert str(case) == "limit: asking for the limit"
    assert [kind for kind, _value in case.steps] == ["user", "bot", "card"]


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [("bot:", "boot:", "a step is one of"), ("customer: good", "costumer: good", "exactly the keys")],
)
def test_a_misspelt_key_is_refused_with_its_place(tmp_path: Path, good: str, bad: str, problem: str) -> None:
    (tmp_path / "limit.yml").write_text(GOOD.replace(good, bad), encoding="utf-8")
    with pytest.raises(ValueError, match=f"limit.yml: asking for the limit: .*{problem}"):
        load(tmp_path)
