"""The examples in docs/calculators.md do what they say."""

from __future__ import annotations

import doctest

from tools.console import ROOT

PAGE = ROOT / "docs" / "calculators.md"


def test_every_example_of_the_page_prints_what_it_says() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, verbose=False)
    assert tried > 30
    assert failed == 0


def test_every_calculator_module_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    internal = {"annuity", "rates", "__init__"}  # the roots the others stand on
    modules = {path.stem for part in ("cost", "schedules") for path in (ROOT / "credit" / part).glob("*.py")}
    assert sorted(name for name in modules - internal if f"`{name}." not in text) == []
