"""Answers as text: what is said, what must not be said, and the page that people read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tests.harness.fixtures import CUSTOMERS
from tests.harness.processes import Json

OWN_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
REFERENCE = re.compile(r"(?<=编号 )[0-9A-Fa-f]+")
UNTIL = re.compile(r"\d\d:\d\d(?= 前有效)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+\d\d:\d\d)?")


def words_of(replies: list[Json]) -> str:
    """All that a customer would see of the replies: texts, choices, and what the cards hold."""
    parts: list[str] = []
    for reply in replies:
        parts += [reply["text"], *(reply.get("choices") or [])]
        parts += list(_strings(reply.get("card") or {}))
    return "\n".join(parts)


def foreign_to(customer: str) -> list[str]:
    """What only other customers have: their names, card tails and merchants, and the amounts of their purchases."""
    everyone = _people()
    mine = set(_private(everyone[customer]))
    others = {word for key, other in everyone.items() if key != customer for word in _private(other)}
    return sorted(others - mine)


def as_markdown(customer: str, questions: Mapping[str, list[str]], answers: Mapping[str, list[Json]]) -> str:
    """The page: every intent, the question, the bubbles, the choices; a card by its kind and its outer figures."""
    person = _people()[customer]
    lines = [f"# {customer}: {person['situation']}", ""]
    for intent, asked in questions.items():
        for question in asked:
            lines += [f"## {intent}", "", f"**{question}**", ""]
            for reply in answers[question]:
                lines += [f"> {line}" if line else ">" for line in settled(reply["text"]).splitlines()]
                if reply.get("card"):
                    lines.append(f"> `{_card_line(reply['card'])}`")
                if reply.get("choices"):
                    lines.append("> " + " · ".join(f"[{choice}]" for choice in reply["choices"]))
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def settled(text: str) -> str:
    """Without what is different in every run: ids, reference numbers and the hour."""
    for different in (OWN_NUMBER, TIME, REFERENCE, UNTIL):
        text = different.sub("…", text)
    return text


def _card_line(card: Json) -> str:
    left_out = {"kind", "fingerprint"}  # the second differs with the number of the offer
    plain = {key: value for key, value in card.items() if key not in left_out and isinstance(value, str | int | bool)}
    shown = settled(json.dumps(plain, ensure_ascii=False, sort_keys=True)).strip("{}")
    rows = [f"{key}: {len(value)}" for key, value in sorted(card.items()) if isinstance(value, list)]
    return " ".join([card["kind"], shown, *rows]).strip()


@cache
def _people() -> dict[str, Any]:
    content = yaml.safe_load(CUSTOMERS.read_text(encoding="utf-8"))
    return {person["key"]: person for person in content["customers"]}


def _private(person: Json) -> Iterator[str]:
    yield person["name"]
    yield from (f"尾号{person['card_tail']}", f"尾号 {person['card_tail']}")
    for source in [*person.get("events", []), *person.get("habits", [])]:
        found = source.get("buy") or source
        if "merchant" in found:
            yield found["merchant"]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
