"""Turns and history: one turn at a time a customer and thread, each answered once, all told to the open streams."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from anyio.to_thread import run_sync

from channels.assistant import ACTIONS, Assistant
from channels.hub import Hub, message_event
from channels.language import SIMPLIFIED, Language, in_script, language_of, spoken
from channels.locks import KeyedLocks
from channels.replies import Payload, Reply, Sender, StoredMessage
from channels.store import WEB, Also, Store
from channels.text import clean
from channels.wording import Wording
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode

log = structlog.get_logger()


class Conversation:
    """Locks are this process's own: one gateway process serves a database."""

    def __init__(
        self,
        *,
        store: Store,
        hub: Hub,
        assistant: Assistant,
        wording: Wording,
        clock: Clock,
        most_characters: int,
        with_person: Callable[[UUID], bool],
        first_language: Language = SIMPLIFIED,
    ) -> None:
        """`with_person` says whether a person has taken over from the assistant; it may block."""
        self._first = first_language
        self._store = store
        self._hub = hub
        self._assistant = assistant
        self._wording = wording
        self._clock = clock
        self._most_characters = most_characters
        self._with_person = with_person
        self._turns = KeyedLocks()
        # Apart from turns, so that a receipt need not wait for the assistant. Numbers are given and published
        # in one order: a reader who resumes after a number must not miss a smaller one that came later.
        self._writes = KeyedLocks()

    async def take(
        self, customer_id: UUID, client_id: str, raw_text: str, *, thread: str = WEB, also: Also | None = None
    ) -> list[Reply]:
        """Answer one message; a repeat, even while the first is in flight, gets the first answer.

        `also` is written in one transaction with the answer; not for a repeat.

        Raises CreditError: MESSAGE_EMPTY, MESSAGE_TOO_LONG, MESSAGE_ID_REUSED, ASSISTANT_UNREACHABLE,
        ACCOUNT_SERVICE_UNREACHABLE. After the last two the same id may be sent again."""
        text = clean(raw_text, most_characters=self._most_characters)
        async with self._turns.hold((customer_id, thread)):
            begin = partial(self._store.begin_turn, thread=thread)
            turn = await run_sync(begin, customer_id, client_id, text, self._clock.now())
            if turn.replies is not None:
                log.info("turn_repeated", customer=str(customer_id), turn=client_id)
                return turn.replies
            held = await run_sync(self._with_person, customer_id)
            # The message is in the history, where the person reads it; the assistant neither hears nor answers it.
            answers = [] if held else await self._ask(customer_id, thread, text, turn.payload)
            before = turn.language or self._first
            language = language_of(text, before=before, first=self._first)
            replies = [spoken(reply, language) for reply in answers]
            async with self._writes.hold((customer_id, thread)):
                new = language if language != before else None
                finish = partial(self._store.finish_turn, thread=thread, language=new, also=also)
                kept = await run_sync(finish, customer_id, client_id, replies, self._clock.now())
                self._tell(customer_id, thread, kept)
        chosen = turn.payload is not None
        log.info("turn", customer=str(customer_id), turn=client_id, thread=thread, replies=len(replies), chosen=chosen)
        return replies

    async def post(
        self,
        customer_id: UUID,
        reply: Reply,
        *,
        sender: Sender = "assistant",
        key: str | None = None,
        thread: str = WEB,
        also: Also | None = None,
    ) -> None:
        """Say something that was not asked for; with a key, once. `also` is written in the same transaction.

        What a person of the lender writes stays as it is."""
        if sender == "assistant":
            reply = spoken(reply, await self.language(customer_id))
        async with self._writes.hold((customer_id, thread)):
            append = partial(self._store.append, sender=sender, key=key, thread=thread, also=also)
            kept = await run_sync(append, customer_id, reply, self._clock.now())
            self._tell(customer_id, thread, [kept] if kept else [])

    async def language(self, customer_id: UUID) -> Language:
        """What the customer is spoken to in."""
        return await run_sync(self._store.language, customer_id) or self._first

    async def said_to[T](self, customer_id: UUID, content: T) -> T:
        """Any JSON content in the customer's script."""
        return in_script(content, await self.language(customer_id))

    async def read_after(self, customer_id: UUID, seq: int, limit: int) -> list[StoredMessage]:
        """The conversation after `seq`, for the person in it."""
        return await run_sync(self._store.page_after, customer_id, seq, limit)

    async def page(self, customer_id: UUID, before: int | None, limit: int) -> tuple[list[StoredMessage], int | None]:
        """Messages oldest first, and the cursor of the page before them (None at the beginning)."""
        # One more than asked for tells whether there is a page before.
        found = await run_sync(self._store.page, customer_id, before, limit + 1)
        shown = found[-limit:]
        return shown, shown[0].seq if len(found) > limit else None

    async def news(self, customer_id: UUID, after: int, limit: int, seconds: float) -> list[StoredMessage]:
        """What came after a number; waits so long for something to come. For readers whom no stream reaches."""
        with self._hub.subscribe(customer_id) as subscription:  # before looking, so that nothing falls between
            found = await run_sync(self._store.page_after, customer_id, after, limit)
            if found:
                return found
            await subscription.next(seconds)
            return await run_sync(self._store.page_after, customer_id, after, limit)

    async def replies_after(self, customer_id: UUID, seq: int, limit: int) -> list[StoredMessage]:
        return await run_sync(self._store.replies_after, customer_id, seq, limit)

    async def _ask(self, customer_id: UUID, thread: str, text: str, payload: Payload | None) -> list[Reply]:
        correlation_id = structlog.contextvars.get_contextvars().get("correlation_id", "-")
        replies = await self._assistant.turn(customer_id, text, payload, correlation_id, thread)
        if replies:
            return replies
        # Rasa swallows a failed action and answers nothing; the customer is told why instead.
        if ACTIONS in await self._assistant.away():
            raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE, "action server away")
        log.error("no_answer", customer=str(customer_id))
        return [Reply(text=self._wording.say("utter_no_answer"), choices=self._wording.choices("utter_no_answer"))]

    def _tell(self, customer_id: UUID, thread: str, kept: list[StoredMessage]) -> None:
        for message in kept if thread == WEB else ():  # other threads have no open streams
            self._hub.publish(customer_id, message_event(message))
