"""The page must have a word for every code that a card can hold."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from credit.cards import card_schema
from tools.console import ROOT

SOURCE = ROOT / "widget" / "src"
LANGUAGES = sorted((SOURCE / "strings").glob("*.json"))
NOT_SHOWN = {"paylater", "cashloan", "loan", "installment_plan"}
"""Products and loans bring their own names; the kinds of loan are keys of a sentence."""


def codes(schema: Any) -> set[str]:
    """Every enumerated code anywhere in the cards' schema."""
    if isinstance(schema, dict):
        own = {value for value in schema.get("enum", []) if isinstance(value, str)}
        return own.union(*(codes(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(codes(value) for value in schema))
    return set()


def labels(content: Any) -> set[str]:
    """Every key that has a word, at any depth."""
    if not isinstance(content, dict):
        return set()
    own = {key for key, value in content.items() if isinstance(value, str)}
    return own.union(*(labels(value) for value in content.values()))


def shape(content: Any) -> Any:
    """The keys alone, and of a sentence its placeholders."""
    if isinstance(content, dict):
        return {key: shape(value) for key, value in content.items()}
    if isinstance(content, list):
        return [shape(value) for value in content]
    return sorted(re.findall(r"\{\w+\}", content))


def test_every_code_of_the_cards_has_a_word() -> None:
    worded = labels(json.loads((SOURCE / "strings" / "zh-CN.json").read_text("utf-8")))
    assert codes(card_schema()) - NOT_SHOWN - {"CNY"} - worded == set()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda path: path.stem)
def test_every_language_has_the_same_words_with_the_same_facts(language: Any) -> None:
    chinese = json.loads((SOURCE / "strings" / "zh-CN.json").read_text("utf-8"))
    assert shape(json.loads(language.read_text("utf-8"))) == shape(chinese)
