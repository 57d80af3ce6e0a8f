"""What a message says about the talk itself, by words of bot/lexicon/remarks.yml.

    remark   resume, suspend, why, refuse, cycle, more, again, restart, fragment, fragment_asked
    nth      "2" (第二个), "last", "2:way" (第二种办法): one of what was just listed
    effect   reduce_term or reduce_installment: what repaying early shall do
    source   where a repayment shall come from: balance, money_fund, debit_card, credit_card

None of them depends on the intent, which for such fragments is anybody's guess; the action that runs looks at them
first. A `fragment` is a message of nothing but values: the question before, asked anew with them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.components.board import Found
from bot.components.lexicon import lexicon, one_of
from bot.components.numbers import value

_words = lexicon("remarks")
_REMARKS = {name: re.compile(one_of(words)) for name, words in _words["remarks"].items()}
_ALONE = {name: re.compile(one_of(words)) for name, words in _words["alone"].items()}
_suspending = _words["suspending"]
_SUSPENDING = re.compile(
    f"{one_of(_suspending['leads'])}.{{0,{_suspending['longest_gap']}}}?"
    f"{one_of(_suspending['verbs'])}(?:{one_of(_suspending['ends'])}|$|[,。!~ ])"
)
_SOURCES = {word: name for name, words in _words["sources"].items() for word in words}
_SOURCE = re.compile(one_of(_SOURCES))

_EFFECTS = {word: name for name, words in _words["effects"].items() for word in words}
_EFFECT = re.compile(one_of(_EFFECTS))

_nth = _words["nth"]
_number = f"(?P<n>[1-9]|{one_of(_nth['numbers'])})"
_NTH = re.compile(
    f"{_nth['lead']}{_number}(?!{one_of(_nth['not_after'])})"
    f"(?:(?P<way>{one_of(_nth['ways'])})|{one_of(_nth['counters'])}(?!{one_of(_nth['not_after'])}))?"
    f"|(?P<last>{one_of(_nth['last'])})|(?P<first>{one_of(_nth['first'])})"
)

_PUNCTUATION = "[\\s,。!?~…;:、]"


def _only(fillers: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"(?:{one_of(fillers)}|{_PUNCTUATION})*")


_AROUND_NTH = _only(_words["nth_fillers"])
_AROUND_MORE = _only(_words["more_fillers"])
_AROUND_VALUES = _only(_words["fragment_fillers"])
_ASKS = re.compile(one_of(_words["fragment_asks"]))
_THAT_TERM = re.compile(
    f"{one_of(_words['that_term']['leads'])}(?P<term>[0-9]{{1,2}}|[{lexicon('time')['term_numbers']}]{{1,3}})"
    f"{one_of(_words['that_term']['units'])}(?:{one_of(_words['fragment_fillers'])}|{_PUNCTUATION})*"
)
VALUES = frozenset({"amount", "term", "method", "product", "period", "currency", "date"})


def find_remarks(text: str, found: list[Found]) -> list[Found]:
    """Remarks of a text in normal form, whose other entities were found before. Never raises."""
    remarks = [
        Found("remark", name, *match.span()) for name, words in _REMARKS.items() if (match := words.search(text))
    ]
    if (match := _SUSPENDING.search(text)) and not any(one.value == "suspend" for one in remarks):
        remarks.append(Found("remark", "suspend", *match.span()))
    remarks += [
        Found("remark", name, *match.span())
        for name, words in _ALONE.items()
        if (match := words.search(text)) and _AROUND_MORE.fullmatch(_without(text, [match.span()]))
    ]
    for entity, pattern, values in (("source", _SOURCE, _SOURCES), ("effect", _EFFECT, _EFFECTS)):
        if (match := pattern.search(text)) is not None:
            remarks.append(Found(entity, values[match[0]], *match.span()))
    remarks += _nth_of(text)
    remarks += _fragment(text, found)
    return remarks


def _nth_of(text: str) -> list[Found]:
    match = _NTH.search(text)
    if match is None or not _AROUND_NTH.fullmatch(_without(text, [match.span()])):
        return []
    if match["last"] or match["first"]:
        value = "last" if match["last"] else "1"
    else:
        value = _nth["numbers"].get(match["n"], match["n"]) + (":way" if match["way"] else "")
    return [Found("nth", value, *match.span())]


def _fragment(text: str, found: list[Found]) -> list[Found]:
    asked = _THAT_TERM.fullmatch(text)
    months = value(asked["term"]) if asked else None
    if asked and months and not any(one.entity == "term" for one in found):
        # 那12期 names a known term in a longer sentence; with nothing else said, it asks for another one.
        span = asked.span("term")
        return [Found("term", str(int(months)), *span), Found("remark", "fragment_asked", 0, len(text))]
    spans = [(one.start, one.end) for one in found if one.entity in VALUES]
    rest = _without(text, spans)
    if not spans or not _AROUND_VALUES.fullmatch(rest):
        return []
    return [Found("remark", "fragment_asked" if _ASKS.search(rest) else "fragment", 0, len(text))]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """What is left, each span become a blank so that no two pieces join into a word."""
    left = list(text)
    for start, end in spans:
        left[start:end] = " " * (end - start)
    return "".join(left)
