"""How a command ends when it cannot do what was asked: one sentence and its code on stderr, exit code 1."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from credit.cli.output import as_line, printable
from credit.evidence.errors import EvidenceError
from credit.kernel.errors import CatalogueError, CreditError, ErrorCode

REFUSED = 1
"""Exit code of every refusal and of books that are found wrong; 2 is wrong usage."""
TRACEBACK = "XINZHANG_TRACEBACK"

_SENTENCES = {
    ErrorCode.ACCOUNT_SERVICE_UNREACHABLE: "The database cannot be reached.",
    ErrorCode.ACCOUNT_UNKNOWN: "There is no such account.",
    ErrorCode.ACCOUNT_CLOSED: "An account of this journal has been closed since.",
    ErrorCode.CLOSING_WRONG_DAY: "That day is not ahead of the ledger, or more than a year ahead.",
    ErrorCode.LEDGER_OUT_OF_BALANCE: "Sub-ledger and general ledger differ; the day stays unfinished.",
    ErrorCode.BALANCE_OUT_OF_BOUNDS: "The reversal would take an account below its floor or above its ceiling.",
    ErrorCode.HOLD_REQUIRED: "This journal belongs to a hold; release the hold instead.",
    ErrorCode.JOURNAL_ALREADY_REVERSED: "This journal has been reversed already.",
    ErrorCode.JOURNAL_NOT_FOUND: "There is no such journal.",
    ErrorCode.REQUEST_ID_REUSED: "This request id was used for something else.",
    ErrorCode.REVERSAL_OF_REVERSAL: "This journal is a reversal itself; post the right journal anew instead.",
    ErrorCode.REVERSAL_MISMATCH: "The reversal would not be the opposite of the journal.",
}


class OperatorError(Exception):
    """Why a command cannot be carried out: a stable code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def told[**P](command: Callable[P, None]) -> Callable[P, None]:
    """A command whose refusals are sentences and exit code 1, never a traceback."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except BrokenPipeError:  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            if os.environ.get(TRACEBACK) == "1":
                raise
            refused = _refusal(error)
            plain = f"{printable(refused['message'])} ({refused['code']})\n"
            sys.stderr.write(as_line({"error": refused}) if kwargs.get("as_json") else plain)
            raise typer.Exit(REFUSED) from error

    return guarded


def confirm(question: str, *, yes: bool) -> None:
    """Ask on stderr, unless `yes`. Raises OperatorError for anything but an agreement, no answer included."""
    if yes:
        return
    # Not click's prompt: a part of that goes to stdout, which is for the answer alone.
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    given = sys.stdin.readline()
    if not given.endswith("\n"):
        sys.stderr.write("\n")
    if given.strip().lower() not in {"y", "yes"}:
        raise OperatorError("not_confirmed", "Nothing was done, since it was not confirmed; --yes confirms beforehand.")


def _refusal(error: Exception) -> dict[str, Any]:
    """Code and message, for evidence also where. Messages of the database are left out: they can hold its address."""
    if isinstance(error, EvidenceError):
        where = {"block": error.height, "journal": error.journal_id}
        found = {"code": str(error.code), "message": f"{error.sentence[0].upper()}{error.sentence[1:]}."}
        return found | {name: value for name, value in where.items() if value is not None}
    code, sentence = _code_and_sentence(error)
    return {"code": code, "message": sentence}


def _code_and_sentence(error: Exception) -> tuple[str, str]:
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
    sentence = (
        f"Something unexpected went wrong ({type(error).__name__}); {TRACEBACK}=1 in the environment shows where."
    )
    return "unexpected", sentence
