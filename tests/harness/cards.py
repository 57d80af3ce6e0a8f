"""Compares a card with the part of it that a test case writes down.

- `{minor: 500000, currency: CNY}` may be written as yuan: `"5000.00"`
- a list may be written as its length: `rows: 12`
- a list of parts holds when each part fits some element: `lines: [{product: cashloan, status: open}]`
- of an object only the keys that are written are compared"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any


def differences(expected: Any, actual: Any, path: str = "card") -> list[str]:
    """What does not fit, each with its place; empty when all fits."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            problem
            for key, value in expected.items()
            for problem in (
                differences(value, actual[key], f"{path}.{key}") if key in actual else [f"{path} has no {key}"]
            )
        ]
    if isinstance(expected, list) and isinstance(actual, list):
        return [
            f"{path} has nothing like {part}"
            for part in expected
            if all(differences(part, element, path) for element in actual)
        ]
    if type(expected) is int and isinstance(actual, list):
        return [] if len(actual) == expected else [f"{path} has {len(actual)} elements, not {expected}"]
    if isinstance(actual, dict) and set(actual) == {"minor", "currency"}:
        same = _yuan(expected) == Decimal(actual["minor"]) / 100
        return [] if same else [f"{path} is {_shown(actual)}, not {expected}"]
    if expected == actual or (expected is not None and actual is not None and str(expected) == str(actual)):
        return []
    return [f"{path} is {actual!r}, not {expected!r}"]


def _yuan(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def _shown(money: dict[str, Any]) -> str:
    return f"{Decimal(money['minor']) / 100:.2f} {money['currency']}"
