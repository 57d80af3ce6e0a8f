"""Every intent, asked by every demo customer: a whole answer each time, and all of them in a file that people read.

The answers stand in `answers/<customer>.md`. When a wording or a figure was changed on purpose, write them anew and read
the difference:

    XINZHANG_WRITE_ANSWERS=1 .venv/bin/python -m pytest tests/conversations/every_intent"""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conversations.every_intent.telling import as_markdown, foreign_to, words_of
from tests.harness.accounts import Accounts
from tests.harness.processes import Json, Stack
from tests.test_structure import INTENTS
from tools.console import ROOT
from tools.environments import BOT_PYTHON
from tools.train import QUIET, train

pytestmark = pytest.mark.long

HERE = Path(__file__).parent
QUESTIONS: dict[str, list[str]] = yaml.safe_load((HERE / "questions.yml").read_text(encoding="utf-8"))
CUSTOMERS = [
    "good",
    "due_soon",
    "overdue",
    "frozen",
    "newcomer",
    "student",
    "refund_and_cut",
    "two_loans",
    "in_transit",
]
LONGEST = 400
PLACEHOLDER = re.compile(r"[{}]|\bNone\b|utter_|<[a-z_]+>")
WRITE = bool(os.environ.get("XINZHANG_WRITE_ANSWERS"))


@pytest.fixture(scope="module")
def answers(stack: Stack, accounts: Accounts, customer_ids: dict[str, str]) -> Any:
    """A customer's answers by question; asked once, each question in a conversation that remembers nothing."""

    @cache
    def ask_all(customer: str) -> dict[str, list[Json]]:
        customer_id = customer_ids[customer]
        found: dict[str, list[Json]] = {}
        for question in (question for questions in QUESTIONS.values() for question in questions):
            stack.restore()
            stack.forget(customer_id)
            found[question] = stack.say(stack.login(customer_id), question)
        assert accounts.problems_in_the_books() == []
        return found

    return ask_all


def test_every_intent_has_a_question() -> None:
    assert sorted(QUESTIONS) == sorted(INTENTS)


def test_each_question_is_understood_as_its_intent(tmp_path: Path) -> None:
    table = tmp_path / "questions.tsv"
    lines = [f"{intent}\t\t{question}" for intent, questions in QUESTIONS.items() for question in questions]
    table.write_text("\n".join(["intent\talso_accepted\ttext", *lines]) + "\n", encoding="utf-8")
    report = tmp_path / "report.md"
    command = [BOT_PYTHON, "-m", "bot.nlu_eval", "--model", train(), "--report", report, table]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT, env={**os.environ, **QUIET}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.strip().splitlines()[-1])["exact"] == 1.0, report.read_text(encoding="utf-8")


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_every_answer_is_whole_and_short_and_about_nobody_else(customer: str, answers: Any) -> None:
    foreign = foreign_to(customer)
    wrong = []
    for question, replies in answers(customer).items():
        said = words_of(replies)
        if not said.strip():
            wrong.append(f"{question}: no answer")
        wrong += [f"{question}: {found.group()!r} in {said}" for found in [PLACEHOLDER.search(said)] if found]
        wrong += [f"{question}: names {name}" for name in foreign if name in said]
        wrong += [f"{question}: {len(reply['text'])} characters" for reply in replies if len(reply["text"]) > LONGEST]
    assert wrong == []


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_the_answers_are_those_of_the_file(customer: str, answers: Any) -> None:
    file = HERE / "answers" / f"{customer}.md"
    told = as_markdown(customer, QUESTIONS, answers(customer))
    if WRITE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(told, encoding="utf-8")
    assert told == file.read_text(encoding="utf-8")
