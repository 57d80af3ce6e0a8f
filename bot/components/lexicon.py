"""The words the rules know. They live in bot/lexicon/*.yml; Python holds only the grammar around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "lexicon"


@cache
def lexicon(name: str) -> dict[str, Any]:
    """The word lists of bot/lexicon/<name>.yml, read once."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return content


def one_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first; Latin words only where no letter touches them."""
    return "(?:" + "|".join(_pattern(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _pattern(word: str) -> str:
    before = r"(?<![a-z])" if re.match("[a-z]", word) else ""
    after = r"(?![a-z])" if re.search("[a-z]$", word) else ""
    return before + re.escape(word) + after
