"""JSON lines on stderr, each with its correlation id. Never a message text, a token or a PIN."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError

FRAMES_SHOWN = 8


def configure_logging(clock: Clock, stream: TextIO | None = None) -> None:
    """One format for our lines and for those of the libraries."""

    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"at": clock.now().isoformat(timespec="milliseconds"), **event}

    shared: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, stamp]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _without_exception_text,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # Its INFO line a request tells nothing that ours do not.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _without_exception_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A library's exception text may quote what a customer sent (a bad value, a statement's parameters)."""
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[1] is not None:
        event.update(describe(raised[1]))
    return event


def report(event: str, error: BaseException, **facts: object) -> None:
    """Log what went wrong, without the exception's own text unless it is ours."""
    structlog.get_logger().error(event, **facts, **describe(error))


def describe(error: BaseException) -> dict[str, object]:
    """An exception for the log: its type, its place, and its text only if the text is ours."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_SHOWN:]
    found: dict[str, object] = {
        "error": type(error).__name__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, CreditError):
        found["detail"] = str(error)
    if error.__cause__ is not None:
        found["cause"] = type(error.__cause__).__name__
    return found
