"""Reading a number as the choice it stands for in the list that was shown last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from channels.wording import Wording

BARE = re.compile(r"([0-9]{1,2})")
MARKED = re.compile("[(\uff08]?([0-9]{1,2})[.)\u3001\u3002\uff09,\uff0c]")
"""`1.`, `1、`, `(1)`, and what a circled number becomes when it is written out."""


class Numbers:
    """Takes 「1」, 「1.」, 「①」 and 「第一个」."""

    def __init__(self, wording: Wording) -> None:
        numerals = wording.say("utter_messaging_numerals").split()
        ten = numerals[-1]
        self._ordinals = {
            wording.say("utter_messaging_ordinal", number=name): nth
            for names in (
                numerals + [ten + unit for unit in numerals[:-1]],
                [str(number) for number in range(1, 100)],
            )
            for nth, name in enumerate(names, 1)
        }

    def chosen(self, text: str, labels: Sequence[str] | None) -> str | None:
        """The label that `text` picks; None when it is no number, too high, or may be meant as itself.

        「3」 under a list that holds 「3 期」 is meant in words: that is the assistant's to understand."""
        if not labels:
            return None
        number = self._read(text, labels)
        return labels[number - 1] if number is not None and 1 <= number <= len(labels) else None

    def _read(self, text: str, labels: Sequence[str]) -> int | None:
        typed = text.strip()
        plain = unicodedata.normalize("NFKC", typed).strip()
        if plain in self._ordinals:
            return self._ordinals[plain]
        marked = MARKED.fullmatch(plain)
        if marked:
            return int(marked[1])
        bare = BARE.fullmatch(plain)
        if bare is None:
            return None
        is_circled = unicodedata.category(typed[0]) == "No"
        if not is_circled and any(re.search(rf"(?<![0-9.,])0*{int(bare[1])}(?![0-9.,])", label) for label in labels):
            return None
        return int(bare[1])
