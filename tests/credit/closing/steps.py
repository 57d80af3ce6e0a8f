"""Worlds whose days are closed in many steps, and everything a closing decides, to be compared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.catalogue.closing import Closing
from credit.closing.models import ClosingStep
from credit.customers.models import Customer
from credit.ledger.models import Account, Balance, ControlTotal, Journal, Posting
from credit.lines.models import Line, LineChange
from credit.loans.models import Loan, LoanRow
from credit.monitoring.models import Alert, AlertAction, CustomerScore
from credit.notices.models import Notice
from credit.paylater.models import Standing, Statement
from credit.portfolio.models import DebtClass, WriteOffCandidate
from tests.credit.world import World

MADE_ANEW = {
    "id", "recorded_at", "journal_id", "statement_id", "dedupe_key", "settled_at", "done_at", "alert_id", "ticket_id",
}  # fmt: skip
"""Columns that differ from run to run: fresh ids and instants."""


def in_steps(world: World, customers: int) -> World:
    """The same world with that many customers a step."""
    world.app.catalogue = world.app.catalogue.model_copy(update={"closing": Closing(customers_a_step=customers)})
    return world


def whole_digest(world: World) -> dict[str, Any]:
    """All rows that a closing writes, but for fresh ids and instants. Two copies of one database must agree on it."""
    tables = (
        Customer, Line, LineChange, Loan, LoanRow, Standing, Statement, DebtClass, WriteOffCandidate, Notice,
        ControlTotal, ClosingStep, CustomerScore, Alert, AlertAction,
    )  # fmt: skip

    def how(books: Books) -> dict[str, Any]:
        found: dict[str, Any] = {"today": books.today}
        for table in tables:
            kept = [column for column in table.__table__.columns if column.name not in MADE_ANEW]
            found[table.__tablename__] = sorted(map(str, books.session.execute(select(*kept))))
        balances = select(Account.code, Balance.balance_minor, Balance.posting_count)
        found["balances"] = sorted(
            books.session.execute(balances.join(Balance, Balance.account_id == Account.id)).all()
        )
        journals = select(Journal.request_id, Journal.kind, Journal.effective_on, Journal.facts, Journal.lines)
        found["journals"] = sorted(map(str, books.session.execute(journals)))
        postings = select(Account.code, Posting.effective_on, Posting.amount_minor)
        found["postings"] = sorted(
            map(str, books.session.execute(postings.join(Account, Account.id == Posting.account_id)))
        )
        return found

    return world.look(how)


def lively(world: World, count: int) -> list[UUID]:
    """Customers of all sorts: late, paying, on autopay, with loans, with a split bill, quiet."""
    found = []
    for nth in range(count):
        customer = world.borrower(autopay=nth % 5 == 3)
        found.append(customer)
        if nth % 5 != 4:
            world.buy(customer, f"{1000 + 37 * nth}.00")
        if nth % 2 == 0:
            world.borrow(customer, f"{2000 + 100 * nth}.00", 3)
    return found
