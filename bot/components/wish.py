"""Does the customer ask to have it done? Only then may a flow that ends in an offer begin.

「借呗怎么借」, 「我借了5000」 and 「我要借5000」 are one intent, borrow; the first is to be explained, the second is a
report, the third is a wish. A wish that is missed costs one more tap; one that is invented starts a form nobody wanted.
So every doubt counts against it."""

from __future__ import annotations

import re

from bot.components.board import Found
from bot.components.lexicon import lexicon, one_of

_words = lexicon("wishes")
_verb = f"(?!{one_of(_words['not_verbs'])}){one_of(_words['verbs'])}"
_aspect = one_of(_words["aspects"])
_THING = "\1"
"""Stands for a product, an amount or a term in the pattern of a short order."""

_QUESTION = re.compile(one_of(_words["questions"]))
_SOFT_QUESTION = re.compile(one_of(_words["soft_questions"]))
_REQUEST = re.compile(one_of(_words["requests"]))
_TAG = re.compile(f"(?:{one_of(_words['polite_tags'])}|[\\s,。!~…])$")
_CONDITION = re.compile(one_of(_words["conditions"]))
_PAST = re.compile(one_of(_words["pasts"]))
_DONE = re.compile(f"{_verb}(?:{_THING}|\\s)*{_aspect}")
_NEGATED = re.compile(f"{one_of(_words['negations'])}[^,。!?;]{{0,3}}{_verb}")
_PHRASE = re.compile(one_of(_words["phrases"]))
_WANTED = re.compile(
    f"{one_of(_words['wants'])}(?:(?!{one_of(_words['gap_blocked'])}).){{0,{_words['longest_gap']}}}{_verb}(?!{_aspect})"
)
_REQUESTED = re.compile(f"{_REQUEST.pattern}(?:(?!{one_of(_words['gap_blocked'])}).){{0,12}}{_verb}")
_WITH_AMOUNT = re.compile(f"{_verb}(?!{_aspect})[^,。]{{0,3}}{_THING}|{_THING}[^,。]{{0,2}}{_verb}(?!{_aspect})")
_done = _words["done_with"]
_done_verb = f"{one_of(_done['verbs'])}{_done['aspect']}?"
_done_object = f"{one_of(_done['objects'])}[^,。{_done['no_object']}]{{1,{_done['longest_object']}}}?"
_leads, _ends = f"(?:{one_of(_done['leads'])}|[\\s,])", one_of(_done["ends"])
_DONE_WITH = re.compile(
    # Few of them: one lead can be read as two others, and without a bound a long row of them would never be read.
    f"{_leads}{{0,4}}(?:{one_of(_done['requests'])}{_leads}{{0,2}}(?:{_done_object})?|{_done_object})"
    f"{_leads}{{0,2}}{_done_verb}{_ends}?"
    f"|{_leads}{{1,4}}{one_of(_done['verbs'])}{_done['aspect']}{_ends}"
)
_any_word = f"(?:{one_of(_words['order_words'])}|[{_THING}\\s,。!~])"
_ORDER_WORD = re.compile(_any_word)
_VERB = re.compile(_verb)


def is_wish(text: str, entities: list[Found]) -> bool:
    """Whether a message in normal form, with the entities found in it, is an order or a request. Never raises."""
    # Amounts and terms first: 1.2万一年 must not read as 万一, nor 几千 as a question.
    marked = _marked(text, entities, {"amount", "term"})
    said = _without_tags(marked)
    request = bool(_REQUEST.search(said))
    if _QUESTION.search(said) or _CONDITION.search(said) or _NEGATED.search(said):
        return False
    if _DONE_WITH.fullmatch(marked.rstrip(" 。!~…")):
        return True
    things = _marked(said, entities, {"product", "period", "method"})
    if not request and (_SOFT_QUESTION.search(said) or _PAST.search(said) or _DONE.search(things)):
        return False
    if request and _REQUESTED.search(things):
        return True
    return bool(_PHRASE.search(said) or _WANTED.search(said) or _WITH_AMOUNT.search(said) or _is_short_order(things))


def _without_tags(text: str) -> str:
    """Without what is only politeness at the end: 帮我借5000可以吗."""
    while match := _TAG.search(text):
        text = text[: match.start()]
    return text


def _marked(said: str, entities: list[Found], kinds: set[str]) -> str:
    marked = list(said)
    for one in entities:
        in_words = one.entity == "amount" and one.value.isalpha()  # 全部还清 is a verb as well
        if one.entity in kinds and one.end <= len(said) and not in_words:
            marked[one.start : one.end] = _THING * (one.end - one.start)
    return "".join(marked)


def _is_short_order(said: str) -> bool:
    """A verb and nothing else that matters: 还款, 提前还花呗, 用借呗还花呗."""
    place, verbs = 0, 0
    while place < len(said):
        match = _VERB.match(said, place) or _ORDER_WORD.match(said, place)
        if not match:
            return False
        verbs += bool(_VERB.match(said, place))
        place = match.end()
    return verbs > 0
