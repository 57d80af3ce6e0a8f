"""The figures of `bot.nlu_eval`, on readings whose outcome is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.nlu_eval import report
from bot.nlu_figures import Labelled, Reading, read, reading, started_flow, summary
from bot.nlu_report import long_report, most_confused


def parsed(*ranked: str, entities: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "intent": {"name": ranked[0]},
        "intent_ranking": [{"name": name} for name in ranked],
        "entities": [{"entity": name} for name in entities],
    }


def labelled(intent: str, *also: str) -> Labelled:
    return Labelled("…", intent, frozenset({intent, *also}))


def test_the_file_is_read_with_or_without_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text(
        "intent\talso_accepted\ttext\nrepay\t\t怎么还\nfees\tclose_product, repay\t要钱吗\n\n", encoding="utf-8"
    )
    assert read(file) == [
        Labelled("怎么还", "repay", frozenset({"repay"})),
        Labelled("要钱吗", "fees", frozenset({"fees", "close_product", "repay"})),
    ]


@pytest.mark.parametrize("line", ["repay", "repay\t怎么还", "\t\t怎么还", "repay\t\t"])
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text(f"repay\t\t好\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=":2: expected"):
        read(file)


def test_a_fallback_is_counted_and_looked_through() -> None:
    messages = [labelled("repay"), labelled("fees", "autopay"), labelled("borrow"), labelled("human")]
    readings = [
        reading(parsed("nlu_fallback", "repay", "fees"), 1.0),
        reading(parsed("autopay", "fees"), 1.0),
        reading(parsed("repay", "fees", "borrow"), 1.0),
        reading(parsed("repay", "fees", "borrow", "human"), 1.0),
    ]
    assert summary(messages, readings) == {"n": 4, "exact": 0.5, "top3": 0.75, "fallback": 0.25, "money_false": 0}
    assert any("borrow" in line and "repay 1" in line for line in most_confused(messages, readings))
    assert report(messages, 1.0, readings)[-1].startswith('{"n": 4')


@pytest.mark.parametrize(
    ("ranked", "entities", "flow"),
    [
        (("repay",), ("wish",), "repay"),
        (("repay",), ("amount",), None),
        (("check_bill", "repay"), ("wish", "amount"), None),
        (("nlu_fallback", "fees", "borrow"), ("wish", "term"), "borrow"),
        (("nlu_fallback", "fees", "borrow"), ("wish",), None),
        (("nlu_fallback", "fees", "refund", "human", "borrow"), ("wish", "term"), None),
    ],
)
def test_a_flow_starts_only_with_a_wish(ranked: tuple[str, ...], entities: tuple[str, ...], flow: str | None) -> None:
    got = reading(parsed(*ranked, entities=entities), 1.0)
    assert started_flow(got) == flow
    assert summary([labelled("complaint")], [got])["money_false"] == (flow is not None)
    assert summary([labelled("complaint", "repay", "borrow")], [got])["money_false"] == 0


def test_no_messages_are_no_figures() -> None:
    with pytest.raises(ValueError, match="no messages"):
        summary([], [])


def test_the_long_report_names_each_confusion_and_how_sure_it_was() -> None:
    messages = [labelled("repay"), labelled("repay"), labelled("fees", "autopay")]
    readings = [
        Reading("fees", ("fees", "repay"), False, False, 1.0, 0.95),
        Reading("repay", ("repay", "fees"), False, False, 1.0, 0.91),
        Reading("autopay", ("autopay", "fees"), False, False, 1.0, 0.31),
    ]
    lines = long_report(messages, readings).splitlines()
    assert "| repay | fees | 1 |" in lines
    assert "| repay | 2 | 0.50 | 1.00 | 0.67 |" in lines
    assert "| fees | 1 | 1.00 | 0.50 | 0.67 |" in lines
    assert any(line.startswith("| 0.9–1.0 | 2 | 0.50 |") for line in lines)
    assert "| 0.95 | repay | fees, repay | … |" in lines
