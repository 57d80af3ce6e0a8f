"""Issuing statements, and what a closed day does to a line."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select, true, update

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.paylater import rules
from credit.paylater.accounts import account, owed, payable_now, principal_owed
from credit.paylater.models import InstallmentRow, Purchase, Refund, Statement
from credit.paylater.service import (
    FEE_INCOME,
    cycle_of,
    latest_statement,
    lower_standing,
    minimum_left,
    plan_rows_due,
    standing_of,
)


def issue_statement(books: Books, line: Line) -> Statement:
    """Put everything since the last statement on a new one, dated today. Raises STATEMENT_EXISTS."""
    latest = latest_statement(books, line)
    if latest is not None and latest.statement_on >= books.today:
        raise CreditError(ErrorCode.STATEMENT_EXISTS, f"{latest.statement_on}")
    today, parts = books.today, owed(books, line)
    rows = plan_rows_due(books, line, today)
    bill = _compose(books, line, parts, rows)
    lines = Lines()
    lines.move(Money(parts["unbilled"]), debit=account(line, "billed"), credit=account(line, "unbilled"))
    lines.move(Money(bill.installments), debit=account(line, "billed"), credit=account(line, "plan"))
    lines.move(Money(parts["accrued"]), debit=account(line, "interest"), credit=account(line, "accrued"))
    lines.move(Money(bill.fees), debit=account(line, "fee"), credit=FEE_INCOME)
    applied = _apply_credit(books, line, lines, parts, bill)
    if lines:
        books.post("statement", f"statement:{line.id}:{today}", lines, customer_id=line.customer_id)
    statement = Statement(
        id=new_id(),
        line_id=line.id,
        statement_on=today,
        due_on=rules.due_day_of(cycle_of(line), today),
        previous_minor=bill.previous,
        purchases_minor=bill.purchases,
        refunds_minor=bill.refunds,
        installments_minor=bill.installments,
        interest_minor=bill.interest,
        fees_minor=bill.fees,
        penalty_minor=bill.penalty,
        payments_minor=bill.payments,
        total_minor=bill.total,
        minimum_minor=rules.minimum_payment(bill, books.catalogue.paylater.minimum_payment),
    )
    books.session.add(statement)
    books.session.flush()
    _mark_billed(books, line, statement, rows)
    # A credit set against the bill settles old debt like a payment does; the new statement starts with nothing settled.
    lower_standing(books, line, principal=applied, settled=-bill.payments)
    standing_of(books, line).settled_minor = 0
    return statement


def _compose(books: Books, line: Line, parts: dict[str, int], rows: list[InstallmentRow]) -> rules.Composition:
    new = select(func.coalesce(func.sum(Purchase.amount_minor), 0)).where(
        Purchase.line_id == line.id, Purchase.statement_id.is_(None), Purchase.plan_id.is_(None)
    )
    back = select(func.coalesce(func.sum(Refund.unbilled_minor), 0)).where(
        Refund.line_id == line.id, Refund.statement_id.is_(None)
    )
    composition = rules.Composition(
        previous=parts["billed"] + parts["interest"] + parts["fee"],
        purchases=int(books.session.scalar(new) or 0),
        refunds=-int(books.session.scalar(back) or 0),
        installments=sum(row.principal_minor for row in rows),
        interest=parts["accrued"],
        fees=sum(row.fee_minor for row in rows),
        penalty=parts["penalty"],
        payments=0,
    )
    if composition.purchases + composition.refunds != parts["unbilled"]:
        raise AssertionError(f"line {line.id}: purchases and ledger differ")
    return rules.Composition(**{**_fields(composition), "payments": -min(parts["credit"], composition.total)})


def _fields(bill: rules.Composition) -> dict[str, int]:
    return {name: getattr(bill, name) for name in bill.__slots__}


def _apply_credit(books: Books, line: Line, lines: Lines, parts: dict[str, int], bill: rules.Composition) -> int:
    """Set a credit balance against the new bill; returns the principal it repaid, minor units."""
    after = {
        "penalty": parts["penalty"],
        "interest": parts["interest"] + parts["accrued"],
        "fee": parts["fee"] + bill.fees,
        "billed": parts["billed"] + parts["unbilled"] + bill.installments,
    }
    shares = rules.allocate(-bill.payments, after, rules.BILLED_PARTS)
    for part, share in shares.items():
        lines.move(Money(share), debit=account(line, "credit"), credit=account(line, part))
    principal = shares.get("billed", 0)
    if principal:
        lines_service.release(books, lines, line, owed_after=Money(principal_owed(parts).minor - principal))
    return principal


def _mark_billed(books: Books, line: Line, statement: Statement, rows: list[InstallmentRow]) -> None:
    spent = Purchase.plan_id.is_(None)  # what was bought in installments comes row by row
    for table, only in ((Purchase, spent), (Refund, true())):
        books.session.execute(
            update(table)
            .where(table.line_id == line.id, table.statement_id.is_(None), only)
            .values(statement_id=statement.id)
        )
    for row in rows:
        row.statement_id = statement.id


def pass_due_day(books: Books, line: Line, day: date) -> None:
    """After the due day: what is unpaid begins to bear interest, and a missed minimum payment is overdue."""
    statement = latest_statement(books, line)
    if statement is None or statement.due_on != day:
        return
    standing, parts = standing_of(books, line), owed(books, line)
    standing.past_due_minor = parts["billed"]
    missing = minimum_left(statement, standing, payable_now(parts))
    standing.overdue_minor = missing.minor
    bears_nothing = parts["interest"] + parts["fee"] + min(parts["penalty"], statement.penalty_minor)
    standing.overdue_principal_minor = min(parts["billed"], max(0, missing.minor - bears_nothing))
    if missing:
        standing.overdue_since = standing.overdue_since or day
    elif standing.overdue_since is not None:
        standing.overdue_since = None
        books.customer(line.customer_id).overdue_cured_on = day
