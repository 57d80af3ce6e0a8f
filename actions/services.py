"""The credit module of this process, opened on first use: importing an action must not open a database."""

from __future__ import annotations

from threading import Lock

from credit.app import CreditApp, open_app
from credit.kernel.settings import Settings

_lock = Lock()
_opened: list[CreditApp] = []


def credit_app() -> CreditApp:
    """The one facade. Raises CreditError(ACCOUNT_SERVICE_UNREACHABLE) when the database is away."""
    with _lock:
        if not _opened:
            _opened.append(open_app(Settings.from_environment()))
        return _opened[0]


def close() -> None:
    """Let go of the database."""
    with _lock:
        while _opened:
            _opened.pop().close()
