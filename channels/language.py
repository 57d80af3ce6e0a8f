"""The script the customer writes is the script they are answered in.

Wording is written once, in simplified Chinese; OpenCC turns what goes out into traditional, texts, choices and the
Chinese in cards alike, at this one place, before it is kept: a choice is recognised by the label that was shown. What
comes in is read in one normal form whatever its script (bot/components/normal_text.py).

`ASSISTANT_LANGUAGE` says what a conversation begins in: zh-CN (the default), zh-TW or zh-HK. From then on it follows
what the customer writes. docs/decisions/0017-scripts.md"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from channels.replies import Choice, Reply

Language = Literal["zh-CN", "zh-TW", "zh-HK"]
SIMPLIFIED: Language = "zh-CN"
WRITTEN_TRADITIONAL: Language = "zh-TW"
SCRIPTS = Path(__file__).resolve().parent / "scripts.yml"
SIMPLIFIED_CHARACTERS, TRADITIONAL_CHARACTERS = "gb2312", "big5"
"""Character sets of the days when each script had its own: what is in one only belongs to that script."""


def first_language(environment: Mapping[str, str] | None = None) -> Language:
    """What a conversation begins in. Raises ValueError that names the variable."""
    env = os.environ if environment is None else environment
    said = env.get("ASSISTANT_LANGUAGE") or SIMPLIFIED
    for language in get_args(Language):
        if said == language:
            return language  # type: ignore[no-any-return]
    raise ValueError(f"ASSISTANT_LANGUAGE must be one of {', '.join(get_args(Language))}, got {said!r}")


def language_of(text: str, *, before: Language, first: Language = SIMPLIFIED) -> Language:
    """The language to answer a message in: its script where one shows, else what was spoken before."""
    simplified = sum(_only_in(letter, SIMPLIFIED_CHARACTERS, TRADITIONAL_CHARACTERS) for letter in text)
    traditional = sum(_only_in(letter, TRADITIONAL_CHARACTERS, SIMPLIFIED_CHARACTERS) for letter in text)
    if simplified == traditional:
        return before
    if simplified > traditional:
        return SIMPLIFIED
    return first if first != SIMPLIFIED else WRITTEN_TRADITIONAL


def spoken(reply: Reply, language: Language) -> Reply:
    """The reply in the customer's script; codes, ids and figures have no Chinese and stay."""
    if language == SIMPLIFIED:
        return reply
    choices = [Choice(label=in_script(each.label, language), payload=each.payload) for each in reply.choices]
    return Reply(text=in_script(reply.text, language), card=in_script(reply.card, language), choices=choices)


def in_script[T](content: T, language: Language) -> T:
    """Any JSON content with its Chinese in the language's script."""
    if language == SIMPLIFIED:
        return content
    converted: T = _converted(content, _converter(language))
    return converted


def _converted(content: Any, convert: Callable[[str], str]) -> Any:
    match content:
        case str():
            return content if content.isascii() else convert(content)
        case list():
            return [_converted(each, convert) for each in content]
        case dict():
            return {name: _converted(each, convert) for name, each in content.items()}
        case _:
            return content


@cache
def _converter(language: Language) -> Callable[[str], str]:
    # Megabytes of dictionaries, which a gateway needs only once somebody writes so.
    from opencc import OpenCC

    script = yaml.safe_load(SCRIPTS.read_text("utf-8"))[language]
    converter = OpenCC(script["conversion"])
    afterwards: dict[str, str] = script["then"]

    def convert(text: str) -> str:
        written: str = converter.convert(text)
        for old, new in afterwards.items():
            written = written.replace(old, new)
        return written

    return convert


def _only_in(letter: str, here: str, there: str) -> bool:
    return not letter.isascii() and _encodes(letter, here) and not _encodes(letter, there)


def _encodes(letter: str, characters: str) -> bool:
    try:
        letter.encode(characters)
    except UnicodeEncodeError:
        return False
    return True
