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
from credit.loans.replanning import Effect, plan_rest


@dataclass(frozen=True, slots=True)
class Split:
    """How a payment is spread over a loan, minor units: penalty, interest, principal of rows and ahead of time."""

    penalty: int
    interest: int
    principal_due: int
    """Principal of rows that are due, or of the next one when the payment counts as that installment."""
    principal_early: int
    pays_next: bool = False
    """The next row is paid with this, some days before its due day."""

    @property
    def principal(self) -> int:
        return self.principal_due + self.principal_early


def due_now(books: Books, loan: Loan) -> Money:
    """Missed and due rows, and penalty: what must be paid today. Zero when nothing is due yet."""
    rows = [row for row in service.unpaid_rows(books, loan) if row.due_on <= books.today]
    return Money(owed(books, loan)["penalty"] + sum(left_of(row).minor for row in rows))


def next_row(books: Books, loan: Loan) -> LoanRow:
    """The oldest unpaid row; the last one when only penalty is still owed."""
    rows = service.rows_of(books, loan)
    return next((row for row in rows if row.paid_on is None), rows[-1])


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
    unpaid = service.unpaid_rows(books, loan)
    rows = [row for row in unpaid if row.due_on <= books.today]
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
    due = Split(taken["penalty"], taken["interest"] + ahead, taken["principal"], rest - ahead)
    return _counted_as_installment(books, due, unpaid[len(rows) :], rest=rest, interest=ahead)


def _counted_as_installment(books: Books, due: Split, coming: list[LoanRow], *, rest: int, interest: int) -> Split:
    """Within the days the catalogue names, what is paid before the due day counts as that day's installment first.

    `rest` is what goes beyond the rows already due, `interest` the part of it that pays interest so far."""
    ahead_days = books.catalogue.repayments.counts_ahead_days
    if not coming or not rest or (coming[0].due_on - books.today).days > ahead_days:
        return due
    row, asked = coming[0], left_of(coming[0]).minor
    # Fewer days bear interest, so a full installment repays more principal than was planned.
    pays_next = rest >= asked and len(coming) > 1
    share = asked - interest if pays_next else row.principal_minor - row.principal_paid
    counted = max(0, min(due.principal_early, share))
    return Split(due.penalty, due.interest, due.principal_due + counted, due.principal_early - counted, pays_next)


def settle_loan(
    books: Books, loan: Loan, amount: Money, *, paid_from: str, lines: Lines, effect: Effect | None = None
) -> Split:
    """Add the lines that repay `amount`, give limit back and update the plan. The caller posts the lines.

    `effect` says what principal repaid early does to the later rows. Raises as `split_payment`, and
    EARLY_EFFECT_NOT_POSSIBLE."""
    shares = split_payment(books, loan, amount)
    was_late = service.days_overdue(books, loan) > 0
    for part, minor in (("penalty", shares.penalty), ("interest", shares.interest), ("principal", shares.principal)):
        lines.move(Money(minor), debit=paid_from, credit=account(loan, part))
    principal_before = owed(books, loan)["principal"]
    line = books.session.get_one(Line, loan.line_id)
    owed_after = service.principal_owed(books, loan.customer_id).minor - shares.principal
    lines_service.release(books, lines, line, owed_after=Money(owed_after))
    mark_rows(books, loan, shares)
    if amount == payoff(owed(books, loan)):
        _close(books, loan)
    elif shares.principal_early or shares.pays_next:
        plan_again(books, loan, principal_before - shares.principal, effect=effect)
    books.session.flush()
    if was_late and not service.days_overdue(books, loan):
        books.customer(loan.customer_id).overdue_cured_on = books.today
    return shares


def mark_rows(books: Books, loan: Loan, shares: Split) -> None:
    """Write a payment onto the rows, oldest first; principal repaid early is left to `plan_again`."""
    interest, principal = shares.interest, shares.principal_due
    for row in service.unpaid_rows(books, loan):
        if row.due_on > books.today:
            _mark_ahead(row, interest, principal, paid_on=books.today if shares.pays_next else None)
            break
        took = min(interest, row.interest_minor - row.interest_paid)
        row.interest_paid, interest = row.interest_paid + took, interest - took
        took = min(principal, row.principal_minor - row.principal_paid)
        row.principal_paid, principal = row.principal_paid + took, principal - took
        if not left_of(row):
            row.paid_on = books.today
    books.session.flush()


def _mark_ahead(row: LoanRow, interest: int, principal: int, *, paid_on: date | None) -> None:
    """What is paid ahead of its due day lowers what the row will still ask for, or is the row."""
    row.interest_minor = max(row.interest_minor, row.interest_paid + interest)
    row.principal_minor = max(row.principal_minor, row.principal_paid + principal)
    row.interest_paid += interest
    row.principal_paid += principal
    if paid_on is not None:
        row.interest_minor, row.principal_minor, row.paid_on = row.interest_paid, row.principal_paid, paid_on


def _close(books: Books, loan: Loan) -> None:
    """Everything is repaid: rows of the future are no longer owed."""
    loan.settled_on = books.today
    for row in service.unpaid_rows(books, loan):
        row.principal_paid, row.interest_minor = row.principal_minor, row.interest_paid
        row.paid_on = books.today


def plan_again(
    books: Books, loan: Loan, principal_left: int, *, effect: Effect | None = None, accrued: int = 0
) -> None:
    """Keep the due days and spread the rest of the principal over the rows not yet due.

    `accrued` is interest of days gone by that is still unpaid; the next row asks for it too."""
    unpaid = service.unpaid_rows(books, loan)
    late = sum(row.principal_minor - row.principal_paid for row in unpaid if row.due_on <= books.today)
    rows = [row for row in unpaid if row.due_on > books.today]
    if not rows:
        return
    planned = plan_rest(loan, principal_left - late, rows, on=books.today, effect=effect or Effect.REDUCE_INSTALLMENT)
    for row, (principal, interest) in zip(rows, planned, strict=False):
        row.principal_minor = principal + row.principal_paid
        # What was accrued before today and paid already is beside what the days ahead cost.
        row.interest_minor = interest + row.interest_paid + accrued
        accrued = 0
    for row in rows[len(planned) :]:
        books.session.delete(row)
    books.session.flush()


def reach_due_day(books: Books, loan: Loan, day: date) -> None:
    """On the due day the row's interest becomes what was really accrued."""
    rows = service.unpaid_rows(books, loan)
    for row in rows:
        if row.due_on == day:
            earlier = sum(other.interest_minor - other.interest_paid for other in rows if other.due_on < day)
            row.interest_minor = row.interest_paid + owed(books, loan)["interest"] - earlier
