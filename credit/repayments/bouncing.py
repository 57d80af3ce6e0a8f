"""A payment that the bank takes back: the debt stands again, with its dates, and nothing is charged for it.

See docs/decisions/0010-money-in-and-out.md for the days between."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.models import Posting
from credit.ledger.service import Lines, account_id
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.accounts import account as loan_account
from credit.loans.accounts import owed as loan_owed
from credit.loans.models import Loan, LoanRow
from credit.paylater import service as paylater_service
from credit.paylater.accounts import account as bill_account
from credit.paylater.accounts import owed, payable_now, principal_owed
from credit.repayments import receiving
from credit.repayments.debts import CASH, KEPT, LOAN, RowMark
from credit.repayments.models import Repayment


def bounce(books: Books, reference: str, *, reason: str) -> list[UUID]:
    """Take back every share of the payment with that bank reference; returns the journals.

    Raises PAYMENT_UNKNOWN, PAYMENT_ALREADY_BOUNCED, PAYMENT_CANNOT_BOUNCE (part of it was kept and is on its way
    back)."""
    shares = receiving.of_reference(books, reference)
    if not shares:
        raise CreditError(ErrorCode.PAYMENT_UNKNOWN, reference)
    books.lock_customer(shares[0].customer_id)
    for share in shares:
        books.session.refresh(share)
        if share.bounced_by is not None:
            raise CreditError(ErrorCode.PAYMENT_ALREADY_BOUNCED, reference)
        if share.kind == KEPT:
            raise CreditError(ErrorCode.PAYMENT_CANNOT_BOUNCE, reference)
    return [_take_back(books, share, reason) for share in shares]


def _take_back(books: Books, share: Repayment, reason: str) -> UUID:
    split: dict[str, int] = json.loads(share.split)
    if share.kind == LOAN:
        loan = books.session.get_one(Loan, share.debt_id)
        line = books.session.get_one(Line, loan.line_id)
        debt = loans_service.principal_owed(books, share.customer_id).minor
        codes = {part: loan_account(loan, part) for part in split}
        share.bounced_by = _book(books, share, line, debt + split["principal"], split, codes, reason)
        _rows_again(books, share, loan)
    else:
        line = books.session.get_one(Line, share.debt_id)
        debt = principal_owed(owed(books, line)).minor
        codes = {part: bill_account(line, part) for part in split}
        share.bounced_by = _book(books, share, line, debt + split.get("billed", 0), split, codes, reason)
        _standing_again(books, share, line, split)
    books.session.flush()
    return share.bounced_by


def _book(
    books: Books,
    share: Repayment,
    line: Line,
    debt_after: int,
    split: dict[str, int],
    codes: dict[str, str],
    reason: str,
) -> UUID:
    """Reverse the payment's journal; where the limit it gave back was used or cut since, book the debt without it."""
    request_id = f"bounce:{share.id}"
    parts = books.ledger.balances(lines_service.account(line, part) for part in ("used", "available"))
    used, free = (amount.minor for amount in parts.values())
    takes = max(0, min(line.limit_minor, debt_after) - used)
    if takes <= free and takes == _gave_back(books, share, line):
        return books.ledger.reverse(share.journal_id, request_id=request_id, effective_on=books.today, reason=reason)
    lines = Lines()
    for part, minor in split.items():
        lines.move(Money(minor), debit=codes[part], credit=CASH)
    lines_service.draw(lines, line, Money(min(takes, free)))
    facts: dict[str, object] = {"of": str(share.journal_id), "reason": reason}
    return books.post("payment_bounced", request_id, lines, customer_id=share.customer_id, facts=facts)


def _gave_back(books: Books, share: Repayment, line: Line) -> int:
    """The limit that the payment's journal freed, minor units."""
    freed = select(Posting.amount_minor).where(
        Posting.journal_id == share.journal_id,
        Posting.account_id == account_id(lines_service.account(line, "available")),
    )
    return books.session.scalar(freed) or 0


def _rows_again(books: Books, share: Repayment, loan: Loan) -> None:
    """The rows as they were before the payment, then what was paid since, then the plan of what is left."""
    before: dict[str, Any] = json.loads(share.before)
    known = {row.number: row for row in loans_service.rows_of(books, loan)}
    for mark in before["rows"]:
        books.session.add(RowMark(**mark).put_back(loan, known))
    loan.settled_on = None
    books.session.flush()
    since = select(Repayment).where(
        Repayment.debt_id == loan.id, Repayment.bounced_by.is_(None), Repayment.id > share.id
    )
    for later in books.session.scalars(since.order_by(Repayment.id)):
        _mark(books, loan, json.loads(later.split), later.received_on)
    _fit(books, loan)
    books.customer(loan.customer_id).overdue_cured_on = _cured(books, loan.customer_id, before)


def _mark(books: Books, loan: Loan, split: dict[str, int], paid_on: date) -> None:
    interest, principal = split["interest"], split["principal"]
    for row in loans_service.unpaid_rows(books, loan):
        if row.due_on > books.today:
            break
        took = min(interest, row.interest_minor - row.interest_paid)
        row.interest_paid, interest = row.interest_paid + took, interest - took
        took = min(principal, row.principal_minor - row.principal_paid)
        row.principal_paid, principal = row.principal_paid + took, principal - took
        if not repaying.left_of(row):
            row.paid_on = paid_on
    books.session.flush()


def _fit(books: Books, loan: Loan) -> None:
    """Let the rows ask for exactly what the ledger says is owed."""
    parts = loan_owed(books, loan)
    unpaid = loans_service.unpaid_rows(books, loan)
    late = [row for row in unpaid if row.due_on <= books.today]
    _fit_interest(late, parts["interest"], whole=len(late) == len(unpaid))
    coming = [row for row in unpaid if row.due_on > books.today]
    asked = sum(row.principal_minor - row.principal_paid for row in coming)
    left = parts["principal"] - sum(row.principal_minor - row.principal_paid for row in late)
    if coming and asked != left:
        accrued = parts["interest"] - sum(row.interest_minor - row.interest_paid for row in late)
        repaying.plan_again(books, loan, parts["principal"], accrued=accrued)
    books.session.flush()


def _fit_interest(late: list[LoanRow], interest: int, *, whole: bool) -> None:
    """What rows that are due ask for is what really accrued: with fewer days since, less than was planned."""
    over = sum(row.interest_minor - row.interest_paid for row in late) - interest
    for row in reversed(late):
        if over > 0:
            less = min(over, row.interest_minor - row.interest_paid)
            row.interest_minor, over = row.interest_minor - less, over - less
    if over < 0 and whole and late:
        late[-1].interest_minor -= over


def _standing_again(books: Books, share: Repayment, line: Line, split: dict[str, int]) -> None:
    """The bill's marks: as before while it is the newest bill, else the amount is an older bill's, past due."""
    before: dict[str, Any] = json.loads(share.before)
    standing, statement = paylater_service.standing_of(books, line), paylater_service.latest_statement(books, line)
    parts, principal = owed(books, line), split.get("billed", 0)
    if statement is None or str(statement.id) != before["statement"]:
        standing.past_due_minor = min(parts["billed"], standing.past_due_minor + principal)
        return
    standing.settled_minor -= share.amount_minor
    if books.today <= statement.due_on:
        standing.past_due_minor = min(parts["billed"], before["past_due"])
        standing.overdue_minor, standing.overdue_principal_minor = before["overdue"], before["overdue_principal"]
        standing.overdue_since = date.fromisoformat(before["since"]) if before["since"] else None
    else:
        standing.past_due_minor = parts["billed"]
        missing = paylater_service.minimum_left(statement, standing, payable_now(parts)).minor
        standing.overdue_minor = max(standing.overdue_minor, missing)
        standing.overdue_principal_minor = min(parts["billed"], standing.overdue_minor)
        if standing.overdue_minor:
            since = date.fromisoformat(before["since"]) if before["since"] else statement.due_on
            standing.overdue_since = min(since, standing.overdue_since or since)
    books.customer(line.customer_id).overdue_cured_on = _cured(books, line.customer_id, before)


def _cured(books: Books, customer_id: UUID, before: dict[str, Any]) -> date | None:
    """A customer who is late again is not cured; else what was known before the payment still holds."""
    if any(loans_service.days_overdue(books, loan) for loan in loans_service.running_loans(books, customer_id)):
        return None
    cured = before["cured_on"]
    return date.fromisoformat(cured) if cured else None
