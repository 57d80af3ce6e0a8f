"""One message as it will be sent, inside a channel's limits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from channels.messaging.port import CardSummary, Link, Notice


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    choices: tuple[str, ...] = ()
    """Shown as chips."""
    labels: tuple[str, ...] = ()
    """All choices that go with it, as chips or as a numbered list in the text."""
    numbered: bool = False
    """Whether numbers were shown, in the text or in the inline form."""
    links: tuple[Link, ...] = ()
    card: CardSummary | None = None
    inline: str | None = None
    """Its text with everything in it, for a reply that is only text; None when that is too long."""
    offer_id: UUID | None = None
    notice: Notice | None = None
    """What is sent in its place, as a template of the platform's."""
    hands_over: bool = False
    """Whether the platform's own desk is asked to take over once this has arrived."""

    def content(self) -> dict[str, Any]:
        """What sending it needs, as JSON values."""
        return {
            "text": self.text,
            "choices": list(self.choices),
            "links": [[link.label, link.url] for link in self.links],
            "card": asdict(self.card) if self.card else None,
            "notice": asdict(self.notice) if self.notice else None,
            "hands_over": self.hands_over,
        }
