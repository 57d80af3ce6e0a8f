"""What the assistant answers, inside the gateway and on its way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Sender = Literal["customer", "assistant", "person"]
"""`person` is a member of the lender's staff who has taken over from the assistant."""
Thumb = Literal["up", "down"]
UNASKED = ":"
"""Stands in the key of what nobody asked for (`notice:…`, `ticket-taken:…`), and in no page's id of a turn."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Payload(_Part):
    """What a pressed choice means. Never leaves the gateway: a page can only send the label back."""

    intent: str
    entities: dict[str, str] = {}


class Choice(_Part):
    label: str
    payload: Payload | None = None


class Reply(_Part):
    """One bubble: a text that stands alone and, where there is something to look at, a card (JSON form)."""

    text: str
    card: dict[str, Any] | None = None
    choices: list[Choice] = []

    def public(self) -> dict[str, Any]:
        return {"text": self.text, "card": self.card, "choices": [choice.label for choice in self.choices]}


class StoredMessage(_Part):
    """One line of the history; `seq` grows with time and is the cursor and the stream's event id."""

    seq: int
    client_id: str | None = None
    """The page's own id of the message, by which it knows its own again; an answer has that of its question."""
    at: datetime
    sender: Sender
    text: str
    card: dict[str, Any] | None = None
    choices: list[Choice] = []

    @property
    def is_answer(self) -> bool:
        """Whether it answers something that the customer said; reminders and receipts come by themselves."""
        return self.sender == "assistant" and self.client_id is not None and UNASKED not in self.client_id

    def public(self, thumb: Thumb | None = None) -> dict[str, Any]:
        """As the page sees it. Only an answer has a `thumb`, null until one is given."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            **({"id": self.client_id} if self.sender == "customer" else {}),
            "from": self.sender,
            "text": self.text,
            "card": self.card,
            "choices": [choice.label for choice in self.choices],
            **({"thumb": thumb} if self.is_answer else {}),
        }
