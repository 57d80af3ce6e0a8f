"""What hypothesis chooses among: the operations of the machine, and their arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.ledger_proof.model import LARGEST

numbers = st.integers(0, 1_000_000)
"""Chosen among what there is, by remainder: a choice stays valid when a failing run is made smaller."""
lasting = st.sampled_from([0, 0, 1, 1, 2, 3, 5, -1]).map(lambda days: timedelta(days=days))
amounts = st.one_of(
    st.integers(1, 60), st.integers(1, 400), st.integers(1, 1_500), st.integers(LARGEST - 1, LARGEST + 1)
)
back = st.sampled_from([0] * 12 + [1, 1, 2, 2, 3, 4, 5, -1]).map(lambda days: timedelta(days=days))
"""How far before today something counts; a day closed, or one ahead, among them."""

Choice = tuple[str, dict[str, Any]]
ARGUMENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {}
"""Operations of the machine and how their arguments are drawn."""
NAMES: list[str] = []
"""Their names, each as often as it weighs."""


def operation[F: Callable[..., None]](*, weight: int = 1, **arguments: Any) -> Callable[[F], F]:
    """Make a method one of the choices, `weight` times as likely as another."""

    def mark(method: F) -> F:
        ARGUMENTS[method.__name__] = st.fixed_dictionaries(arguments)
        NAMES.extend([method.__name__] * weight)
        return method

    return mark


def choices() -> st.SearchStrategy[Choice]:
    return st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), ARGUMENTS[name]))
