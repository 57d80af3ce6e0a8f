"""What the operator sees: tables and sentences, or with --json nothing but JSON on stdout."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from credit.evidence.errors import EvidenceError
from credit.kernel.errors import CatalogueError, CreditError, ErrorCode
from credit.kernel.money import Money

FOUND_WRONG = 1
"""Exit code: the question was answered, and the answer is that something is wrong."""
REFUSED = 2
"""Exit code: the question could not be answered, or the work not be done."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]

_SENTENCES = {
    ErrorCode.ACCOUNT_SERVICE_UNREACHABLE: "The database cannot be reached.",
    ErrorCode.ACCOUNT_UNKNOWN: "There is no such account.",
    ErrorCode.JOURNAL_NOT_FOUND: "There is no such journal.",
    ErrorCode.JOURNAL_ALREADY_REVERSED: "This journal has been reversed already.",
    ErrorCode.REVERSAL_OF_REVERSAL: "This journal is a reversal itself; post the right journal instead.",
    ErrorCode.HOLD_REQUIRED: "This journal belongs to a hold; release the hold instead.",
    ErrorCode.BALANCE_OUT_OF_BOUNDS: "The reversal would take an account below its floor or above its ceiling.",
    ErrorCode.ACCOUNT_CLOSED: "An account of this journal has been closed since.",
    ErrorCode.REQUEST_ID_REUSED: "This request id was used for something else.",
}


class OperatorError(Exception):
    """Why a command cannot be carried out: a stable code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints either way; `as_json` decides."""

    as_json: bool

    def json(self, content: Any) -> None:
        """One JSON document on one line."""
        sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")

    def say(self, sentence: str) -> None:
        _console().print(sentence, soft_wrap=True)

    def note(self, sentence: str) -> None:
        """Beside the answer, on stderr."""
        sys.stderr.write(sentence + "\n")

    def table(self, title: str, columns: list[str], rows: list[list[str]], *, amounts: frozenset[str]) -> None:
        """`amounts` are the columns that stand to the right."""
        made = Table(title=title, title_justify="left", show_edge=False)
        for column in columns:
            made.add_column(column, justify="right" if column in amounts else "left", overflow="fold")
        for row in rows:
            made.add_row(*row)
        _console().print(made)


def told[**P](command: Callable[P, None]) -> Callable[P, None]:
    """A command whose refusals are sentences and exit code 2, never a traceback."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if os.environ.get("XINZHANG_TRACEBACK") == "1":
                raise
            code, sentence = _refusal(error)
            if kwargs.get("as_json"):
                Printer(as_json=True).json({"error": {"code": code, "message": sentence}})
            else:
                sys.stderr.write(f"{sentence}\n")
            raise typer.Exit(REFUSED) from error

    return guarded


def amount(minor: int, currency: str = "CNY") -> str:
    """Minor units as people write them."""
    return Money(minor).yuan() + ("" if currency == "CNY" else f" {currency}")


def _refusal(error: Exception) -> tuple[str, str]:
    """A code and a sentence. Messages of the database are left out: they can hold its address."""
    if isinstance(error, EvidenceError):
        return str(error.code), f"{error.sentence[0].upper()}{error.sentence[1:]}."
    if isinstance(error, OperatorError):
        return error.code, str(error)
    if isinstance(error, CreditError):
        return str(error.code), _SENTENCES.get(error.code, f"Refused: {str(error.code).replace('_', ' ')}.")
    if isinstance(error, CatalogueError):
        return "catalogue_wrong", f"A file in seeds/ is wrong: {error}."
    if isinstance(error, SQLAlchemyError):
        return "database_failed", f"The database refused the work ({type(error).__name__})."
    if isinstance(error, OSError):
        return "file_failed", f"{error.filename}: {error.strerror}." if error.filename else "A file cannot be used."
    sentence = f"Something unexpected went wrong ({type(error).__name__}); XINZHANG_TRACEBACK=1 shows where."
    return "unexpected", sentence


def _console() -> Console:
    # Without a terminal there is no width to keep to; what reads the pipe wants whole lines.
    width = None if sys.stdout.isatty() else 200
    return Console(markup=False, highlight=False, width=width)
