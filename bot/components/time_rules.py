"""Days, months and terms: what is one becomes an entity, and its digits can no longer be taken for money.

Values: `term` is a number of months ("12"). `date` is "2026-11-08", "11-08" (no year said), "08" (a day of a month)
or a word (`today`, `tomorrow` …). `period` is `this_month`, `last_month` …, or the number of a month ("11")."""

from __future__ import annotations

import re

from bot.components.board import Board, Found, last_said
from bot.components.lexicon import lexicon, one_of
from bot.components.numbers import DIGIT, NUMBER, SCALE, SCALE_WORD, value

_time, _money = lexicon("time"), lexicon("money")
_dates = _time["dates"]
# After "digit comma" three digits are the rest of 1,200; one or two are a number of their own: 5000,12期.
_small = f"(?:(?<![0-9.])(?:(?<![0-9],)[0-9]{{1,3}}|(?<=,)[0-9]{{1,2}})(?![0-9.])|[{_time['term_numbers']}]{{1,4}})"
_range = one_of(_money["ranges"])
_months, _years = one_of(_time["months"]), one_of(_time["years"])
_day, _month, _year = (
    f"(?!{one_of(_dates['day_not'])}){one_of(_dates['day'])}",
    re.escape(_dates["month"]),
    re.escape(_dates["year"]),
)
_month_not = one_of(_dates["month_not"])
_big = "".join(word for word, size in _money["scales"].items() if size >= 100)
_unit = one_of(_money["units"]["yuan"])

_RELATIVE = re.compile(one_of(_dates["relative"]))
_PERIODS = {word: name for name, words in _time["periods"].items() for word in words}
_PERIOD = re.compile(one_of(_PERIODS))
_FULL_DATE = re.compile(
    f"(?<![0-9])(?P<y>20[0-9]{{2}})(?:[-/.]|{_year})(?P<m>[0-9]{{1,2}})(?:[-/.]|{_month})"
    f"(?P<d>[0-9]{{1,2}}){_day}?(?![0-9])"
)
_MONTH_AND_DAY = re.compile(f"(?P<m>{_small}){_month}{_dates['month_suffix']}?(?P<d>{_small}){_day}")
_SLASHED = re.compile(r"(?<![0-9/])(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})(?![0-9/])")
_MONTH = re.compile(f"(?P<m>{_small}){_month}(?!{_month_not}){_dates['month_suffix']}?")
_DAY = re.compile(f"(?P<d>{_small}){_day}")
_YEAR_NAME = re.compile(f"(?<![0-9])(?:20)[0-9]{{2}}{_year}")
_WEEKDAY = re.compile(f"{one_of(_dates['weekday'])}[{_dates['weekday_numbers']}]")
_CLOCK = re.compile(
    f"(?<![0-9])[0-9]{{1,2}}:[0-9]{{2}}"
    f"|{_small}{one_of(_dates['clock'])}(?!{DIGIT}+(?:[{_big}]|{_unit}))(?:{_time['half']}|{_small})?"
)

_no_number = f"(?<![0-9.])(?<!{DIGIT})(?<!{SCALE_WORD})"
_verb_before = "".join(f"(?<!{re.escape(word)})" for word in _money["whole_verbs"])
_FESTIVAL = re.compile(
    f"{_no_number}{_verb_before}{one_of(_time['festivals'])}(?![0-9.]|{DIGIT}|{SCALE}|{_unit}|{_months}|{_years}|{_month}|{_day})"
)
_HOTLINE = re.compile(
    f"{one_of(_time['hotline_leads'])}.?"
    "(?:95[0-9]{3,4}|12[0-9]{3}|[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}|1[0-9]{2})"
    f"(?![0-9])(?!{_unit})"
)
_label_gap = f"{one_of(_time['label_gap'])}{{0,2}}"
_LABELLED = re.compile(f"{one_of(_time['number_labels'])}{_label_gap}(?:[0-9*]+|{DIGIT}+)(?![0-9])(?!{SCALE}|{_unit})")
_GROUPED = re.compile(
    r"(?<![0-9])(?:1[0-9]{2}[- ][0-9]{4}[- ][0-9]{4}|[0-9]{4}(?:[ -][0-9]{4}){2,4}(?:[ -][0-9]{1,3})?)(?![0-9])"
)
_MASKED = re.compile(r"[0-9]*\*+[0-9*]*[0-9]x?|[0-9]+\*+")
_RATE = re.compile(
    f"{one_of(_time['rate_parts'])}(?:{NUMBER})"
    f"|{one_of(_time['rate_labels'])}{_label_gap}{_time['rate_scale']}?(?:{NUMBER}){one_of(_time['rate_after'])}?"
    f"|(?:{NUMBER}){one_of(_time['rate_after'])}"
)

_TERM_RANGE = re.compile(f"{_small}(?:{_months}|{_years})?{_range}{_small} ?(?:{_months}|{_years})")
_TERM = re.compile(
    f"(?P<half>{one_of(_time['half_year'])})"
    f"|(?P<and_half>{_small}) ?{_time['year_and_half']}"
    f"|(?P<months>{_small}) ?{_months}"
    f"|(?P<years>{_small}) ?{_years}"
)
_split_blocked = "".join(f"(?<!{re.escape(word)})" for word in _time["split_not_after"])
_SPLIT = re.compile(
    f"{_split_blocked}{one_of(_time['split'])} ?(?P<months>{_small})"
    f"(?:{one_of(_time['split_after'])}|(?={one_of(_time['split_ends'])}|$))"
)
_NOT_BEFORE = re.compile(f"{one_of(_time['term_not']['before'])} ?$")
_OVER = re.compile(f"{one_of(_time['term_not']['over'])} ?$")
_NOT_AFTER = re.compile(one_of(_time["term_not"]["after"]))
_CORRECTED = re.compile(one_of(_money["correction"]))
_NEGATED = re.compile(f"{one_of(_money['negated'])}$")
_counter = f"(?!{one_of(_time['counters_not'])}){one_of(_time['counters'])}"
_COUNTED = re.compile(f"(?:(?:{NUMBER}){_range})?(?:{NUMBER}) ?{_counter}")


def find_times(board: Board) -> None:
    """Blank everything on the board that has to do with time; add `date`, `period` and `term`."""
    for match in board.each(_RELATIVE):
        board.add("date", _dates["relative"][match[0]], *match.span())
    for match in board.each(_PERIOD):
        board.add("period", _PERIODS[match[0]], *match.span())
        board.blank(*match.span())
    for pattern in (_FESTIVAL, _HOTLINE, _LABELLED, _GROUPED, _MASKED):
        board.blank_all(pattern)
    for pattern in (_FULL_DATE, _MONTH_AND_DAY, _SLASHED, _DAY):
        for match in board.each(pattern):
            _add_date(board, match)
    board.blank_all(_RATE)
    board.blank_all(_YEAR_NAME)
    _add_terms(board)
    for match in board.each(_MONTH):
        if (month := _number(match["m"])) and month <= 12:
            board.add("period", str(month), *match.span())
            board.blank(*match.span())
    for pattern in (_WEEKDAY, _CLOCK, _COUNTED):
        board.blank_all(pattern)


def _add_date(board: Board, match: re.Match[str]) -> None:
    groups = match.groupdict()
    day, month = _number(groups["d"]), _number(groups.get("m") or "1")
    if not (day and month and day <= 31 and month <= 12):
        return
    parts = [f"{day:02}"]
    if groups.get("m"):
        parts.insert(0, f"{month:02}")
    if groups.get("y"):
        parts.insert(0, groups["y"])
    board.add("date", "-".join(parts), *match.span())
    board.blank(*match.span())


def _stands_free(before: str) -> bool:
    return _OVER.search(before) is not None or not _NOT_BEFORE.search(before)


def _add_terms(board: Board) -> None:
    board.blank_all(_TERM_RANGE)
    terms: list[Found] = []
    for pattern in (_TERM, _SPLIT):
        for match in board.each(pattern):
            months = _term_months(match)
            wished = _stands_free(board.before(match.start())) and not _NOT_AFTER.match(board.after(match.end()))
            if months and wished:
                terms.append(Found("term", str(months), *match.span()))
            if months:
                board.blank(*match.span())
    terms.sort(key=lambda one: one.start)
    if len(terms) > 1:
        stated = [one for one in terms if not _NEGATED.search(board.before(one.start))]
        terms = last_said(stated or terms, board.text, _CORRECTED)
    for one in terms:
        board.add(one.entity, one.value, one.start, one.end)


def _term_months(match: re.Match[str]) -> int | None:
    groups = match.groupdict()
    if groups.get("half"):
        return 6
    if groups.get("and_half"):
        months = (_number(groups["and_half"]) or 0) * 12 + 6
    elif groups.get("years"):
        months = (_number(groups["years"]) or 0) * 12
    else:
        months = _number(groups["months"]) or 0
    return months if 0 < months <= _time["longest_term_months"] else None


def _number(text: str) -> int | None:
    number = value(text)
    return int(number) if number is not None and number.is_finite() else None
