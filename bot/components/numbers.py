"""Numbers as people write them: 5000, 5,000, 1.2万, 2w5, 三千五, 一千零五十. Exact, or not at all.

`NUMBER` finds the longest piece of text that may be one number; `value` reads it. What has two readings (两三千, 几百)
has no value."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

import cn2an

from bot.components.lexicon import lexicon

_words = lexicon("money")
DIGIT = f"[{_words['digits']}]"
SCALE_WORD = f"[{''.join(_words['scales'])}]"
SCALE = f"(?:{SCALE_WORD}|[{''.join(_words['letter_scales'])}](?![a-z]))"
_zero = f"[{''.join(_words['zero'])}]"
_point = _words["point"]
_half = _words["half"]
_big = f"[{''.join(word for word, size in _words['scales'].items() if size >= 100)}]"

ARABIC = r"(?:(?<![0-9.,])\d{1,3}(?:,\d{3})+(?![0-9])|(?<![0-9.])\d+)(?:\.\d+)?"
# One scale at a time: a repeat within a repeat would let 万万万… take for ever.
_GROUP = f"(?:{ARABIC}|{DIGIT}+)?{SCALE}"
_numerals = f"[0-9{_words['digits']}{''.join(_words['scales'])}{''.join(_words['letter_scales'])}{_point}.,]"
NUMBER = (
    f"(?:{ARABIC}e[+-]?\\d+"
    f"|{_half}{_big}"
    f"|[{_words['digits']}{''.join(_words['scales'])}]+{_point}{DIGIT}+{_big}*"
    f"|(?:{_GROUP})+(?:(?<=[^0-9])\\d+(?!\\.?\\d)|{DIGIT}+|{_half})?"
    f"|{ARABIC}"
    f"|{DIGIT}+)"
)

MOST_DIGITS = 40
TOO_LARGE = "too_large"
EXACT = Context(prec=4 * MOST_DIGITS)
"""The default context would round a long number to 28 digits."""

_exponent = re.compile(f"({ARABIC})e([+-]?\\d+)")
_arabic = re.compile(ARABIC)
_arabic_scaled = re.compile(f"({ARABIC})([{''.join(_words['scales'])}]+)")
_two_digits = re.compile(f"(?!{_zero}){DIGIT}(?!{_zero}){DIGIT}[{''.join(_words['scales'])}]")
_digits_only = re.compile(f"{DIGIT}+")
_starts_with_scale = re.compile(_big)
_wait_for_half = re.compile(f"(.+)({_big}){_half}")
_with_point = re.compile(f"(.+{_point}{DIGIT}+)({_big}*)")


LONG_RUN = re.compile(f"{_numerals}{{{MOST_DIGITS + 1},}}")
"""No rule may meet a run of numerals longer than this: matching would take its time cubed."""


def value(text: str) -> Decimal | None:
    """The number that `text` (matched by NUMBER, in normal form) stands for; None if that is not certain.

    Infinity means: a number, but longer than MOST_DIGITS digits. Never raises."""
    plain = text.replace(",", "")
    if exponent := _exponent.fullmatch(plain):
        return _power(Decimal(exponent[1]), exponent[2])
    if _arabic.fullmatch(plain):
        return _capped(plain)
    return _with_words(_plain_words(plain))


def _plain_words(text: str) -> str:
    """One character for each scale and for zero."""
    for letter, scale in _words["letter_scales"].items():
        text = text.replace(letter, scale)
    for zero in _words["zero"][1:]:
        text = text.replace(zero, _words["zero"][0])
    return text


def _with_words(plain: str) -> Decimal | None:
    if plain[0] == _half:
        return Decimal(_words["scales"][plain[1]]) / 2
    if _two_digits.search(plain) or _starts_with_scale.match(plain):
        return None
    if halved := _wait_for_half.fullmatch(plain):
        whole = _with_words(halved[1] + halved[2])
        return None if whole is None else EXACT.add(whole, Decimal(_words["scales"][halved[2]]) / 2)
    if scaled := _arabic_scaled.fullmatch(plain):
        return _scaled(_capped(scaled[1]), scaled[2])
    if pointed := _with_point.fullmatch(plain):
        return _scaled(_read(pointed[1]), pointed[2])
    if _digits_only.fullmatch(plain) and len(plain) == 2:
        return None  # 七八, 三五: an estimate
    return _read(plain)


def canonical(number: Decimal) -> str:
    """A decimal string without needless zeros ("5000", "3500.5"), or `too_large`."""
    if not number.is_finite():
        return TOO_LARGE
    written = format(number, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written in {"", "-0"} else written


def _read(text: str) -> Decimal | None:
    if len(text) > MOST_DIGITS:
        return None
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, InvalidOperation, KeyError, IndexError):
        return None


def _capped(digits: str) -> Decimal:
    whole = digits.partition(".")[0].lstrip("0")
    return Decimal("Infinity") if len(whole) > MOST_DIGITS else Decimal(digits)


def _power(number: Decimal, exponent: str) -> Decimal:
    # The length is looked at first: 1e999999999 must not be worked out.
    if number == 0:
        return Decimal(0)
    if len(exponent) > 4 or number.adjusted() + int(exponent) >= MOST_DIGITS:
        return Decimal(0) if exponent.startswith("-") else Decimal("Infinity")
    if int(exponent) < -MOST_DIGITS:
        return Decimal(0)
    return number.scaleb(int(exponent), EXACT)


def _scaled(number: Decimal | None, scales: str) -> Decimal | None:
    for scale in scales:
        number = None if number is None else EXACT.multiply(number, Decimal(_words["scales"][scale]))
    return number
