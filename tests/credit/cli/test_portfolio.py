"""Figures, the report and the batch from the command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.credit.cli.conftest import Terminal
from tests.ledger_proof.databases import TODAY

SHOWN = {
    "buckets": "Buckets on",
    "rolls": "Roll rates of principal",
    "vintages": "Vintages, ever 30 days late",
    "scores": "Distribution of scores: nothing yet.",
    "stability": "nobody has a score yet.",
    "performance": "not enough outcomes",
    "funnel": "Decisions: nobody has asked yet.",
    "alerts": "Alerts: no rule has seen anything.",
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_figure_is_a_table_and_json(terminal: Terminal, name: str) -> None:
    assert SHOWN[name] in terminal.read("portfolio", name, "--months", 2)
    found = terminal.json("portfolio", name, "--months", 2)
    assert found["day"] == str(TODAY - timedelta(days=1))
    assert "figures" in found


def test_amounts_in_json_are_minor_units(terminal: Terminal) -> None:
    ends = terminal.json("portfolio", "buckets")["figures"]
    assert {type(minor) for end in ends for minor in end["principal_minor"]} == {int}


def test_the_report_is_one_page_that_needs_nothing_else(terminal: Terminal, tmp_path: Path) -> None:
    page = tmp_path / "made" / "portfolio.html"
    said = terminal.read("report", "--html", page, "--months", 3)
    assert said == f"The portfolio on {TODAY - timedelta(days=1)} is in {page}.\n"
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    for outside in ("<script", "http:", "https:", "src=", "@import", "url("):
        assert outside not in text
    for title in ("Buckets", "Roll rates", "Vintages", "Stability", "Performance of the model", "Early warnings"):
        assert f"<h2>{title}</h2>" in text


def test_a_book_without_lines_has_nobody_to_score(terminal: Terminal) -> None:
    said = terminal.json("rescore", "--workers", 1)
    assert (said["customers"], said["thin"]) == (0, 0)
    assert terminal.read("rescore", "--workers", 1).startswith("Scored 0 customers by ")
