"""Conversations at hand are the database's, whatever breaks or writes in between."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversation_store import ConversationStore

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [borrow]
    slots: {term: {type: text, mappings: [{type: custom}]}}
    actions: [action_x]
    """
)
SENDER = "7b0c3c1e-6b1a-7000-8000-000000000001"


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "conversations.db")


def store_of(file: str, **keywords: Any) -> ConversationStore:
    return ConversationStore(domain=DOMAIN, db=file, **keywords)


def turn(store: SQLTrackerStore, sender: str, *texts: str, session: bool = False) -> DialogueStateTracker:
    """One turn as Rasa's processor takes it: read, hear, act, save."""

    async def take() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        if session or not tracker.events:
            tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted()], DOMAIN)
        for text in texts:
            tracker.update_with_events(
                [ActionExecuted("action_listen"), UserUttered(text), SlotSet("term", text), ActionExecuted("action_x")],
                DOMAIN,
            )
        await store.save(tracker)
        return tracker

    return asyncio.run(take())


def read(store: SQLTrackerStore, sender: str = SENDER) -> DialogueStateTracker:
    return asyncio.run(store.retrieve(sender))


def as_told(tracker: DialogueStateTracker) -> tuple[list[Any], dict[str, Any], Any]:
    return [event.as_dict() for event in tracker.events], tracker.current_slot_values(), tracker.latest_action


def assert_same_as_rasas(store: ConversationStore, file: str, sender: str = SENDER) -> None:
    assert as_told(read(store, sender)) == as_told(read(SQLTrackerStore(domain=DOMAIN, db=file), sender))


def test_a_conversation_at_hand_is_the_one_in_the_database(file: str) -> None:
    store = store_of(file)
    for text in ("一", "二", "三", "四"):
        turn(store, SENDER, text)
        assert_same_as_rasas(store, file)
    assert read(store).slots["term"].value == "四"


def test_it_is_taken_as_it_is_from_the_second_turn_on(file: str) -> None:
    store = store_of(file)
    turn(store, SENDER, "一")
    second = turn(store, SENDER, "二")
    assert turn(store, SENDER, "三") is second


def test_a_turn_that_breaks_leaves_nothing(file: str) -> None:
    store = store_of(file)
    turn(store, SENDER, "一")
    turn(store, SENDER, "二")
    read(store).update(SlotSet("term", "never saved"))
    assert read(store).slots["term"].value == "二"
    assert_same_as_rasas(store, file)


def test_a_new_session_begins_without_the_old_one(file: str) -> None:
    store = store_of(file)
    turn(store, SENDER, "一")
    turn(store, SENDER, "二")
    turn(store, SENDER, "三", session=True)
    assert_same_as_rasas(store, file)
    turn(store, SENDER, "四")
    assert_same_as_rasas(store, file)
    assert [event.text for event in read(store).events if isinstance(event, UserUttered)] == ["三", "四"]


def test_what_another_process_wrote_is_read(file: str) -> None:
    store = store_of(file)
    turn(store, SENDER, "一")
    turn(store, SENDER, "二")
    turn(SQLTrackerStore(domain=DOMAIN, db=file), SENDER, "三")
    assert read(store).slots["term"].value == "三"
    assert_same_as_rasas(store, file)


def test_conversations_beyond_the_most_are_read_again(file: str) -> None:
    store = store_of(file, at_hand=1)
    other = SENDER.replace("1", "2")
    for text in ("一", "二"):
        turn(store, SENDER, text)
        turn(store, other, text + "!")
    for sender in (SENDER, other):
        assert_same_as_rasas(store, file, sender)


def test_a_database_that_cannot_be_written_keeps_nothing_at_hand(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(file)
    turn(store, SENDER, "一")
    turn(store, SENDER, "二")
    with monkeypatch.context() as broken:
        broken.setattr(SQLTrackerStore, "save", _refuse)
        with pytest.raises(OSError, match="disk full"):
            turn(store, SENDER, "三")
    assert read(store).slots["term"].value == "二"
    assert_same_as_rasas(store, file)


async def _refuse(*_: Any) -> None:
    raise OSError("disk full")
