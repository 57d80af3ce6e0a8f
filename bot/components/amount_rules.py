"""Amounts of money. A wrong amount is worse than none: what has two readings, is an estimate or counts something
else is left out, and the dialogue asks.

Values: a canonical decimal string of yuan ("5000", "20.5", "-500"), `too_large`, or `all`, `minimum`, `half`, `rest`.
A figure that was said to be near the one that is meant is `about`: no amount, but what to ask back with.
Call after the rules of time have blanked days, terms and labels."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.components.board import BLANK, Board, Found, last_said
from bot.components.lexicon import lexicon, one_of
from bot.components.numbers import DIGIT, EXACT, LONG_RUN, NUMBER, SCALE, TOO_LARGE, canonical, value

_money, _time = lexicon("money"), lexicon("time")
_units, _about = _money["units"], _money["approximate"]
_CURRENCIES = {word: code for code, words in _money["currencies"].items() for word in words}
_yuan, _jiao, _fen = (one_of(_units[name]) for name in ("yuan", "jiao", "fen"))
_foreign = one_of(_CURRENCIES)
_unit = f"(?:{_foreign}|{_yuan})"
_zero = f"[{''.join(_money['zero'])}]"
_one = f"(?:[0-9]|{DIGIT})"
_scales = "".join(_money["scales"])
# After 块 a lone digit is 角, unless it begins something else: 500块一个月 has lost its term by now, 20块5000 has not.
_alone = f"(?![0-9.,]|{DIGIT}|{SCALE}|{_time['months'][-1]}|[a-z%])"

_AMOUNT = re.compile(
    f"(?P<sign>{_money['negative'][0]}|(?<![0-9a-z])-)?\\s?"
    f"(?P<prefix>{one_of(_money['yuan_prefixes'])}|{_foreign})?\\s?"
    f"(?P<inner>-)?(?P<number>{NUMBER})"
    f"(?:\\s?(?P<unit>{_unit})"
    f"(?:{_zero}?(?P<jiao>{_one})(?:{_jiao}(?:(?P<fen>{_one}){_fen}?{_alone})?|{_alone}))?"
    f"(?:{_zero}(?P<only_fen>{_one}){_fen}{_alone})?)?"
    f"(?P<ending>{one_of(_units['ending'])})?"
)
_SMALL_CHANGE = re.compile(
    f"(?P<jiao>{NUMBER}){_jiao}(?:(?P<fen>{_one}){_fen}?{_alone})?|(?P<only_fen>{NUMBER}){one_of(_units['fen'][:1])}"
)

_size = f"(?:{NUMBER})\\s?{_unit}?"
_gap = one_of(_about["before_gap"])
_not_cut = "".join(f"(?<!{re.escape(word)})" for word in _about["before_blocked"])
_INEXACT = [
    re.compile(pattern)
    for pattern in (
        f"(?:{NUMBER})?[{''.join(_about['inside'])}]{SCALE}+{_unit}?",
        f"{_size}(?:\\s?{one_of(_money['ranges'])}\\s?{_size})+",
        f"{_not_cut}{one_of(_about['before'])}{_gap}{{0,3}}\\s?{_size}",
        f"{_size}\\s?(?!{one_of(_about['after_blocked'])}){one_of(_about['after'])}",
        f"(?:{NUMBER}){_about['after_some']}{one_of(_about['after_some_units'])}",
    )
]
_NEAR = [
    re.compile(pattern)
    for pattern in (
        f"{_not_cut}{one_of(_about['near_before'])}{_gap}{{0,3}}\\s?(?P<number>{NUMBER})",
        f"(?P<number>{NUMBER})\\s?{_unit}?\\s?{one_of(_about['near_after'])}",
    )
]
_LEAD = re.compile(f"{one_of(_money['leads'])}\\s?$")
_CORRECTED = re.compile(one_of(_money["correction"]))
_NEGATED = re.compile(f"{one_of(_money['negated'])}\\s?$")
_MONTH_AND_DAY = re.compile(r"(?:[1-9]|1[0-2])\.(?:0?[1-9]|[12]\d|3[01])")
_ARABIC_SIZE = re.compile(r"[0-9.,]+(?:e[+-]?\d+)?")
_TOUCHING = re.compile(r"[a-z*%:/.@#_]")
_ENDS = re.compile(r"$|[\s,。!?;、~…]")
_SCORE = re.compile(f"{re.escape(_units['fen'][-1])}(?!{one_of(_time['split_words'])}|[0-9\\s{BLANK}])")
_TORN_BEFORE, _TORN_AFTER = re.compile(r"[0-9]\s$"), re.compile(r"\s[0-9]")
_FACT = re.compile(f"{one_of(_money['stated_facts'])}\\s?$")
_LONGEST_LABEL = range(11, 20)
"""This many digits without a unit are a phone, a card or an identity number."""

_wrapping = f"(?:{one_of(_money['bare_wrap'])}|[\\s,。!?.~…])"
_WRAP_BEFORE, _WRAP_AFTER = re.compile(f"{_wrapping}(?=.)"), re.compile(f"{_wrapping}$")


def find_endless_numbers(board: Board) -> None:
    """Take out runs of numerals that no rule could read in good time; digits among them are an amount `too_large`."""
    for match in board.each(LONG_RUN):
        if match[0].isdigit():
            board.add("amount", TOO_LARGE, *match.span())
        board.blank(*match.span())


def find_amounts(board: Board) -> None:
    """Add `amount` and `currency` to the board."""
    if (bare := _AMOUNT.fullmatch(board.text, *_unwrapped(board.text))) and _add_bare(board, bare):
        return
    _add_about(board)
    for pattern in _INEXACT:
        board.blank_all(pattern)
    amounts = _exact_amounts(board)
    if len(amounts) > 1:
        stated = [one for one in amounts if not _NEGATED.search(board.before(one.start))]
        stated = [one for one in stated if not _FACT.search(board.before(one.start))] or stated
        amounts = last_said(stated or amounts, board.text, _CORRECTED)
    for one in amounts:
        board.add(one.entity, one.value, one.start, one.end)
        board.blank(one.start, one.end)


def _add_about(board: Board) -> None:
    """Of several such figures nobody knows which is meant."""
    near = [match for pattern in _NEAR for match in board.each(pattern)]
    numbers = {number for match in near if (number := value(match["number"])) is not None}
    if len(numbers) == 1:
        board.add("about", canonical(numbers.pop()), *near[0].span())


def _unwrapped(text: str) -> tuple[int, int]:
    """Where the core of a short answer stands: 「那就12吧」 is 12. Word by word, since a repeat of words that contain
    each other could be tried in too many ways."""
    start, end = 0, len(text)
    while match := _WRAP_BEFORE.match(text, start, end):
        start = match.end()
    while match := _WRAP_AFTER.search(text, start, end):
        end = match.start()
    return start, end


def _add_bare(board: Board, match: re.Match[str]) -> bool:
    """A message that is only a number: it answers whatever was asked, so 「12」 is an amount and a term as well."""
    number = _read(match)
    if number is None or _is_label(match):
        return False
    start, end = match.span()
    board.add("amount", _written(match, number), start, end)
    _add_currency(board, match)
    plain = not any(match[name] for name in ("prefix", "unit", "ending", "sign", "inner"))
    if plain and number in _time["bare_terms"]:
        board.add("term", canonical(number), start, end)
    board.blank(start, end)
    return True


def _exact_amounts(board: Board) -> list[Found]:
    amounts: list[Found] = []
    for match in board.each(_AMOUNT):
        number = _read(match)
        if number is None or not (match["unit"] or match["prefix"] or _stands_for_money(board, match, number)):
            continue
        if _is_together(board, match) or _is_torn(board, match):
            continue
        amounts.append(Found("amount", _written(match, number), *match.span()))
        _add_currency(board, match)
    for match in board.each(_SMALL_CHANGE):
        if not any(one.start <= match.start() < one.end for one in amounts):
            amounts += _small_change(match)
    return sorted(amounts, key=lambda one: one.start)


def _read(match: re.Match[str]) -> Decimal | None:
    number = value(match["number"])
    if number is None:
        return None
    jiao, fen = match["jiao"], match["fen"] or match["only_fen"]
    parts = [(jiao, Decimal("0.1")), (fen, Decimal("0.01"))]
    for part, size in parts:
        if part:
            number = EXACT.add(number, (value(part) or Decimal(0)) * size)
    return number


def _small_change(match: re.Match[str]) -> list[Found]:
    jiao = value(match["jiao"]) if match["jiao"] else Decimal(0)
    fen = value(match["fen"] or match["only_fen"]) if match["fen"] or match["only_fen"] else Decimal(0)
    if jiao is None or fen is None:
        return []
    return [Found("amount", canonical(jiao / 10 + fen / 100), *match.span())]


def _stands_for_money(board: Board, match: re.Match[str], number: Decimal) -> bool:
    """Without a unit: does this number mean money, rather than a model, a score or a word that holds a numeral?"""
    if _is_label(match) and not _LEAD.search(board.before(match.start())):
        return False
    before, after = board.before(match.start())[-1:], board.after(match.end())[:1]
    if _TOUCHING.match(before) or _TOUCHING.match(after) or _SCORE.match(board.after(match.end())):
        return False
    led = bool(_LEAD.search(board.before(match.start())))
    written = match["number"]
    if _ARABIC_SIZE.fullmatch(written):
        if written.startswith("0") and not written.startswith("0.") and written != "0":
            return False
        if _MONTH_AND_DAY.fullmatch(written):
            return False
        return led or number >= 100
    if number >= 100:
        return not DIGIT_RUN.fullmatch(written) or led
    return led and len(written) > 1


DIGIT_RUN = re.compile(f"{DIGIT}+")


def _is_label(match: re.Match[str]) -> bool:
    number = match["number"]
    return number.isdigit() and len(number) in _LONGEST_LABEL and not match["unit"] and not match["prefix"]


def _is_together(board: Board, match: re.Match[str]) -> bool:
    """一块还 is "repay together", not one yuan."""
    return match[0].strip() == _money["together"] and not _ENDS.match(board.after(match.end()))


def _is_torn(board: Board, match: re.Match[str]) -> bool:
    """2 0 0 0 or 5 000元: a piece of a number that blanks have torn apart."""
    torn_after = not match["unit"] and _TORN_AFTER.match(board.after(match.end()))
    return bool(torn_after or _TORN_BEFORE.search(board.before(match.start("number"))))


def _written(match: re.Match[str], number: Decimal) -> str:
    # A negative amount is passed on as such: the form must be able to refuse it by name.
    return canonical(number.copy_negate() if match["sign"] or match["inner"] else number)


def _add_currency(board: Board, match: re.Match[str]) -> None:
    for name in ("prefix", "unit"):
        if code := _CURRENCIES.get(match[name] or ""):
            board.add("currency", code, *match.span(name))


_NAMED_ALONE = [word for word in _CURRENCIES if word not in _money["currency_needs_number"]]
_CURRENCY = re.compile(one_of(_NAMED_ALONE))


def find_currencies(board: Board) -> None:
    """A foreign currency that is named without a number (能借美元吗)."""
    for match in board.each(_CURRENCY):
        board.add("currency", _CURRENCIES[match[0]], *match.span())


_WHOLE = {word: name for name, words in _money["whole"].items() for word in words}
_word = f"(?P<word>{one_of(_WHOLE)})"
_verb, _filler = one_of(_money["whole_verbs"]), one_of(_money["whole_fillers"])
_WHOLE_WITH_VERB = [re.compile(f"{_verb}{_filler}{{0,3}}{_word}"), re.compile(f"{_word}{_filler}{{0,3}}{_verb}")]
_WHOLE_ALONE = re.compile(f"{_filler}?{_word}{_filler}?")
_WHOLE_WORD = re.compile(_word)
_NOT_WISHED = re.compile(one_of(_money["whole_alone_not_before"]))
_ORDER = ("all", "rest", "half", "minimum")


def find_whole_amounts(board: Board) -> None:
    """`all`, `rest`, `half` or `minimum`, at most one, and only where no number was said."""
    if any(one.entity == "amount" for one in board.found):
        return
    candidates = _whole_candidates(board)
    for name in _ORDER:
        for start, end, word in candidates:
            if _WHOLE[word] == name:
                board.add("amount", name, start, end)
                return


def _whole_candidates(board: Board) -> list[tuple[int, int, str]]:
    if alone := _WHOLE_ALONE.fullmatch(board.text, *_unwrapped(board.text)):
        return [(*alone.span("word"), alone["word"])]
    matches = [match for pattern in _WHOLE_WITH_VERB for match in board.each(pattern)]
    for match in board.each(_WHOLE_WORD):
        if match["word"] in _money["whole_alone"]:
            if not _NOT_WISHED.match(board.after(match.end())):
                matches.append(match)
        elif match["word"] not in _money["whole_needs_verb"]:
            matches.append(match)
    return [
        (*match.span("word"), match["word"])
        for match in matches
        if match["word"] not in _money["whole_alone"] or not _NOT_WISHED.match(board.after(match.end("word")))
        if not _NEGATED.search(board.before(match.start()))
    ]
