"""Answers by intent, for who must give another intent's answer than the one that was understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from actions.base import Replies
from actions.turn import Turn


class Answering(Protocol):
    """What is needed of an answer: see actions/answer.py."""

    reads: frozenset[str]

    def answer(self, turn: Turn) -> Replies: ...

    def briefly(self, turn: Turn) -> Replies: ...


_answers: dict[str, Callable[[], Answering]] = {}


def register(intent: str, make: Callable[[], Answering]) -> None:
    _answers[intent] = make


def answer_of(intent: str) -> Answering | None:
    """None for an intent that begins a flow, and for one that does not exist."""
    make = _answers.get(intent)
    return make() if make else None
