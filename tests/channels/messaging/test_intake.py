"""What comes together is stored together: in its order, each once, and one that cannot be stored harms no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from channels.messaging.inbox import Arrival
from channels.messaging.intake import Cursor, Intake
from channels.messaging.port import Incoming
from channels.messaging.tables import PENDING, WAITING, cursors, inbox, outbox, peers
from channels.store import Store
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from tests.channels.test_threads import store_over

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 8, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(database_url: str, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    store, database = store_over(database_url)
    store.prepare()
    yield store
    database.engine.dispose()


def arrival(message_id: str, user: str = "u1", **changed: Any) -> Arrival:
    values = {"kind": "text", "text": message_id, "at": NOW, "event": None, "reply_context": {}} | changed
    return Arrival(Incoming(channel="alpha", account="a", user=user, message_id=message_id, **values), NOW)


def rows(store: Store, query: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.look(lambda session: session.execute(query).all())]


async def test_a_burst_is_few_transactions_and_keeps_its_order(store: Store) -> None:
    commits = 0

    def count(_connection: Any) -> None:
        nonlocal commits
        commits += 1

    engine = store.look(lambda session: session.get_bind())
    event.listen(engine, "commit", count)
    intake = Intake(store)
    kept = await asyncio.gather(*(intake.keep([arrival(f"m{nth}", f"u{nth % 7}")]) for nth in range(100)))
    event.remove(engine, "commit", count)
    assert commits <= 3
    assert all(each.is_new for (each,) in kept)
    assert rows(store, select(inbox.c.message_id).order_by(inbox.c.seq)) == [(f"m{nth}",) for nth in range(100)]
    assert [each.seq for (each,) in kept] == [seq for (seq,) in rows(store, select(inbox.c.seq).order_by(inbox.c.seq))]
    assert len({each.peer_id for (each,) in kept}) == len(rows(store, select(peers.c.id))) == 7


async def test_one_message_in_a_burst_twice_is_stored_once_and_only_the_first_is_new(store: Store) -> None:
    intake = Intake(store)
    kept = await asyncio.gather(*(intake.keep([arrival("m1"), arrival("m2")]) for _ in range(3)))
    assert [[each.is_new for each in both] for both in kept] == [[True, True], [False, False], [False, False]]
    assert len({each.seq for both in kept for each in both}) == len(rows(store, select(inbox.c.seq))) == 2


async def test_one_that_cannot_be_stored_is_refused_alone_with_what_came_in_the_same_webhook(store: Store) -> None:
    intake = Intake(store)
    broken = arrival("broken", kind=None)
    found = await asyncio.gather(
        intake.keep([arrival("m1")]),
        intake.keep([arrival("with it"), broken], Cursor("alpha", "a", "lost")),
        intake.keep([arrival("m2")], Cursor("alpha", "a", "kept")),
        return_exceptions=True,
    )
    assert [isinstance(each, Exception) for each in found] == [False, True, False]
    assert rows(store, select(inbox.c.message_id).order_by(inbox.c.seq)) == [("m1",), ("m2",)]
    assert rows(store, select(cursors.c.value)) == [("kept",)]


async def test_while_the_database_is_away_all_are_refused_at_once_and_later_ones_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def away(_work: Any) -> Any:
        nonlocal asked
        asked += 1
        raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)

    intake = Intake(store)
    with monkeypatch.context() as patch:
        patch.setattr(store, "write", away)
        found = await asyncio.gather(*(intake.keep([arrival(f"m{nth}")]) for nth in range(9)), return_exceptions=True)
    assert {each.code for each in found if isinstance(each, CreditError)} == {ErrorCode.ACCOUNT_SERVICE_UNREACHABLE}
    assert (len(found), asked) == (9, 1)
    assert intake.quiet.is_set()
    (kept,) = await intake.keep([arrival("m0")])
    assert kept.is_new


async def test_a_platform_that_hangs_up_has_its_message_stored_all_the_same(store: Store) -> None:
    intake = Intake(store)
    gone = asyncio.create_task(intake.keep([arrival("m1")]))
    stays = asyncio.create_task(intake.keep([arrival("m2")]))
    await asyncio.sleep(0)
    gone.cancel()
    (kept,) = await stays
    assert kept.is_new
    assert gone.cancelled()
    assert rows(store, select(inbox.c.message_id).order_by(inbox.c.seq)) == [("m1",), ("m2",)]


async def test_whoever_writes_is_reachable_with_the_newest_way_to_answer_and_gets_what_waited(store: Store) -> None:
    intake = Intake(store)
    found = await intake.keep([arrival("m1", "u1"), arrival("m2", "u2")])
    ids = [each.peer_id for each in found]

    def go_away(session: Any) -> None:
        session.execute(peers.update().values(unreachable=True, sent=5))
        for peer_id in ids:
            row = {"key": new_id(), "peer_id": peer_id, "content": {}, "reply_context": {}, "state": WAITING}
            session.execute(outbox.insert().values(**row, not_before=NOW, created_at=NOW))

    store.write(go_away)
    left = arrival("m5", "u2", kind="event", event="unfollow")
    ways = [arrival("m3", "u1", reply_context={"way": "old"}), arrival("m4", "u1", reply_context={"way": "new"})]
    await asyncio.gather(
        intake.keep([ways[0]]), intake.keep([left]), intake.keep([ways[1]]), intake.keep([arrival("m6")])
    )
    said = rows(store, select(peers.c.unreachable, peers.c.sent, peers.c.reply_context).order_by(peers.c.user))
    assert said == [(False, 0, {"way": "new"}), (True, 5, {})]
    states = dict(rows(store, select(outbox.c.peer_id, outbox.c.state)))
    assert [states[peer_id] for peer_id in ids] == [PENDING, WAITING]
