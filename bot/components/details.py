"""What exactly a question is about, by words of bot/lexicon/details.yml: the entity `detail`, once for each name there.

An intent is as wide as its answer. Where one answer would leave the question open (will you come to my house?), the
action that gives it looks here for what to say first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.components.board import Found
from bot.components.lexicon import lexicon, one_of

DETAIL = "detail"


@dataclass(frozen=True)
class _Words:
    named: re.Pattern[str]
    beside: re.Pattern[str]

    @classmethod
    def of(cls, words: Sequence[str], beside: Sequence[str] = ("",)) -> _Words:
        return cls(re.compile(one_of(words)), re.compile(one_of(beside)))


_DETAILS = {name: _Words.of(**said) for name, said in lexicon("details").items()}


def find_details(text: str) -> list[Found]:
    """Details named in a text in normal form, in the order of the lexicon. Never raises."""
    return [
        Found(DETAIL, name, *match.span())
        for name, words in _DETAILS.items()
        if (match := words.named.search(text)) and words.beside.search(text)
    ]
