"""All customers as they stand in the morning, read in a few set-based looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, tuple_

from credit.books import Books
from credit.ledger.models import Account, Balance
from credit.lines.models import Line
from credit.lines.service import PAYLATER
from credit.loans.models import Loan, LoanRow
from credit.paylater.models import Purchase, Standing, Statement
from credit.paylater.rules import BILLED_PARTS

REFUNDABLE = 6
"""So many purchases a customer thinks of giving back."""


@dataclass(slots=True)
class LoanView:
    """A running loan: what falls due today or fell due before, penalty included, and what settles it now."""

    id: UUID
    opened_on: date
    due: int = 0
    missed_since: date | None = None
    payoff: int = 0


@dataclass(slots=True)
class CustomerView:
    """One customer's morning, minor units."""

    free: dict[str, int] = field(default_factory=dict)
    """Limit left, by product."""
    payable: int = 0
    splittable: int = 0
    minimum_left: int = 0
    due_on: date | None = None
    purchases: list[tuple[date, UUID, int]] = field(default_factory=list)
    """Day, id and what can still be refunded of the newest `REFUNDABLE`, oldest first."""
    loans: list[LoanView] = field(default_factory=list)


def balances(books: Books) -> dict[str, int]:
    """Every customer-side balance by account code, minor units."""
    found = select(Account.code, Balance.balance_minor).join(Balance, Balance.account_id == Account.id)
    return {code: minor for code, minor in books.session.execute(found)}  # noqa: C416  (rows are no pairs to a type checker)


def look(books: Books, customers: Sequence[UUID], standing: Mapping[str, int]) -> list[CustomerView]:
    """The customers in the order given; `standing` are the `balances` of the same morning."""
    views = {customer: CustomerView() for customer in customers}
    lines = books.session.execute(select(Line.id, Line.customer_id, Line.product)).all()
    for line, customer, product in lines:
        views[customer].free[product] = standing[f"line/{line}/available"]
    paylater = {line: customer for line, customer, product in lines if product == PAYLATER}
    _look_at_bills(books, views, standing, paylater)
    _look_at_loans(books, views, standing)
    return [views[customer] for customer in customers]


def _look_at_bills(
    books: Books, views: dict[UUID, CustomerView], standing: Mapping[str, int], paylater: dict[UUID, UUID]
) -> None:
    for line, customer in paylater.items():
        view = views[customer]
        view.payable = sum(standing[f"paylater/{line}/{part}"] for part in BILLED_PARTS)
        view.splittable = standing[f"paylater/{line}/billed"]
    standings = books.session.execute(select(Standing.line_id, Standing.settled_minor))
    settled = {line: minor for line, minor in standings}  # noqa: C416  (rows are no pairs to a type checker)
    last = select(Statement.line_id, func.max(Statement.statement_on)).group_by(Statement.line_id)
    newest = select(Statement.line_id, Statement.due_on, Statement.minimum_minor).where(
        tuple_(Statement.line_id, Statement.statement_on).in_(last)
    )
    for line, due_on, minimum in books.session.execute(newest):
        view = views[paylater[line]]
        view.due_on = due_on
        view.minimum_left = min(view.payable, max(0, minimum - settled[line]))
    left = (Purchase.amount_minor - Purchase.refunded_minor).label("left")
    nth = func.row_number().over(partition_by=Purchase.line_id, order_by=(Purchase.on.desc(), Purchase.id.desc()))
    some = select(Purchase.line_id, Purchase.on, Purchase.id, left, nth.label("nth")).where(left > 0).subquery()
    bought = select(some.c.line_id, some.c.on, some.c.id, some.c.left).where(some.c.nth <= REFUNDABLE)
    for line, on, purchase, minor in books.session.execute(bought.order_by(some.c.on, some.c.id)):
        views[paylater[line]].purchases.append((on, purchase, minor))


def _look_at_loans(books: Books, views: dict[UUID, CustomerView], standing: Mapping[str, int]) -> None:
    running = select(Loan.id, Loan.customer_id, Loan.opened_on).where(Loan.settled_on.is_(None))
    loans: dict[UUID, LoanView] = {}
    for loan, customer, opened_on in books.session.execute(running.order_by(Loan.opened_on)):
        owed = {part: standing[f"loan/{loan}/{part}"] for part in ("principal", "interest", "penalty")}
        loans[loan] = LoanView(loan, opened_on, due=owed["penalty"], payoff=sum(owed.values()))
        views[customer].loans.append(loans[loan])
    left = LoanRow.principal_minor - LoanRow.principal_paid + LoanRow.interest_minor - LoanRow.interest_paid
    rows = select(LoanRow.loan_id, LoanRow.due_on, left).where(LoanRow.paid_on.is_(None), LoanRow.due_on <= books.today)
    missed: dict[UUID, list[date]] = defaultdict(list)
    for loan, due_on, minor in books.session.execute(rows):
        loans[loan].due += minor
        missed[loan].append(due_on)
    for loan, days in missed.items():
        loans[loan].missed_since = min(days)
