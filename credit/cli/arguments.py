"""What commands take: shared options and arguments, and how a day is read."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import typer

FIRST_YEAR = 1900


def day(text: str) -> date:
    """A day written YYYY-MM-DD; other spellings of ISO 8601 are refused, since few people read them alike."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or str(found) != text or found.year < FIRST_YEAR:
        raise typer.BadParameter(f"{text!r} is not a day; write it like 2026-11-08.")
    return found


def uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a UUID.") from error


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only, refusals too.")]
Confirmed = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
JournalName = Annotated[str, typer.Argument(metavar="JOURNAL", help="A journal's id or its request id.")]
Most = Annotated[int, typer.Option("--most", metavar="NUMBER", min=1, max=10_000, help="How many at most.")]
