"""`python -m channels`: serve the gateway until SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress

import uvicorn

from channels.app import create_app
from channels.assistant import RasaClient
from channels.hub import Hub
from channels.lenders import Lenders
from channels.limits import Limits
from channels.logs import configure_logging
from channels.messaging.config import MessagingConfig
from credit.app import open_app
from credit.kernel.clock import SystemClock
from credit.kernel.settings import Settings

GRACE_SECONDS = 12
"""Longer than a turn may take, so that nobody's answer is cut off."""


class GatewayServer(uvicorn.Server):
    """Ends the open streams first: the server waits for its connections, and a stream never ends by itself."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)


def main() -> None:
    # The server raises the signal again when it is done; it must end the process in order, not by the default.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    settings = Settings.from_environment()
    limits = Limits.from_environment()
    lenders = Lenders.from_environment()
    messaging = MessagingConfig.from_environment()
    clock = SystemClock()
    configure_logging(clock)
    credit = open_app(settings, clock)
    try:
        assistant = RasaClient(settings, limits)
        app = create_app(settings, credit, assistant, clock, limits=limits, lenders=lenders, messaging=messaging)
        if metrics_port := os.environ.get("METRICS_PORT"):
            app.state.gateway.metrics.serve(int(metrics_port))
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,  # addresses and headers of customers stay out of the log
            log_config=None,
            proxy_headers=False,  # an address rate that believes X-Forwarded-For is no rate
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        with suppress(KeyboardInterrupt):
            GatewayServer(config, app.state.gateway.hub).run()
    finally:
        credit.close()


if __name__ == "__main__":
    main()
