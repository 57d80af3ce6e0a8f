"""What a message says about the talk itself, by words of bot/lexicon/remarks.yml.

    remark   resume, suspend, why, refuse, cycle, more, again, restart, fragment, fragment_asked
    nth      "2" (第二个), "last", "2:way" (第二种办法): one of what was just listed
    effect   reduce_term or reduce_installment: what repaying early shall do
    source   where a repayment shall come from: balance, money_fund, debit_card, credit_card
    one      one of several loans: "12000" (12000那笔), month:8 (8月那笔), other, this, cheap, dear, larger, smaller,
             earlier, later
    shift    more or less: the figure comes on top of the one on the table, or off it

Bare questions are remarks as well: asks_why, asks_when, asks_done, asks_items, asks_each, asks_person, biggest,
too_dear, claims_paid, calls_off; a longer message that holds the words says_why or says_when. one_alone, one_asked and
pay_off tell what is said of a loan.

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
_THAT = _words["that_term"]
_THAT_TERM = re.compile(
    f"{one_of(_words['that_term']['leads'])}?(?P<term>[0-9]{{1,2}}|[{lexicon('time')['term_numbers']}]{{1,3}})"
    f"{one_of(_words['that_term']['units'])}(?:{one_of(_words['fragment_fillers'])}|{_PUNCTUATION})*"
)
_BARE = {name: (re.compile(one_of(said["words"])), _only(said["fillers"])) for name, said in _words["bare"].items()}
_LOOSE = {"asks_why": "says_why", "asks_when": "says_when"}
"""What the same words are in a longer message, which may have a meaning of its own."""

_one = _words["one"]
_ONES = {word: name for name, words in _one["by"].items() for word in words}
_piece, _points, _a_piece = one_of(_one["counters"]), _one["points"], _one["one"] + _one["piece"]
_ONE_OF_SIZE_AFTER = re.compile(f"{one_of(_one['amount_after'])}?(?:[{_points}]{_piece}|{_a_piece})")
_ONE_OF_SIZE_BEFORE = re.compile(f"[{_points}]{_piece}$")
_ONE = re.compile(
    f"(?P<other>{one_of(_one['other'])}{_one['of']}?[{_points}]?{_piece})"
    f"|(?P<by>{one_of(_ONES)}){_one['link']}(?:[{_points}]{_piece}|{_a_piece})"
    f"|(?P<this>{one_of(_one['this'])}{_one['one']}?{_one['piece']})"
)
_ONE_OF_MONTH = re.compile(
    f"(?<![0-9])(?P<month>1[0-2]|[1-9]|[{lexicon('time')['term_numbers']}]{{1,2}}){_one['month']}{one_of(_one['month_after'])}?"
    f"(?:[0-9]{{1,2}}{one_of(_one['day_after'])})?{one_of(_one['lent'])}?[{_points}]{_piece}(?!{one_of(_one['month_not_before'])})"
)
_AROUND_ONE = _only(_one["fillers"])
_PAY_OFF = re.compile(one_of(_words["pay_off"]["words"]))
_NO_PAY_OFF = re.compile(one_of(_words["pay_off"]["not"]))

_shift = _words["shift"]
_SHIFTS = {word: name for name in ("more", "less") for word in _shift[name]}
_SHIFT = re.compile(
    f"(?<![{''.join(_shift['not_before'])}])(?P<word>{one_of(_SHIFTS)})"
    f"{one_of(_shift['verbs'])}?{one_of(_shift['after'])}?$"
)
_SHIFT_NEEDS_VERB = _shift["needs_verb"]
MONTHS = 12
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
    remarks += _bare(text)
    remarks += _one_of_several(text, found)
    remarks += _shifted(text, found)
    return remarks


def _bare(text: str) -> list[Found]:
    """Questions with nothing in them but the asking: they go to what was said last."""
    remarks = []
    short = sum(letter.isalnum() for letter in text) <= _words["longest_loose"]
    for name, (words, around) in _BARE.items():
        match = words.search(text)
        if match is None:
            continue
        if around.fullmatch(_without(text, [match.span()])):
            remarks.append(Found("remark", name, *match.span()))
        elif short and name in _LOOSE:
            remarks.append(Found("remark", _LOOSE[name], *match.span()))
    return remarks


def _one_of_several(text: str, found: list[Found]) -> list[Found]:
    remarks = []
    one = _sized_one(text, found) or _pointed_one(text)
    if one is not None:
        remarks.append(one)
        if _AROUND_ONE.fullmatch(_without(text, [(one.start, one.end)])):
            remarks.append(Found("remark", "one_alone", one.start, one.end))
        if _ASKS.search(text):
            remarks.append(Found("remark", "one_asked", one.start, one.end))
    if (match := _PAY_OFF.search(text)) and not _NO_PAY_OFF.search(text):
        remarks.append(Found("remark", "pay_off", *match.span()))
    return remarks


def _sized_one(text: str, found: list[Found]) -> Found | None:
    for amount in found:
        if amount.entity != "amount" or amount.value.isalpha():
            continue
        if match := _ONE_OF_SIZE_AFTER.match(text, amount.end):
            return Found("one", amount.value, amount.start, match.end())
        if match := _ONE_OF_SIZE_BEFORE.search(text[: amount.start]):
            return Found("one", amount.value, match.start(), amount.end)
    return None


def _pointed_one(text: str) -> Found | None:
    if (match := _ONE_OF_MONTH.search(text)) and (month := value(match["month"])) and month <= MONTHS:
        return Found("one", f"month:{int(month)}", *match.span())
    match = _ONE.search(text)
    if match is None:
        return None
    which = "other" if match["other"] else "this" if match["this"] else _ONES[match["by"]]
    return Found("one", which, *match.span())


def _shifted(text: str, found: list[Found]) -> list[Found]:
    """Right before the figure: with 点 or 到 between, it is a figure of its own (多借点,8000; 加到8000)."""
    for amount in found:
        if amount.entity != "amount" or amount.value.isalpha():
            continue
        match = _SHIFT.search(text[: amount.start])
        if match and not (match["word"] == _SHIFT_NEEDS_VERB and match[0] == match["word"]):
            return [Found("shift", _SHIFTS[match["word"]], match.start("word"), match.end("word"))]
    return []


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
    if asked and months and all(one.entity == "term" for one in found):
        # 那12期 names a known term in a longer sentence, and 3期就 looks like a condition; with nothing else said, both
        # mean another term.
        orders = not _ASKS.search(text) and (text[0] != _THAT["asks"] or text.startswith(_THAT["orders"]))
        remark = Found("remark", "fragment" if orders else "fragment_asked", 0, len(text))
        return [remark] if found else [Found("term", str(int(months)), *asked.span("term")), remark]
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
