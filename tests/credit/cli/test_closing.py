"""Closing days from the command line."""

from __future__ import annotations

from datetime import timedelta

from tests.credit.cli.conftest import Terminal
from tests.ledger_proof.databases import TODAY


def test_days_are_closed_and_named(terminal: Terminal) -> None:
    until = TODAY + timedelta(days=2)
    done = terminal.json("close", "--until", until, "--workers", 2)
    assert done == {"opened": [str(TODAY + timedelta(days=1)), str(until)], "business_date": str(until)}
    said = terminal.read("close", "--until", until + timedelta(days=1))
    assert said == f"Closed 1 day; the ledger is at {until + timedelta(days=1)}.\n"


def test_a_day_that_is_not_ahead_is_refused(terminal: Terminal) -> None:
    code, _ = terminal.refused("close", "--until", TODAY)
    assert code == "closing_wrong_day"
    assert "is not a day" in terminal.misused("close", "--until", "tomorrow")
