"""Cutting a text into pieces of so many bytes: at line ends, else between sentences, never inside a character."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

SENTENCE_ENDS = "\u3002\uff01\uff1f\uff1b\u2026"
CLAUSE_ENDS = "\uff0c\u3001\uff1a"
JOINER = "\u200d"
MARKS = frozenset({"Mn", "Mc", "Me"})
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAGS = range(0x1F1E6, 0x1F200)


def size(text: str) -> int:
    """In UTF-8 bytes."""
    return len(text.encode())


def cut(text: str, most: int) -> list[str]:
    """Pieces of at most `most` bytes, in order, without blank ends; nothing but blanks is left out.

    A single character of several code points that is larger than `most` is cut between them."""
    pieces: list[str] = []
    current = ""
    for unit in _units(text, most):
        if current and size((current + unit).rstrip()) > most:
            pieces.append(current)
            current = ""
        current += unit
    pieces.append(current)
    return [piece.strip() for piece in pieces if piece.strip()]


def _units(text: str, most: int) -> Iterator[str]:
    """What is kept together: lines, or where a line is too long its sentences, clauses, characters, code points."""
    ways = [_after(SENTENCE_ENDS), _after(CLAUSE_ENDS), characters, list]
    yield from _finer(text.splitlines(keepends=True), most, ways)


def _finer(units: list[str], most: int, ways: list[Callable[[str], list[str]]]) -> Iterator[str]:
    for unit in units:
        if size(unit.rstrip()) <= most or not ways:
            yield unit
        else:
            yield from _finer(ways[0](unit), most, ways[1:])


def _after(ends: str) -> Callable[[str], list[str]]:
    """Cuts behind each of these signs, and behind whatever mark or modifier sits on it."""

    def way(text: str) -> list[str]:
        units = [""]
        for character in characters(text):
            units[-1] += character
            if character[0] in ends:
                units.append("")
        return [unit for unit in units if unit]

    return way


def characters(text: str) -> list[str]:
    """What a reader takes for one character: with its marks, joined emoji, a flag of two letters."""
    found: list[str] = []
    for letter in text:
        if found and _belongs(letter, found[-1]):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _belongs(letter: str, before: str) -> bool:
    if letter == JOINER or before.endswith(JOINER) or ord(letter) in SKIN_TONES:
        return True
    if ord(letter) in FLAGS:
        return len(before) == 1 and ord(before) in FLAGS
    return unicodedata.category(letter) in MARKS
