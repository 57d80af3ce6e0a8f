"""The newest bill, the one before, what happened since and what waits for the next."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.explain.bill import BillFacts, BoughtFact, NextFacts, RowFact, SinceFact, StatementFact
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.models import Journal
from credit.ledger.reading import journal_facts
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.paylater import rules
from credit.paylater.accounts import owed, payable_now
from credit.paylater.models import InstallmentPlan, InstallmentRow, Purchase, Refund, Statement
from credit.paylater.service import cycle_of, latest_statement, plan_rows_due
from credit.repayments.models import Repayment


def bill_facts(books: Books, customer_id: UUID) -> BillFacts:
    """Raises CUSTOMER_UNKNOWN, PRODUCT_NOT_OPEN, NO_OPEN_BILL when none was ever issued."""
    books.customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    statement = latest_statement(books, line)
    if statement is None:
        raise CreditError(ErrorCode.NO_OPEN_BILL)
    before = _before(books, line, statement)
    return BillFacts(
        statement=_statement(statement),
        outstanding=payable_now(owed(books, line)),
        coming=_coming(books, line),
        previous=_statement(before) if before else None,
        bought=_bought(books, line, statement.id),
        bought_before=_bought(books, line, before.id) if before else (),
        rows=_rows_on(books, statement),
        since=_since(books, line, statement),
    )


def _statement(row: Statement) -> StatementFact:
    parts = {
        "previous": row.previous_minor,
        "purchases": row.purchases_minor,
        "refunds": row.refunds_minor,
        "installments": row.installments_minor,
        "interest": row.interest_minor,
        "fees": row.fees_minor,
        "penalty": row.penalty_minor,
        "payments": row.payments_minor,
    }
    return StatementFact(row.id, row.statement_on, row.due_on, {name: Money(minor) for name, minor in parts.items()})


def _before(books: Books, line: Line, statement: Statement) -> Statement | None:
    query = select(Statement).where(Statement.line_id == line.id, Statement.statement_on < statement.statement_on)
    return books.session.scalars(query.order_by(Statement.statement_on.desc()).limit(1)).one_or_none()


def _bought(books: Books, line: Line, statement_id: UUID | None) -> tuple[BoughtFact, ...]:
    """Purchases on a statement, or those on none yet, largest first. What is paid in installments comes as rows."""
    on = Purchase.statement_id == statement_id if statement_id else Purchase.statement_id.is_(None)
    query = select(Purchase).where(Purchase.line_id == line.id, on, Purchase.plan_id.is_(None))
    rows = books.session.scalars(query.order_by(Purchase.amount_minor.desc(), Purchase.id))
    return tuple(BoughtFact(row.id, row.on, row.merchant, Money(row.amount_minor), row.journal_id) for row in rows)


def _rows_on(books: Books, statement: Statement) -> tuple[RowFact, ...]:
    query = select(InstallmentRow).where(InstallmentRow.statement_id == statement.id)
    rows = books.session.scalars(query.order_by(InstallmentRow.plan_id, InstallmentRow.number))
    return tuple(_row(books, row) for row in rows)


def _row(books: Books, row: InstallmentRow) -> RowFact:
    plan = books.session.get_one(InstallmentPlan, row.plan_id)
    merchant = books.session.scalar(select(Purchase.merchant).where(Purchase.plan_id == plan.id))
    principal, fee = Money(row.principal_minor), Money(row.fee_minor)
    return RowFact(plan.id, plan.opened_on, row.number, plan.term, principal, fee, merchant)


def _since(books: Books, line: Line, statement: Statement) -> tuple[SinceFact, ...]:
    """In the order in which it happened. A payment the bank took back has lowered nothing."""
    paid = books.session.scalars(
        select(Repayment).where(
            Repayment.debt_id == line.id,
            Repayment.received_on >= statement.statement_on,
            Repayment.bounced_by.is_(None),
        )
    )
    found = [SinceFact("payment", row.received_on, Money(row.amount_minor), row.journal_id) for row in paid]
    given = books.session.execute(
        select(Refund, Purchase.merchant)
        .join(Purchase, Purchase.id == Refund.purchase_id)
        .where(Refund.line_id == line.id, Refund.on >= statement.statement_on, Refund.billed_minor > 0)
    )
    found += [SinceFact("refund", row.on, Money(row.billed_minor), row.journal_id, merchant) for row, merchant in given]
    kinds = {"bill_split": "split", "bill_repaid_with_loan": "bridge"}
    journals = books.session.scalars(
        select(Journal).where(
            Journal.customer_id == line.customer_id,
            Journal.effective_on >= statement.statement_on,
            Journal.kind.in_(kinds),
        )
    )
    for row in journals:
        amount = Money(int(journal_facts(row)["amount"]))
        found.append(SinceFact(kinds[row.kind], row.effective_on, amount, row.id))
    return tuple(sorted(found, key=lambda each: (each.on, str(each.journal_id))))


def _coming(books: Books, line: Line) -> NextFacts:
    on = rules.next_statement(cycle_of(line), books.today)
    parts, bought = owed(books, line), _bought(books, line, None)
    # Refunds of unbilled purchases are what the purchases are more than the ledger's unbilled spending.
    refunded = sum(each.amount.minor for each in bought) - parts["unbilled"]
    rows = tuple(_row(books, row) for row in plan_rows_due(books, line, on))
    return NextFacts(on, bought, Money(refunded), rows, Money(parts["accrued"]), Money(parts["credit"]))
