"""The one command that posts: a reversal, with its reason."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.orm import Session

from credit.books import Books
from credit.catalogue import load_catalogue
from credit.cli.books import find_journal, open_books
from credit.cli.output import AsJson, OperatorError, Printer, told
from credit.ledger.models import Journal
from credit.ledger.reading import journal_facts


@told
def reverse(
    name: Annotated[str, typer.Argument(metavar="JOURNAL", help="Journal id or request id.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the books for ever.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Post the opposite of a journal on the present business day. A repeat finds the first reversal again.

    Only the ledger is corrected: bills and schedules that were made from the journal stay as they are."""
    reason = reason.strip()
    if not reason:
        raise OperatorError("reason_missing", "A reversal needs a reason.")
    catalogue = load_catalogue()
    with open_books() as operator:
        with operator.database.read() as session:
            journal = find_journal(session, name)
            told_journal = f"journal {journal.id} ({journal.kind}, effective {journal.effective_on})"
            key = journal.id
        if not yes and not typer.confirm(f"Reverse {told_journal}? Reason: {reason}", err=True):
            raise OperatorError("not_confirmed", "Nothing was posted.")

        def work(session: Session) -> tuple[UUID, bool]:
            return _reverse(Books(session, catalogue, operator.clock.now()), key, reason)

        reversal, fresh = operator.database.attempt(work)
    if as_json:
        Printer(as_json).json({"journal": key, "reversal": reversal, "posted_now": fresh})
    else:
        verb = "Posted" if fresh else "It was reversed before, by"
        Printer(as_json).say(f"{verb} journal {reversal}, the opposite of {told_journal}.")


def _reverse(books: Books, key: UUID, reason: str) -> tuple[UUID, bool]:
    """The reversal and whether it was posted now. Its request id comes from the journal, so it is posted once."""
    books.hold_the_day()
    request_id = f"reverse:{key}"
    if earlier := books.ledger.find(request_id):
        _check_reason(earlier, reason)
        return earlier.id, False
    return books.ledger.reverse(key, request_id=request_id, effective_on=books.today, reason=reason), True


def _check_reason(earlier: Journal, reason: str) -> None:
    given = journal_facts(earlier).get("reason")
    if given != reason:
        raise OperatorError("journal_already_reversed", f"It was reversed before, for another reason: {given}.")
