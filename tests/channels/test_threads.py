"""A customer's threads: the web chat is one of them, and a database from before there were others still opens."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import inspect, text

from channels.replies import Choice, Payload, Reply
from channels.store import Store
from channels.writer import GroupWriter
from credit.kernel.database import Database, open_engine
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN
from tests.channels.world import NOW, World

pytestmark = pytest.mark.anyio

BEFORE = """CREATE TABLE chat_messages (
  seq INTEGER PRIMARY KEY, customer_id {uuid} NOT NULL, client_id VARCHAR(64), at TIMESTAMP NOT NULL,
  sender VARCHAR(16) NOT NULL, text TEXT NOT NULL, card JSON, choices JSON NOT NULL)"""


def store_over(url: str) -> tuple[Store, Database]:
    database = Database(open_engine(url))
    return Store(database), database


def test_a_database_from_before_threads_is_brought_up_and_its_messages_are_the_web_chats(database_url: str) -> None:
    store, database = store_over(database_url)
    engine = database.engine
    uuid = "UUID" if engine.dialect.name == "postgresql" else "CHAR(32)"
    with engine.begin() as connection:
        connection.execute(text(BEFORE.format(uuid=uuid)))
        row = f"(1, '{LIN.hex}', NULL, '2026-11-01 00:00:00', 'assistant', 'old', NULL, '[]')"
        connection.exec_driver_sql(f"INSERT INTO chat_messages VALUES {row}")
    for _ in range(2):
        store, _database = store_over(database_url)
        assert [message.text for message in store.page(LIN, None, 10)] == ["old"]
        _database.engine.dispose()
    assert "thread" in {column["name"] for column in inspect(engine).get_columns("chat_messages")}
    engine.dispose()


def test_threads_do_not_see_each_other(database_url: str) -> None:
    store, database = store_over(database_url)
    offered = Reply(text="选", choices=[Choice(label="查额度", payload=Payload(intent="check_limit"))])
    store.append(LIN, offered, NOW, thread="alpha-1")
    assert store.begin_turn(LIN, "w-1", "查额度", NOW).payload is None
    assert store.begin_turn(LIN, "a-1", "查额度", NOW, thread="alpha-1").payload == Payload(intent="check_limit")
    assert [message.text for message in store.page(LIN, None, 10)] == ["查额度"]
    assert store.append(LIN, Reply(text="x"), NOW, key="k", thread="alpha-1") is not None
    assert store.append(LIN, Reply(text="x"), NOW, key="k") is not None
    assert store.append(LIN, Reply(text="x"), NOW, key="k", thread="alpha-1") is None
    database.engine.dispose()


async def test_a_message_of_another_thread_is_not_told_to_the_open_page(world: World) -> None:
    conversation = world.app.state.gateway.conversation
    async with world.listen() as listener:
        await conversation.take(LIN, "a-1", "在应用里", thread="alpha-1")
        await conversation.post(LIN, Reply(text="在网页上"))
        assert (await listener.next()).data["text"] == "在网页上"
    assert world.assistant.asked[0].thread == "alpha-1"


async def test_turns_of_two_threads_do_not_wait_for_each_other(world: World) -> None:
    world.assistant.gate = asyncio.Event()
    conversation = world.app.state.gateway.conversation
    turns = [
        asyncio.create_task(conversation.take(LIN, f"m-{thread}", "你好", thread=thread)) for thread in ("web", "a-1")
    ]
    async with asyncio.timeout(10):
        while world.assistant.at_once < 2:  # noqa: ASYNC110  two turns in one loop
            await asyncio.sleep(0.001)
    world.assistant.gate.set()
    await asyncio.gather(*turns)


# ── writes that come together ───────────────────────────────────────────────────────────────────────────────


def together(writer: GroupWriter, works: list[Any]) -> list[Any]:
    """All at once from threads; what each got or raised."""
    found: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(nth: int) -> None:
        start.wait()
        try:
            found[nth] = writer.do(works[nth])
        except Exception as error:  # noqa: BLE001
            found[nth] = error

    threads = [threading.Thread(target=run, args=(nth,)) for nth in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_many_writes_are_all_kept_and_each_gets_its_own_answer(database_url: str) -> None:
    store, database = store_over(database_url)
    store.prepare()
    works = [lambda session, nth=nth: session.execute(text(f"SELECT {nth}")).scalar_one() for nth in range(30)]
    assert together(GroupWriter(database), works) == list(range(30))
    database.engine.dispose()


def test_one_that_fails_fails_alone(database_url: str) -> None:
    store, database = store_over(database_url)
    store.prepare()

    def add(nth: int) -> Any:
        def work(session: Any) -> int:
            sql = "INSERT INTO messaging_cursors (channel, account, value) VALUES ('c', :nth, '')"
            session.execute(text(sql), {"nth": str(nth)})
            if nth % 5 == 0:
                raise CreditError(ErrorCode.NOT_FOUND)
            return nth

        return work

    found = together(GroupWriter(database), [add(nth) for nth in range(20)])
    assert [isinstance(each, CreditError) for each in found] == [nth % 5 == 0 for nth in range(20)]
    with database.read() as session:
        kept = session.execute(text("SELECT account FROM messaging_cursors")).scalars().all()
    assert sorted(map(int, kept)) == [nth for nth in range(20) if nth % 5]
    database.engine.dispose()
