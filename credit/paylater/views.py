"""The bill, the spending list and running plans as cards."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.cards import (
    BillCard,
    BillEntry,
    BillPart,
    ListCard,
    ListItem,
    MoneyOut,
    RowStatus,
    ScheduleLoan,
    ScheduleRow,
    money_out,
)
from credit.kernel.money import ZERO, Money
from credit.ledger.models import Journal
from credit.ledger.reading import journal_facts
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.paylater import installments, rules, service
from credit.paylater.accounts import owed, payable_now
from credit.paylater.models import InstallmentPlan, InstallmentRow, Purchase, Refund, Statement

SHOWN_ENTRIES = 10


def bill_card(books: Books, customer_id: UUID) -> BillCard:
    """The newest statement and what is left of it. Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL when none was ever issued."""
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    statement = service.latest_statement(books, line) or service.require_open_bill(books, line)
    parts, standing = owed(books, line), service.standing_of(books, line)
    payable = payable_now(parts)
    return BillCard(
        name=books.catalogue.paylater.name,
        statement_on=statement.statement_on,
        due_on=statement.due_on,
        total=money_out(Money(statement.total_minor)),
        paid=money_out(Money(standing.settled_minor)),
        outstanding=money_out(payable),
        minimum=money_out(Money(statement.minimum_minor)),
        minimum_outstanding=money_out(service.minimum_left(statement, standing, payable)),
        days_overdue=service.days_overdue(books, line),
        penalty=money_out(Money(parts["penalty"])),
        parts=_parts(statement),
        entries=_entries(books, line, statement),
        previous_total=_previous_total(books, line, statement),
        unbilled=money_out(Money(parts["unbilled"])),
        next_statement_on=rules.next_statement(service.cycle_of(line), books.today),
        autopay=books.customer(customer_id).autopay,
    )


def _parts(statement: Statement) -> list[BillPart]:
    named = {
        "previous": statement.previous_minor,
        "purchases": statement.purchases_minor,
        "refunds": statement.refunds_minor,
        "installments": statement.installments_minor,
        "interest": statement.interest_minor,
        "fees": statement.fees_minor,
        "penalty": statement.penalty_minor,
        "payments": statement.payments_minor,
    }
    return [
        BillPart.model_validate({"part": part, "amount": money_out(Money(minor))})
        for part, minor in named.items()
        if minor
    ]


def _previous_total(books: Books, line: Line, statement: Statement) -> MoneyOut | None:
    earlier = books.session.scalars(
        select(Statement)
        .where(Statement.line_id == line.id, Statement.statement_on < statement.statement_on)
        .order_by(Statement.statement_on.desc())
        .limit(1)
    ).one_or_none()
    return money_out(Money(earlier.total_minor)) if earlier else None


def _entries(books: Books, line: Line, statement: Statement) -> list[BillEntry]:
    """The largest purchases on the statement, then what has come in since."""
    bought = books.session.scalars(
        select(Purchase)
        .where(Purchase.statement_id == statement.id)
        .order_by(Purchase.amount_minor.desc(), Purchase.id)
        .limit(SHOWN_ENTRIES)
    )
    entries = [BillEntry(on=row.on, merchant=row.merchant, amount=money_out(Money(row.amount_minor))) for row in bought]
    back = books.session.execute(
        select(Refund, Purchase.merchant)
        .join(Purchase, Purchase.id == Refund.purchase_id)
        .where(Refund.line_id == line.id, Refund.on >= statement.statement_on, Refund.billed_minor > 0)
        .order_by(Refund.on)
    )
    for given, merchant in back:
        amount = money_out(Money(-given.billed_minor))
        entries.append(BillEntry(on=given.on, merchant=merchant, amount=amount, kind="refund"))
    for on, minor in _payments(books, line, statement.statement_on):
        entries.append(BillEntry(on=on, merchant="", amount=money_out(Money(-minor)), kind="payment"))
    return entries


def _payments(books: Books, line: Line, since: date) -> list[tuple[date, int]]:
    found = books.session.scalars(
        select(Journal)
        .where(
            Journal.customer_id == line.customer_id,
            Journal.effective_on >= since,
            Journal.kind.in_(("bill_repaid", "bill_repaid_with_loan")),
        )
        .order_by(Journal.id)
    )
    return [(journal.effective_on, int(journal_facts(journal)["amount"])) for journal in found]


def spending_card(books: Books, customer_id: UUID, *, most: int) -> ListCard:
    """The newest purchases, refunds shown beside them. Raises PRODUCT_NOT_OPEN."""
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    rows = books.session.scalars(
        select(Purchase).where(Purchase.line_id == line.id).order_by(Purchase.on.desc(), Purchase.id.desc()).limit(most)
    )
    return ListCard(
        title="spending",
        items=[
            ListItem(
                on=row.on,
                title=row.merchant,
                amount=money_out(Money(row.amount_minor - row.refunded_minor)),
                note="refunded" if row.refunded_minor else None,
            )
            for row in rows
        ],
    )


def plan_schedules(books: Books, customer_id: UUID) -> list[ScheduleLoan]:
    """Running installment plans."""
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    if line is None:
        return []
    return [_plan_schedule(books, line, plan, rows) for plan, rows in installments.running_plans(books, line)]


def _plan_schedule(books: Books, line: Line, plan: InstallmentPlan, rows: list[InstallmentRow]) -> ScheduleLoan:
    ahead = [row for row in rows if row.statement_id is None]
    remaining = Money(sum(row.principal_minor for row in ahead))
    return ScheduleLoan(
        loan_id=plan.id,
        kind="installment_plan",
        opened_on=plan.opened_on,
        principal=money_out(Money(plan.principal_minor)),
        remaining=money_out(remaining),
        payoff_today=money_out(remaining),
        method="installment",
        term=plan.term,
        daily_rate_ppm=None,
        simple_yearly_ppm=plan.simple_yearly_ppm,
        compound_yearly_ppm=plan.compound_yearly_ppm,
        days_overdue=0,
        penalty=money_out(ZERO),
        next_due_on=ahead[0].due_on,
        next_due=money_out(Money(ahead[0].principal_minor + ahead[0].fee_minor)),
        rows=[
            ScheduleRow(
                number=row.number,
                due_on=row.due_on,
                principal=money_out(Money(row.principal_minor)),
                interest=money_out(ZERO),
                fee=money_out(Money(row.fee_minor)),
                total=money_out(Money(row.principal_minor + row.fee_minor)),
                status=status,
            )
            for row, status in ((row, _row_status(books, line, row)) for row in rows)
        ],
    )


def _row_status(books: Books, line: Line, row: InstallmentRow) -> RowStatus:
    """An installment is wholly in its statement's minimum payment, so it is paid when no minimum since is missing."""
    if row.statement_id is None:
        return "planned"
    statement, standing = service.latest_statement(books, line), service.standing_of(books, line)
    if statement is not None and statement.id == row.statement_id and row.due_on >= books.today:
        left = service.minimum_left(statement, standing, payable_now(owed(books, line)))
        return "due" if left else "paid"
    if standing.overdue_since is None or standing.overdue_since > row.due_on:
        return "paid"
    return "overdue" if service.days_overdue(books, line) else "due"
