"""One JSON object a line, without a word of what customers write."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict

from credit.kernel.errors import CreditError

QUIET = ("sanic", "rasa_sdk", "asyncio")
"""Libraries whose chatter is not ours; rasa_sdk may log whole trackers at debug level."""

FRAMES_SHOWN = 8


def configure() -> None:
    """Send our lines and the libraries' warnings to standard error, in the same shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                _without_exception_text,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def report(event: str, error: BaseException) -> None:
    """Log what went wrong without the exception's own text."""
    structlog.get_logger("actions").error(event, **describe(error))


def describe(error: BaseException) -> dict[str, Any]:
    """An exception for the log: its type and place; its text may quote the customer, so only ours is kept."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_SHOWN:]
    found: dict[str, Any] = {
        "error": type(error).__name__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, CreditError):
        found["detail"] = str(error)
    return found


def _without_exception_text(_logger: Any, _method: str, event: EventDict) -> EventDict:
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[1] is not None:
        event.update(describe(raised[1]))
    return event
