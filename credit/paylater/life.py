"""Opening and closing both products for a customer, another cycle, and money that the lender owes back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.catalogue.models import Cycle
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import life
from credit.lines import service as lines_service
from credit.lines.life import Obstacle
from credit.lines.models import Line
from credit.loans import service as loans_service
from credit.paylater import installments, rules
from credit.paylater import service as paylater_service
from credit.paylater.accounts import account, owed, payable_now, principal_owed
from credit.paylater.models import InstallmentRow


def open_product(
    books: Books,
    customer_id: UUID,
    product: str,
    *,
    limit: Money,
    daily_rate_ppm: int,
    cycle: Cycle | None,
    consent_version: str,
    request_id: str,
) -> Line:
    """Open, or open again, with the customer's consent. Limit and rate come from the decision about the customer.

    Raises CUSTOMER_UNKNOWN, CYCLE_NOT_SOLD, EXPOSURE_EXCEEDED, and as `credit.lines.life.require_may_open`."""
    customer = books.lock_customer(customer_id)
    late = days_overdue(books, customer)
    life.require_may_open(books, customer, product, consent_version=consent_version, days_overdue=late)
    if product == lines_service.PAYLATER and cycle not in books.catalogue.paylater.cycles:
        raise CreditError(ErrorCode.CYCLE_NOT_SOLD)
    life.keep_consent(books, customer, product, consent_version)
    line = lines_service.find_line(books, customer_id, product)
    if line is not None:
        if cycle is not None and product == lines_service.PAYLATER:
            line.statement_day, line.due_day = cycle.statement_day, cycle.due_day
        life.reopen(books, line, limit, daily_rate_ppm=daily_rate_ppm, request_id=request_id)
        return line
    if product == lines_service.PAYLATER:
        assert cycle is not None
        return paylater_service.open_paylater(books, customer, limit=limit, cycle=cycle)
    return lines_service.open_line(books, customer, product, limit=limit, daily_rate_ppm=daily_rate_ppm)


def days_overdue(books: Books, customer: Customer) -> int:
    """Of the oldest missed payment on either product; 0 within the grace days."""
    late = [loans_service.days_overdue(books, loan) for loan in loans_service.running_loans(books, customer.id)]
    line = lines_service.find_line(books, customer.id, lines_service.PAYLATER)
    if line is not None:
        late.append(paylater_service.days_overdue(books, line))
    return max(late, default=0)


def obstacles(books: Books, line: Line) -> list[Obstacle]:
    """Every reason why the product cannot be closed yet, the ones the customer can settle at once first."""
    if line.product == lines_service.CASHLOAN:
        running = loans_service.principal_owed(books, line.customer_id)
        found = [Obstacle("loan_running", running)] if loans_service.running_loans(books, line.customer_id) else []
        return found + life.pending_hold(books, line, "disbursement_pending")
    parts = owed(books, line)
    payable = payable_now(parts)
    found = [Obstacle("statement_open", payable)] if payable else []
    unbilled = Money(parts["unbilled"] + parts["accrued"])
    if unbilled:
        found.append(Obstacle("owed", unbilled))
    if parts["plan"]:
        found.append(Obstacle("plan_running", Money(parts["plan"])))
    found += life.pending_hold(books, line, "payment_pending")
    if parts["credit"]:
        found.append(Obstacle("credit_balance", Money(parts["credit"])))
    return found


def close_product(books: Books, customer_id: UUID, product: str, *, request_id: str) -> Line:
    """Raises PRODUCT_NOT_OPEN, CANNOT_CLOSE_YET(reasons)."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, product)
    life.close_line(books, line, obstacles(books, line), request_id=request_id)
    return line


def lower_limit(books: Books, customer_id: UUID, product: str, limit: Money, *, request_id: str) -> None:
    """Less limit, because the customer wants less; what is owed above it leaves nothing available until it is repaid.

    Raises PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE, LIMIT_NOT_LOWER, LIMIT_HELD."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, product)
    if limit.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=limit)
    if books.ledger.find(request_id) is not None:
        return  # the button was pressed twice
    if limit.minor >= line.limit_minor:
        raise CreditError(ErrorCode.LIMIT_NOT_LOWER, limit=Money(line.limit_minor))
    owed_now = principal_of(books, line)
    lines_service.change_limit(books, line, limit, owed=owed_now, reason="asked_for", request_id=request_id)


def credit_balance(books: Books, customer_id: UUID) -> Money:
    """What the lender owes the customer on the pay-later line; zero without one."""
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    return Money(owed(books, line)["credit"]) if line is not None else Money(0)


def change_cycle(books: Books, customer_id: UUID, cycle: Cycle) -> Line:
    """Another statement day with its due day, from the next statement on. What was bought comes on that one.

    Raises PRODUCT_NOT_OPEN, CYCLE_NOT_SOLD, OVERDUE_BLOCKS_CREDIT, CYCLE_CHANGE_NOT_YET(from_on). Not while a bill
    waits for its due day: that bill keeps the day that stands on it."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    if cycle not in books.catalogue.paylater.cycles:
        raise CreditError(ErrorCode.CYCLE_NOT_SOLD)
    require_may_move(books, line)
    line.statement_day, line.due_day = cycle.statement_day, cycle.due_day
    lines_service.remember_change(books, line, life.CYCLE, "asked_for", line.limit_minor, line.limit_minor)
    _move_rows(books, line, cycle)
    books.session.flush()
    return line


def require_may_move(books: Books, line: Line) -> None:
    """Raises OVERDUE_BLOCKS_CREDIT, CYCLE_CHANGE_NOT_YET(from_on)."""
    if late := paylater_service.days_overdue(books, line):
        raise CreditError(ErrorCode.OVERDUE_BLOCKS_CREDIT, days=late)
    statement = paylater_service.latest_statement(books, line)
    first = life.first_day_for_a_new_cycle(books, line, due_on=statement.due_on if statement else None)
    if books.today < first:
        raise CreditError(ErrorCode.CYCLE_CHANGE_NOT_YET, from_on=first)


def _move_rows(books: Books, line: Line, cycle: Cycle) -> None:
    """Installments not yet billed come on the new statements, one a statement, in their order."""
    for plan, _ in installments.running_plans(books, line):
        query = select(InstallmentRow).where(InstallmentRow.plan_id == plan.id, InstallmentRow.statement_id.is_(None))
        day = books.today
        for row in books.session.scalars(query.order_by(InstallmentRow.number)):
            day = rules.next_statement(cycle, day)
            row.statement_on, row.due_on = day, rules.due_day_of(cycle, day)


def pay_out_credit(books: Books, line: Line, *, paid_to: str, lines: Lines) -> Money:
    """Add the lines that give a credit balance back; the caller posts them. Raises NO_CREDIT_BALANCE."""
    credit = Money(owed(books, line)["credit"])
    if not credit:
        raise CreditError(ErrorCode.NO_CREDIT_BALANCE)
    lines.move(credit, debit=account(line, "credit"), credit=paid_to)
    return credit


def principal_of(books: Books, line: Line) -> Money:
    """Principal owed on a line of either product: what its limit is used for."""
    if line.product == lines_service.PAYLATER:
        return principal_owed(owed(books, line))
    return loans_service.principal_owed(books, line.customer_id)
