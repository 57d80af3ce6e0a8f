"""Conversations in SQLite as Rasa keeps them, with those of the last customers kept at hand.

Rasa reads a conversation's every event anew for each message. Here the conversation that was saved last is taken again
as it is, when the database still ends with the event that it ended with. It is taken out while its turn is under way:
a turn that breaks leaves nothing behind, and the next one reads the database."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

AT_HAND = 100
"""Conversations. An hour of one is about half a megabyte."""


@dataclass(frozen=True)
class Saved:
    """A conversation as the database has it."""

    tracker: DialogueStateTracker
    events: int
    last_id: int
    """Of the last event's row."""


class ConversationStore(SQLTrackerStore):
    """Takes the keywords of Rasa's SQL store. One process writes a database; another's writing is noticed."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        at_hand: int = AT_HAND,
        **keywords: Any,
    ) -> None:
        super().__init__(domain=domain, event_broker=event_broker, **keywords)
        self._most = at_hand
        self._saved: OrderedDict[str, Saved] = OrderedDict()
        self._under_way: dict[str, Saved] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the latest session, None for a new conversation."""
        self._under_way.pop(sender_id, None)
        saved, last_id = self._saved.pop(sender_id, None), self._last_id(sender_id)
        if saved is None or saved.last_id != last_id:
            read = await super().retrieve(sender_id)
            if read is None:
                return None
            saved = Saved(read, len(read.events), last_id)
        self._under_way[sender_id] = saved
        return saved.tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new. Raises what the database raises; then nothing of it is kept at hand."""
        known = self._under_way.get(tracker.sender_id)
        before = known.events if known and known.tracker is tracker else 0
        await super().save(tracker)
        self._under_way.pop(tracker.sender_id, None)
        # A new session begins where the database will be read from next: this tracker holds the one before, too.
        if not any(isinstance(event, SessionStarted) for event in itertools.islice(tracker.events, before, None)):
            last_id = self._last_id(tracker.sender_id)
            self._saved[tracker.sender_id] = Saved(tracker, len(tracker.events), last_id)
            while len(self._saved) > self._most:
                self._saved.popitem(last=False)

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Any]:
        known = self._under_way.get(tracker.sender_id)
        if known is None or known.tracker is not tracker:
            found: Iterator[Any] = super()._additional_events(session, tracker)
            return found
        return itertools.islice(tracker.events, known.events, None)

    def _last_id(self, sender_id: str) -> int:
        with self.session_scope() as session:
            row = self.SQLEvent
            return int(session.query(sa.func.max(row.id)).filter(row.sender_id == sender_id).scalar() or 0)
