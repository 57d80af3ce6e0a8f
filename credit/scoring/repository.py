"""The SQL of behaviour: about ten statements for any number of customers, whatever they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, func, or_, select, type_coerce

from credit.books import Books
from credit.customers.models import Customer
from credit.kernel.database import among
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.models import Account, Balance
from credit.lines.models import Line
from credit.lines.service import PAYLATER
from credit.loans.models import Loan, LoanRow
from credit.paylater.models import Standing, Statement
from credit.repayments.debts import BILL
from credit.repayments.models import Repayment
from credit.schedules.daycount import months_between
from credit.scoring.behaviour import Bill, Features, MissedRow, Source, monthly_average, months_of
from credit.scoring.history import MONTHS
from credit.scoring.models import DataConsent, PayIn

LOOK_BACK_DAYS = 245
"""Eight months: seven statements, whatever day they are on."""
BOUNCE_DAYS, QUARTER_DAYS, WEEK_DAYS, INCOME_DAYS = 180, 90, 7, 123
PRINCIPAL = ("paylater_unbilled", "paylater_plan", "paylater_billed", "loan_principal")


@dataclass(slots=True)
class _Facts:
    """What was read of one customer, before anything is made of it."""

    joined_on: date
    lines: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    payments: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    bounced: set[object] = field(default_factory=set)
    principal: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    loans_running: int = 0
    loans_taken: list[date] = field(default_factory=list)
    missed: list[MissedRow] = field(default_factory=list)
    overdue_since: list[date] = field(default_factory=list)
    pay_ins: dict[str, dict[date, int]] = field(default_factory=lambda: defaultdict(dict))


def features_of(books: Books, customer_id: UUID) -> Features:
    """What the ledger shows of one customer today. Raises CUSTOMER_UNKNOWN."""
    found = features_of_many(books, [customer_id])
    if customer_id not in found:
        raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, str(customer_id))
    return found[customer_id]


def features_of_many(books: Books, ids: Iterable[UUID]) -> dict[UUID, Features]:
    """The same of many, in a bounded number of statements; who is no customer is not in the answer.

    A few thousand at a time: everything read of them is held in memory together."""
    wanted = list(ids)
    session = books.session
    joined = select(Customer.id, Customer.joined_on).where(among(session, Customer.id, wanted))
    facts = {key: _Facts(day) for key, day in session.execute(joined)}
    if not facts:
        return {}
    keys = list(facts)
    by_line = _read_lines(books, keys, facts)
    _read_bills(books, by_line, facts)
    _read_payments(books, keys, facts)
    _read_loans(books, keys, facts)
    _read_principal(books, keys, facts)
    _read_pay_ins(books, keys, facts)
    return {key: _features(books, known) for key, known in facts.items()}


def _features(books: Books, known: _Facts) -> Features:
    today = books.today
    days = (today - min(known.overdue_since)).days if known.overdue_since else 0
    overdue = days if days > books.catalogue.overdue.grace_days else 0
    paylater, cash = (known.lines.get(product, (None, 0))[1] for product in (PAYLATER, "cashloan"))
    income, transfers = (monthly_average(known.pay_ins[source], today) for source in Source)
    return Features(
        on=today,
        months=months_of(known.bills, known.payments, known.missed, overdue_now=overdue),
        paylater_limit=paylater,
        paylater_owed=sum(known.principal.get(kind, 0) for kind in PRINCIPAL[:3]),
        plans_owed=known.principal.get("paylater_plan", 0),
        cashloan_limit=cash,
        cashloan_owed=known.principal.get("loan_principal", 0),
        loans_running=known.loans_running,
        loans_in_week=_since(known.loans_taken, today - timedelta(days=WEEK_DAYS)),
        loans_in_quarter=_since(known.loans_taken, today - timedelta(days=QUARTER_DAYS)),
        tenure_months=months_between(known.joined_on, today) - (today.day < known.joined_on.day),
        days_overdue=overdue,
        bounced=len(known.bounced),
        income=income,
        transfers=transfers,
    )


def _since(days: Sequence[date], first: date) -> int:
    return sum(1 for day in days if day > first)


def _keyed[T](books: Books, column: Any, by_id: Mapping[UUID, T]) -> tuple[Any, Mapping[Any, T]]:
    """The column as the driver gives it, and the same map by that: on SQLite, making a UUID of every row's text costs
    more than everything else here together."""
    if books.session.get_bind().dialect.name != "sqlite":
        return column, by_id
    return type_coerce(column, String), {key.hex: value for key, value in by_id.items()}


def _read_lines(books: Books, keys: list[UUID], facts: dict[UUID, _Facts]) -> dict[UUID, UUID]:
    """Fills in limits and what is overdue on the pay-later line; returns pay-later line → customer."""
    query = (
        select(Line.id, Line.customer_id, Line.product, Line.limit_minor, Standing.overdue_since)
        .outerjoin(Standing, Standing.line_id == Line.id)
        .where(among(books.session, Line.customer_id, keys), Line.status != "closed")
    )
    owners = {}
    for line, customer, product, limit, since in books.session.execute(query):
        known = facts[customer]
        known.lines[product] = (line, limit)
        if product == PAYLATER:
            owners[line] = customer
        if since is not None:
            known.overdue_since.append(since)
    return owners


def _read_bills(books: Books, owners: dict[UUID, UUID], facts: dict[UUID, _Facts]) -> None:
    line, bills_of = _keyed(books, Statement.line_id, {key: facts[owner].bills for key, owner in owners.items()})
    query = (
        select(
            line,
            Statement.statement_on,
            Statement.previous_minor,
            Statement.penalty_minor,
            Statement.total_minor,
            Statement.minimum_minor,
        )
        .where(
            among(books.session, Statement.line_id, owners),
            Statement.statement_on >= books.today - timedelta(days=LOOK_BACK_DAYS),
        )
        .order_by(Statement.line_id, Statement.statement_on.desc())
    )
    for key, on, previous, penalty, total, minimum in books.session.execute(query):
        bills = bills_of[key]
        if len(bills) <= MONTHS:  # one more than the months, to know what the oldest was paid against
            bills.append(Bill(on, previous, penalty, total, minimum))


def _read_payments(books: Books, keys: list[UUID], facts: dict[UUID, _Facts]) -> None:
    """Payments onto bills by day, and payments of any kind that the bank took back."""
    customer, known = _keyed(books, Repayment.customer_id, facts)
    paid = select(customer, Repayment.received_on, Repayment.amount_minor).where(
        among(books.session, Repayment.customer_id, keys),
        Repayment.received_on >= books.today - timedelta(days=LOOK_BACK_DAYS),
        Repayment.kind == BILL,
        Repayment.bounced_by.is_(None),
    )
    for key, day, amount in books.session.execute(paid):
        known[key].payments[day] += amount
    returned = select(customer, Repayment.id, Repayment.reference).where(
        among(books.session, Repayment.customer_id, keys),
        Repayment.received_on > books.today - timedelta(days=BOUNCE_DAYS),
        Repayment.bounced_by.is_not(None),
    )
    for key, share, reference in books.session.execute(returned):
        known[key].bounced.add(reference or share)  # shares of one payment bounce together


def _read_loans(books: Books, keys: list[UUID], facts: dict[UUID, _Facts]) -> None:
    """Loans that run or are recent, and due days that were missed."""
    horizon = books.today - timedelta(days=LOOK_BACK_DAYS)
    loans = select(Loan.customer_id, Loan.opened_on, Loan.settled_on).where(
        among(books.session, Loan.customer_id, keys), or_(Loan.settled_on.is_(None), Loan.opened_on >= horizon)
    )
    for customer, opened, settled in books.session.execute(loans):
        facts[customer].loans_running += settled is None
        facts[customer].loans_taken.append(opened)
    rows = (
        select(Loan.customer_id, LoanRow.due_on, LoanRow.paid_on)
        .join(Loan, Loan.id == LoanRow.loan_id)
        .where(
            among(books.session, Loan.customer_id, keys),
            LoanRow.due_on < books.today,
            or_(
                and_(LoanRow.paid_on.is_(None), Loan.settled_on.is_(None)),
                and_(LoanRow.paid_on > LoanRow.due_on, LoanRow.paid_on >= horizon),
            ),
        )
    )
    for customer, due, paid in books.session.execute(rows):
        facts[customer].missed.append(MissedRow(due, paid))
        if paid is None:
            facts[customer].overdue_since.append(due)


def _read_principal(books: Books, keys: list[UUID], facts: dict[UUID, _Facts]) -> None:
    customer, known = _keyed(books, Account.customer_id, facts)
    query = (
        select(customer, Account.kind, Balance.balance_minor)
        .join(Balance, Balance.account_id == Account.id)
        .where(among(books.session, Account.customer_id, keys), Account.kind.in_(PRINCIPAL), Balance.balance_minor != 0)
    )
    for key, kind, minor in books.session.execute(query):
        known[key].principal[kind] += minor


def _read_pay_ins(books: Books, keys: list[UUID], facts: dict[UUID, _Facts]) -> None:
    """Only of sources that the customer lets us look at now."""
    allowed = sources_allowed(books, keys)
    if not allowed:
        return
    query = (
        select(PayIn.customer_id, PayIn.source, PayIn.on, func.sum(PayIn.amount_minor))
        .where(
            among(books.session, PayIn.customer_id, {customer for customer, _ in allowed}),
            PayIn.on >= books.today - timedelta(days=INCOME_DAYS),
        )
        .group_by(PayIn.customer_id, PayIn.source, PayIn.on)
    )
    for customer, source, day, minor in books.session.execute(query):
        if (customer, source) in allowed:
            facts[customer].pay_ins[source][day] = int(minor)


def sources_allowed(books: Books, keys: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """Customers and sources of data whose newest consent says yes; without a row it is no."""
    query = (
        select(DataConsent.customer_id, DataConsent.source, DataConsent.given)
        .where(among(books.session, DataConsent.customer_id, keys))
        .order_by(DataConsent.recorded_at, DataConsent.id)
    )
    newest = {(customer, source): given for customer, source, given in books.session.execute(query)}
    return {key for key, given in newest.items() if given}
