"""A message while its entities are being found: what a rule has explained is no longer there for the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern

BLANK = "\0"
"""Stands for an explained character. Text in normal form holds no control characters, so it matches nothing."""


@dataclass(frozen=True)
class Found:
    """An entity with its place in the normal text."""

    entity: str
    value: str
    start: int
    end: int


class Board:
    """The normal text, with explained characters blanked out; positions never change."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Found] = []

    def each(self, pattern: Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches from left to right in the text as it is now; blanking while iterating is allowed."""
        place = 0
        while match := pattern.search(self.text, place):
            yield match
            place = max(match.end(), match.start() + 1)

    def blank(self, start: int, end: int) -> None:
        self.text = self.text[:start] + BLANK * (end - start) + self.text[end:]

    def blank_all(self, pattern: Pattern[str]) -> None:
        for match in self.each(pattern):
            self.blank(*match.span())

    def add(self, entity: str, value: str, start: int, end: int) -> None:
        """Once for each entity and value: said twice is still one wish."""
        if not any((known.entity, known.value) == (entity, value) for known in self.found):
            self.found.append(Found(entity, value, start, end))

    def before(self, place: int) -> str:
        return self.text[:place]

    def after(self, place: int) -> str:
        return self.text[place:]


def last_said(found: list[Found], text: str, corrections: Pattern[str]) -> list[Found]:
    """Of several values of one entity, those that were not taken back: 「5000，不对，3000」 is 3000."""
    kept: list[Found] = []
    for one in found:
        if kept and corrections.search(text, kept[-1].end, one.start):
            kept.clear()
        kept.append(one)
    return kept
