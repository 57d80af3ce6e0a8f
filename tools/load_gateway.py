"""The gateway of `tools.load_messaging`: the real one, with a stub for the assistant and everybody bound already."""

from __future__ import annotations

import os
from typing import Any, cast
from uuid import UUID

import uvicorn

from channels.app import create_app
from channels.limits import Limits
from channels.logs import configure_logging
from channels.messaging import peers
from channels.messaging.config import MessagingConfig
from channels.messaging.port import Incoming
from channels.messaging.tables import bindings
from channels.replies import Choice, Payload, Reply
from credit.kernel.clock import SystemClock
from credit.kernel.ids import new_id
from credit.kernel.settings import Settings

CHANNEL = "load"


class StubAssistant:
    """Answers at once with what it heard, in the usual shape: a sentence and next steps."""

    async def turn(
        self, customer_id: UUID, text: str, payload: Payload | None, correlation_id: str, thread: str = "web"
    ) -> list[Reply]:
        return [Reply(text=f"{text} ok", choices=[Choice(label="a"), Choice(label="b")])]

    async def away(self) -> list[str]:
        return []

    async def aclose(self) -> None:
        return


class StubCredit:
    """Nobody's account: no ticket, no notices."""

    def ticket_of(self, customer_id: UUID) -> None:
        return None

    def withdraw_ticket(self, customer_id: UUID) -> None:
        return

    def ping(self) -> None:
        return


def main() -> None:
    settings = Settings.from_environment()
    clock = SystemClock()
    configure_logging(clock)
    limits = Limits(notice_seconds=0, customer_per_minute=10**6)
    config = MessagingConfig.from_environment()
    app = create_app(settings, cast(Any, StubCredit()), StubAssistant(), clock, limits=limits, messaging=config)
    gateway = app.state.gateway
    now = clock.now()

    def bind_all(session: Any) -> None:
        for nth in range(int(os.environ["LOAD_PEOPLE"])):
            message = Incoming(CHANNEL, CHANNEL, f"u{nth}", f"bound-{nth}", "event", "", now, "follow")
            (peer_id,) = peers.find_or_make(session, [message], now).values()
            row = {"id": new_id(), "peer_id": peer_id, "customer_id": new_id(), "consent_version": "0" * 12}
            session.execute(bindings.insert().values(**row, consent_text="", bound_at=now))

    gateway.store.write(bind_all)
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_config=None)


if __name__ == "__main__":
    main()
