"""Repaying loans, and what a closed day does to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import service
from credit.loans.accounts import account, owed, payoff
from credit.loans.models import Loan, LoanRow
from credit.schedules.rules import Method, plan_loan


@dataclass(frozen=True, slots=True)
class Split:
    """How a payment is spread over a loan, minor units: penalty, interest, principal of due rows and ahead of time."""

    penalty: int
    interest: int
    principal_due: int
    principal_early: int

    @property
    def principal(self) -> int:
        return self.principal_due + self.principal_early


def due_now(books: Books, loan: Loan) -> Money:
    """Missed and due rows, and penalty: what must be paid today. Zero when nothing is due yet."""
    rows = [row for row in service.unpaid_rows(books, loan) if row.due_on <= books.today]
    return Money(owed(books, loan)["penalty"] + sum(left_of(row).minor for row in rows))


def next_row(books: Books, loan: Loan) -> LoanRow:
    return service.unpaid_rows(books, loan)[0]


def left_of(row: LoanRow) -> Money:
    """What a row still asks for."""
    return Money(row.principal_minor - row.principal_paid + row.interest_minor - row.interest_paid)


def split_payment(books: Books, loan: Loan, amount: Money) -> Split:
    """Penalty, interest, then principal, oldest row first; what is left repays principal early.

    From the day named in the catalogue principal goes first. Raises AMOUNT_NOT_POSITIVE, REPAYMENT_EXCEEDS_DEBT."""
    parts = owed(books, loan)
    whole = payoff(parts)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if amount > whole:
        raise CreditError(ErrorCode.REPAYMENT_EXCEEDS_DEBT, offered=amount, owed=whole)
    if amount == whole:
        return Split(parts["penalty"], parts["interest"], 0, parts["principal"])
    rows = [row for row in service.unpaid_rows(books, loan) if row.due_on <= books.today]
    wanted = {
        "penalty": parts["penalty"],
        "interest": sum(row.interest_minor - row.interest_paid for row in rows),
        "principal": sum(row.principal_minor - row.principal_paid for row in rows),
    }
    order = ("penalty", "interest", "principal")
    if service.days_overdue(books, loan) >= books.catalogue.overdue.principal_first_from_day:
        order = ("principal", "penalty", "interest")
    rest, taken = amount.minor, dict.fromkeys(order, 0)
    for part in order:
        taken[part] = min(rest, wanted[part])
        rest -= taken[part]
    # What goes beyond the rows that are due pays the interest accrued so far, then principal ahead of time.
    ahead = min(rest, parts["interest"] - taken["interest"])
    return Split(taken["penalty"], taken["interest"] + ahead, taken["principal"], rest - ahead)


def settle_loan(books: Books, loan: Loan, amount: Money, *, paid_from: str, lines: Lines) -> Split:
    """Add the lines that repay `amount`, give limit back and update the plan. The caller posts the lines."""
    shares = split_payment(books, loan, amount)
    was_late = service.days_overdue(books, loan) > 0
    for part, minor in (("penalty", shares.penalty), ("interest", shares.interest), ("principal", shares.principal)):
        lines.move(Money(minor), debit=paid_from, credit=account(loan, part))
    principal_before = owed(books, loan)["principal"]
    line = books.session.get_one(Line, loan.line_id)
    owed_after = service.principal_owed(books, loan.customer_id).minor - shares.principal
    lines_service.release(books, lines, line, owed_after=Money(owed_after))
    _mark_rows(books, loan, shares)
    if shares.principal == principal_before:
        _close(books, loan)
    elif shares.principal_early:
        _plan_again(books, loan, principal_before - shares.principal)
    books.session.flush()
    if was_late and not service.days_overdue(books, loan):
        books.customer(loan.customer_id).overdue_cured_on = books.today
    return shares


def _mark_rows(books: Books, loan: Loan, shares: Split) -> None:
    interest, principal = shares.interest, shares.principal_due
    for row in service.unpaid_rows(books, loan):
        if row.due_on > books.today:
            # Interest paid ahead of its due day lowers what that row will still ask for.
            row.interest_paid += min(interest, row.interest_minor - row.interest_paid)
            break
        took = min(interest, row.interest_minor - row.interest_paid)
        row.interest_paid, interest = row.interest_paid + took, interest - took
        took = min(principal, row.principal_minor - row.principal_paid)
        row.principal_paid, principal = row.principal_paid + took, principal - took
        if not left_of(row):
            row.paid_on = books.today


def _close(books: Books, loan: Loan) -> None:
    """Everything is repaid: rows of the future are no longer owed."""
    loan.settled_on = books.today
    for row in service.unpaid_rows(books, loan):
        row.principal_paid, row.interest_minor = row.principal_minor, row.interest_paid
        row.paid_on = books.today


def _plan_again(books: Books, loan: Loan, principal_left: int) -> None:
    """Keep the due days, lower the installments: the rest of the principal over the rows not yet due."""
    rows = [row for row in service.unpaid_rows(books, loan) if row.due_on > books.today]
    planned = plan_loan(
        principal=Money(principal_left),
        daily_rate_ppm=loan.daily_rate_ppm,
        opened_on=books.today,
        due_on=[row.due_on for row in rows],
        method=Method(loan.method),
    )
    for row, new in zip(rows, planned, strict=True):
        row.principal_minor = new.principal.minor
        # What was accrued before today was paid with the early repayment, so only the days ahead count.
        row.interest_minor = new.interest.minor + row.interest_paid


def reach_due_day(books: Books, loan: Loan, day: date) -> None:
    """On the due day the row's interest becomes what was really accrued."""
    rows = service.unpaid_rows(books, loan)
    for row in rows:
        if row.due_on == day:
            earlier = sum(other.interest_minor - other.interest_paid for other in rows if other.due_on < day)
            row.interest_minor = row.interest_paid + owed(books, loan)["interest"] - earlier
