"""Actions that answer an intent. Before they do, they look whether the message changes what was just talked about."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any

from actions.base import DialogueAction, Replies
from actions.flows.changes import change
from actions.flows.flow import UNCLEAR_TURNS
from actions.flows.following import follow
from actions.memory import remember_question
from actions.registry import register
from actions.turn import Choice, Reply, Turn


class Answer(DialogueAction, ABC):
    """One intent's answer. 「改成六期」 comes out as many an intent: with an offer on the table it changes that."""

    resets_unclear = True
    reads: frozenset[str] = frozenset({"product"})
    """Values that the answer depends on, so that 「那借呗呢」 asks it anew. None for talk that is no question."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        intent = inspect.getattr_static(cls, "intent", None)
        if isinstance(intent, str):
            register(intent, cls)

    @property
    @abstractmethod
    def intent(self) -> str:
        """Named by every class that is to be registered; the SDK leaves abstract ones alone."""

    def name(self) -> str:
        return f"action_{self.intent}"

    @abstractmethod
    def answer(self, turn: Turn) -> Replies:
        """What to say. Raises CreditError or Refused."""

    def briefly(self, turn: Turn) -> Replies:
        """What to say to a bare 「凭什么」 or 「要等多久」 after the answer itself."""
        return self.answer(turn)

    def respond(self, turn: Turn) -> Replies:
        if self.resets_unclear and turn.count(UNCLEAR_TURNS):
            turn.remember(**{UNCLEAR_TURNS: 0})
        followed = follow(turn)
        if followed is None:
            followed = change(turn)
        if followed is not None:
            if turn.count(UNCLEAR_TURNS):
                turn.remember(**{UNCLEAR_TURNS: 0})
            return followed
        if self.reads:
            remember_question(turn, self.intent)
        return self.answer(turn)


class Say(Answer, ABC):
    """An answer without figures of the account."""

    choices: tuple[Choice, ...] = ()

    def answer(self, turn: Turn) -> Replies:
        return Reply(f"utter_{self.intent}", choices=self.choices)
