"""Reminders from the outbox into the conversation: due soon, due today, overdue. Nothing in the quiet hours."""

from __future__ import annotations

import asyncio

import structlog
from anyio.to_thread import run_sync

from channels.conversation import Conversation
from channels.logs import report
from channels.messaging.occasions import written_out
from channels.messaging.port import Notice
from channels.messaging.service import Messaging
from channels.replies import Reply
from channels.wording import Wording
from credit.app import CreditApp
from credit.notices.service import PendingNotice

MOST_AT_ONCE = 100
log = structlog.get_logger()


class Reminders:
    """One task of the gateway. A notice is said under its own key, so that a crash between saying and marking does not
    say it twice."""

    def __init__(
        self,
        credit: CreditApp,
        conversation: Conversation,
        wording: Wording,
        messaging: Messaging,
        *,
        every_seconds: float,
    ) -> None:
        self._credit = credit
        self._conversation = conversation
        self._wording = wording
        self._messaging = messaging
        self._every = every_seconds

    async def run(self) -> None:
        """Deliver until cancelled; whatever goes wrong is reported and tried again at the next look."""
        while True:
            try:
                await self.deliver()
            except Exception as error:  # noqa: BLE001
                report("outbox_failed", error)
            await asyncio.sleep(self._every)

    async def deliver(self) -> int:
        """Say everything that is due now; returns how many notices were said.

        What was left over from an earlier business day is withdrawn: its figures are no longer so."""
        await run_sync(self._credit.withdraw_stale_notices)
        pending = await run_sync(lambda: self._credit.pending_notices(most=MOST_AT_ONCE))
        for notice in pending:
            await self._say(notice)
            await run_sync(self._credit.mark_notice_sent, notice.id)
        if pending:
            log.info("notices_delivered", count=len(pending))
        return len(pending)

    async def _say(self, notice: PendingNotice) -> None:
        name = f"utter_notice_{notice.kind}"
        reply = Reply(text=self._wording.say(name, **notice.facts), choices=self._wording.choices(name))
        await self._conversation.post(notice.customer_id, reply, key=f"notice:{notice.id}")
        as_template = Notice(notice.kind, written_out(notice.facts))
        await self._messaging.remind(notice.customer_id, reply, key=f"notice:{notice.id}", notice=as_template)
