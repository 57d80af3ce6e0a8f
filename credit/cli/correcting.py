"""The one command that posts: a reversal, with its reason."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.books import Books
from credit.catalogue import load_catalogue
from credit.cli.arguments import AsJson, Confirmed, JournalName
from credit.cli.books import business_date, find_journal, open_books
from credit.cli.output import Printer
from credit.cli.refusing import OperatorError, confirm, told
from credit.ledger.models import Journal
from credit.ledger.reading import journal_facts


def _given(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("a reversal needs a reason.")
    return reason.strip()


@told
def reverse(
    journal: JournalName,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", callback=_given, help="Why it is reversed; kept in the books for ever.")
    ],
    yes: Confirmed = False,
    as_json: AsJson = False,
) -> None:
    """Post the opposite of a journal, with a reason.

    It counts for the present business day; the first journal stays as it was. Repeating the command finds the first
    reversal again and posts nothing. Only the ledger is corrected: bills and schedules that were made from the journal
    stay as they are."""
    catalogue = load_catalogue()
    with open_books() as operator:
        with operator.database.read() as session:
            business_date(session)
            found = find_journal(session, journal)
            key, named = found.id, f"journal {found.id} ({found.kind}, effective {found.effective_on})"
        confirm(f"Reverse {named}? Reason: {reason}", yes=yes)

        def work(session: Session) -> tuple[UUID, bool]:
            return _reverse(Books(session, catalogue, operator.clock.now()), key, reason)

        reversal, fresh = operator.database.attempt(work)
    if as_json:
        Printer(as_json).json({"journal": key, "reversal": reversal, "posted_now": fresh})
    else:
        verb = "Posted" if fresh else "It was reversed before, by"
        Printer(as_json).say(f"{verb} journal {reversal}, the opposite of {named}.")


def _reverse(books: Books, key: UUID, reason: str) -> tuple[UUID, bool]:
    """The reversal and whether it was posted now. Its request id comes from the journal, so it is posted once."""
    books.hold_the_day()
    # Locked, so that of two operators the second sees the first one's reversal.
    books.session.get(Journal, key, with_for_update=True)
    request_id = f"reverse:{key}"
    earlier = books.session.scalars(select(Journal).where(Journal.reverses == key)).one_or_none()
    if earlier is None:
        return books.ledger.reverse(key, request_id=request_id, effective_on=books.today, reason=reason), True
    given = journal_facts(earlier).get("reason")
    if (earlier.request_id, given) != (request_id, reason):
        sentence = f"Journal {key} was reversed before, by journal {earlier.id}, for the reason: {given}"
        raise OperatorError("journal_already_reversed", sentence)
    return earlier.id, False
