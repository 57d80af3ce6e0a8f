"""One way to write each message: half width, simplified, lower case, nothing invisible.

Customers write 「５０００」, 「花唄」, 「HUABEI」; rules and features see one form. Positions are kept, so that an
entity can still be shown in the words the customer wrote."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

# Format characters (zero width joiners, direction marks), controls, lone surrogates, accents piled on a letter.
INVISIBLE = {"Cc", "Cf", "Cs", "Mn", "Me"}
MINUS_SIGN = "\u2212"


@dataclass(frozen=True)
class NormalText:
    """A message in its normal form.

    `text` is what rules and features read; `origin[i]` is the place of `text[i]` in what the customer wrote."""

    text: str
    origin: tuple[int, ...]
    written: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the customer's own text. An empty span is a ValueError."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no such span: {start}:{end} of {len(self.text)}")
        return self.origin[start], self.origin[end - 1] + 1


def normalise(written: str) -> NormalText:
    """The normal form of any text a client can send, also an empty one or one with broken characters."""
    characters: list[str] = []
    origin: list[int] = []
    for place, character in _visible(written):
        if character == " " and (not characters or characters[-1] == " "):
            continue  # one blank between words, none at the beginning
        characters.append(character)
        origin.append(place)
    if characters and characters[-1] == " ":
        characters.pop()
        origin.pop()
    return NormalText(_simplified("".join(characters)), tuple(origin), written)


def _visible(written: str) -> Iterator[tuple[int, str]]:
    for place, character in enumerate(written):
        if character.isspace():
            yield place, " "
        elif character == MINUS_SIGN:
            yield place, "-"
        elif unicodedata.category(character) not in INVISIBLE:
            for normal in unicodedata.normalize("NFKC", character).lower():
                if unicodedata.category(normal) not in INVISIBLE:
                    yield place, " " if normal.isspace() else normal


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    converted: str = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    # A phrase that changes its length would move every position after it: go character by character.
    return "".join(one if len(one) == 1 else old for old, one in ((old, _converter().convert(old)) for old in text))
