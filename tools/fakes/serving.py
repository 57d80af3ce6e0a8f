"""What the fakes of the apps have in common: a small HTTP server in this process, and failures to order."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 2.0


class _Quiet(uvicorn.Server):
    """Says when it listens, and leaves the process's signals to whoever runs the fake."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Server:
    """Routes on a free loopback port, in the event loop that starts it."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._app = Starlette(routes=routes)
        self._socket: socket.socket | None = None
        self._server: _Quiet | None = None
        self._task: asyncio.Task[None] | None = None
        self.address = ""
        """Host and port, once started."""

    def bind(self) -> None:
        """Take the port already; whoever connects waits until it is started."""
        if self._socket is None:
            self._socket = socket.create_server((LOOPBACK, 0))
            self.address = f"{LOOPBACK}:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        self.bind()
        assert self._socket is not None
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=int(STOP_SECONDS),
        )
        self._server = _Quiet(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        await self._server.listening.wait()

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._task, STOP_SECONDS + 1)
        if self._socket is not None:
            self._socket.close()
        self._server = self._socket = None


class Failures:
    """Answers that were ordered: each is given once, in order."""

    def __init__(self) -> None:
        self._ordered: deque[str] = deque()

    def order(self, code: str, times: int) -> None:
        self._ordered.extend([code] * times)

    def next(self) -> str:
        """The code to fail with now; empty for none."""
        return self._ordered.popleft() if self._ordered else ""
