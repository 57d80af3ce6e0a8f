"""One turn as an action sees it: what was heard and remembered, and what shall be said and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from actions.customer import CustomerAccount
from actions.heard import Heard
from actions.wording import Fact

REQUESTED = "requested_slot"


@dataclass(frozen=True, slots=True)
class Choice:
    """A next step: response `utter_choice_<label>` on the button, an intent with entities behind it."""

    label: str
    intent: str
    entities: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One bubble: a response and its facts, maybe a card, and the next steps."""

    response: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    card: BaseModel | None = None
    choices: tuple[Choice, ...] = ()
    options: tuple[Choice, ...] = ()
    """What the text lists, in its order, where that is not what the choices say: 「第二种办法」 is one of these."""
    about: str | None = None
    """The intent that a bare 「为什么」 or 「要等多久」 goes to, where it is not the one that was answered."""


class RefusedError(Exception):
    """Something that cannot be done or taken, with the reply that says why and what else there is."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.response)
        self.reply = reply


class Turn:
    """Reads slots, and collects what becomes of them. `fresh` means that nothing has run since the customer spoke."""

    def __init__(
        self,
        *,
        heard: Heard,
        account: CustomerAccount,
        slots: Mapping[str, Any] | None = None,
        form: str | None = None,
        fresh: bool = True,
    ) -> None:
        self.heard = heard
        self.account = account
        self.form = form
        self.fresh = fresh
        self.changes: dict[str, Any] = {}
        self.ends_form = False
        self.next_action: str | None = None
        self.debt: str | None = None
        """The one loan or plan that the answer is about."""
        self.notes: list[Reply] = []
        """What is said before the answer."""
        self._before = (dict(slots or {}), form)
        self._slots = dict(slots or {})

    def start_over(self) -> None:
        """Forget every change of this turn."""
        slots, self.form = self._before
        self._slots, self.changes = dict(slots), {}
        self.ends_form, self.next_action, self.debt, self.notes = False, None, None, []

    @property
    def customer_id(self) -> UUID:
        return self.account.customer_id

    def slot(self, name: str | None) -> str | None:
        value = self._slots.get(name) if name else None
        return None if value is None else str(value)

    def slot_before(self, name: str) -> str | None:
        """As it was when the customer spoke."""
        value = self._before[0].get(name)
        return None if value is None else str(value)

    def count(self, name: str) -> int:
        return int(float(self.slot(name) or 0))

    def remember(self, **values: Any) -> None:
        """Set slots. A slot that is set to what it holds already is still an event: forms look for those."""
        self.changes.update(values)
        self._slots.update(values)

    def forget(self, *names: str | None) -> None:
        """Empty those of the slots that hold something."""
        self.remember(**{name: None for name in names if name and self._slots.get(name) is not None})

    def end_form(self) -> None:
        """Leave the running form, if there is one."""
        if self.form is not None:
            self.ends_form, self.form = True, None
            self.remember(**{REQUESTED: None})
