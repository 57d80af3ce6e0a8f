"""What a customer typed, made safe before anything stores, logs or understands it."""

from __future__ import annotations

import re
import unicodedata

from credit.kernel.errors import CreditError, ErrorCode

SLASHES = "/\uff0f"
BLANKS = re.compile(r"\s+")
# Control, format (zero-width, direction overrides) and lone surrogates: invisible, so they can only mislead.
INVISIBLE = frozenset({"Cc", "Cf", "Cs"})

# Digits in one piece or in groups parted by one kind of separator. One kind only: in "2026-12-10 5000 12"
# the date is not the beginning of a card number.
DIGIT_RUN = re.compile(r"\d+(?:([ \u3000\u00a0\-\u2010-\u2015\uff0d.\u00b7])\d+(?:\1\d+)*)?[Xx\uff38\uff58]?")
DIGIT_GROUP = re.compile(r"\d+[Xx\uff38\uff58]?")
MOBILE_DIGITS = 11
CARD_DIGITS = 13
IDENTITY_DIGITS_BEFORE_X = 17


def clean(raw: str, *, most_characters: int) -> str:
    """The message as the assistant gets it: NFC, visible characters only, no leading slash, numbers masked.

    Raises CreditError: MESSAGE_EMPTY, MESSAGE_TOO_LONG(limit=)."""
    text = visible(raw).strip()
    # A leading slash is the dialogue engine's own command language; from a customer it is text.
    while text[:1] and text[0] in SLASHES:
        text = text[1:].lstrip()
    if not text:
        raise CreditError(ErrorCode.MESSAGE_EMPTY)
    if len(text) > most_characters:
        raise CreditError(ErrorCode.MESSAGE_TOO_LONG, f"{len(text)} characters", limit=most_characters)
    return mask(text)


def visible(raw: str) -> str:
    """NFC without control and zero-width characters; line ends and tabs become one blank, so that words stay apart."""
    spaced = re.sub(r"[\t\n\v\f\r\u2028\u2029]+", " ", raw)
    kept = "".join(letter for letter in spaced if unicodedata.category(letter) not in INVISIBLE)
    return unicodedata.normalize("NFC", kept)


def mask(text: str) -> str:
    """Star out card numbers, identity numbers and mobile numbers.

    No digit is left of them, not even the last four: the assistant would read those as an amount."""
    return DIGIT_RUN.sub(_mask_run, text)


def _mask_run(run: re.Match[str]) -> str:
    groups = DIGIT_GROUP.findall(run[0])
    if any(_is_personal(group) for group in groups):  # "5000 13812345678" keeps its amount
        return DIGIT_GROUP.sub(lambda group: _stars(group[0]) if _is_personal(group[0]) else group[0], run[0])
    return _stars(run[0]) if _is_personal(run[0]) else run[0]


def _is_personal(digits_and_separators: str) -> bool:
    digits = [unicodedata.digit(sign) for sign in digits_and_separators if sign.isdecimal()]
    if len(digits) >= CARD_DIGITS:  # longer than any card too: two numbers written in a row
        return True
    return len(digits) == MOBILE_DIGITS and digits[0] == 1 and digits[1] >= 3


def _stars(digits_and_separators: str) -> str:
    digits = sum(sign.isdecimal() for sign in digits_and_separators)
    # The X is an identity number's check digit; after any other number it is a letter of the next word.
    stars_x = digits == IDENTITY_DIGITS_BEFORE_X
    return "".join("*" if sign.isdecimal() or (stars_x and sign.isalpha()) else sign for sign in digits_and_separators)
