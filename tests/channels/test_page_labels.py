"""The page must have a word for every code that a card can hold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from channels.routes.site import WEB
from credit.cards import card_schema

STRINGS = (WEB / "strings.zh.js").read_text("utf-8")
NOT_SHOWN = {"paylater", "cashloan", "loan", "installment_plan"}
"""Products and loans bring their own names; the kinds of loan are keys of a sentence."""


def codes(schema: Any) -> set[str]:
    """Every enumerated code anywhere in the cards' schema."""
    if isinstance(schema, dict):
        own = {value for value in schema.get("enum", []) if isinstance(value, str)}
        return own.union(*(codes(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(codes(value) for value in schema))
    return set()


@pytest.mark.parametrize("code", sorted(codes(card_schema()) - NOT_SHOWN - {"CNY"}))
def test_every_code_of_the_cards_has_a_label(code: str) -> None:
    assert re.search(rf"\b{code}: ", STRINGS), f"strings.zh.js has no label for {code}"


@pytest.mark.parametrize("kind", sorted(re.findall(r"'const': '(\w+)'", str(card_schema()))))
def test_every_kind_of_card_is_drawn(kind: str) -> None:
    assert re.search(rf"^  {kind}: \w+Card,$", (WEB / "cards.js").read_text("utf-8"), re.MULTILINE)
