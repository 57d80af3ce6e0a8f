from __future__ import annotations

from pathlib import Path

import pytest

from tools.nlu_eval import MONEY_FLOWS, Message, Score, ranking, read


def scored(accepted: set[str], ranked: list[str]) -> Score:
    score = Score()
    score.add(Message("…", frozenset(accepted)), ranked)
    return score


def test_either_label_counts_as_exact() -> None:
    assert scored({"repay", "repay_method"}, ["repay_method", "repay"]) == Score(n=1, exact=1, top3=1)


def test_a_label_in_third_place_counts_among_the_three_only() -> None:
    assert scored({"fees"}, ["check_limit", "overdue", "fees", "greet"]) == Score(n=1, top3=1)


def test_asking_back_is_not_an_answer_even_when_the_first_candidate_is_right() -> None:
    assert scored({"borrow"}, ["nlu_fallback", "borrow", "repay"]) == Score(n=1, top3=1, fallback=1)


def test_a_money_flow_that_nobody_asked_for_is_counted() -> None:
    assert scored({"loan_terms"}, ["borrow", "loan_terms"]).money_false == 1


def test_one_money_flow_taken_for_another_is_counted_too() -> None:
    assert scored({"repay"}, ["borrow"]).money_false == 1


@pytest.mark.parametrize("flow", sorted(MONEY_FLOWS))
def test_a_money_flow_that_was_asked_for_is_not_counted(flow: str) -> None:
    assert scored({flow}, [flow]).money_false == 0


def test_a_money_flow_behind_a_fallback_does_not_start() -> None:
    assert scored({"greet"}, ["nlu_fallback", "borrow"]).money_false == 0


def test_a_message_without_any_intent_counts_as_nothing() -> None:
    assert scored({"greet"}, []) == Score(n=1)


def test_the_decision_stands_before_the_ranking() -> None:
    parsed = {"intent": {"name": "repay"}, "intent_ranking": [{"name": "borrow"}, {"name": "repay"}]}
    assert ranking(parsed) == ["repay", "borrow"]


def test_a_file_may_have_a_header_blank_lines_and_several_other_labels(tmp_path: Path) -> None:
    file = tmp_path / "eval.tsv"
    lines = ["intent\talso_accepted\ttext", "", "repay\trepay_method, min_repay\t怎么还款", "greet\t\t你好", ""]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert read(file) == [
        Message("怎么还款", frozenset({"repay", "repay_method", "min_repay"})),
        Message("你好", frozenset({"greet"})),
    ]


@pytest.mark.parametrize("line", ["greet\t你好", "\t\t你好", "greet\t\t"])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "eval.tsv"
    file.write_text(f"greet\t\t你好\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"eval\.tsv:2"):
        read(file)
