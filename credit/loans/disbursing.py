"""Paying a loan out, in two phases: limit is held and the bank is asked; the loan opens when the bank has paid.

See docs/decisions/0010-money-in-and-out.md."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from credit.books import Books
from credit.kernel.money import Money
from credit.ledger import holds
from credit.ledger.models import Hold
from credit.ledger.service import Event, Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import service
from credit.loans.accounts import account
from credit.payments import orders
from credit.payments.models import PaymentOrder
from credit.schedules.rules import Method, plan_loan

CASH, SUSPENSE = "house/cash", "house/suspense"


def order_payout(
    books: Books, line: Line, terms: service.LoanTerms, *, request_id: str, offer_id: UUID | None = None
) -> PaymentOrder:
    """First phase: hold the limit and write the order; the order's journal is the hold's until the loan opens.

    The first confirmed loan sets the shared repayment day. Raises as `lines.service.place_hold`."""
    until = books.today + timedelta(days=books.catalogue.repayments.bank_wait_days)
    hold_id = lines_service.place_hold(books, line, terms.amount, until=until, request_id=request_id)
    line.due_day = line.due_day or terms.repayment_day
    order = orders.write_order(
        books,
        line.customer_id,
        orders.DISBURSE,
        terms.amount,
        request_id=request_id,
        expires_on=until,
        content={
            "line": str(line.id),
            "term": terms.term,
            "method": str(terms.method),
            "daily_rate_ppm": terms.daily_rate_ppm,
            "due_on": [row.due_on.isoformat() for row in terms.rows],
        },
        offer_id=offer_id,
        hold_id=hold_id,
    )
    order.journal_id = books.session.get_one(Hold, hold_id).placed_by
    return order


def paid_out(books: Books, order: PaymentOrder) -> None:
    """Second phase: the bank has paid. The hold is posted and the loan opens, today, on the due days that were shown.

    When the hold is no longer there the customer was told that there is no loan: the money is the lender's to look
    for, and stands in suspense."""
    hold = books.session.get_one(Hold, order.hold_id, populate_existing=True)
    if hold.state != "pending":
        paid_without_loan(books, order, f"{order.request_id}:late")
        return
    line = books.session.get_one(Line, hold_line(order))
    terms = _terms(books, line, order)
    loan = service.create_loan(books, line, terms, purpose=service.CONSUMPTION)
    lines = Lines().move(terms.amount, debit=account(loan, "principal"), credit=CASH)
    lines.shift(lines_service.account(line, "used"), terms.amount.minor)
    facts = {"loan": str(loan.id), "amount": terms.amount.minor, "term": terms.term, "order": str(order.id)}
    event = Event("loan_opened", f"{order.request_id}:paid", order.customer_id, books.today, facts)
    order.journal_id = holds.post(books.ledger, hold.id, event, lines)
    order.loan_id = loan.id


def not_paid_out(books: Books, order: PaymentOrder, reason: str) -> None:
    """Give the held limit back."""
    assert order.hold_id is not None
    hold = books.session.get_one(Hold, order.hold_id, populate_existing=True)
    if hold.state == "pending":
        holds.release(
            books.ledger, hold.id, request_id=f"{order.request_id}:back", effective_on=books.today, reason=reason
        )


def paid_without_loan(books: Books, order: PaymentOrder, request_id: str) -> None:
    """Money went out that belongs to no loan: a person must look for it."""
    lines = Lines().move(Money(order.amount_minor), debit=SUSPENSE, credit=CASH)
    books.post("payout_unmatched", request_id, lines, customer_id=order.customer_id, facts={"order": str(order.id)})


def hold_line(order: PaymentOrder) -> UUID:
    return UUID(orders.content_of(order)["line"])


def _terms(books: Books, line: Line, order: PaymentOrder) -> service.LoanTerms:
    """What was shown; when the bank paid later, fewer days bear interest, on the same due days."""
    content, amount = orders.content_of(order), Money(order.amount_minor)
    method = Method(content["method"])
    rows = plan_loan(
        principal=amount,
        daily_rate_ppm=content["daily_rate_ppm"],
        opened_on=books.today,
        due_on=[date.fromisoformat(day) for day in content["due_on"]],
        method=method,
    )
    cost = service.cost_of(books.today, amount, rows)
    day = line.due_day or rows[0].due_on.day
    return service.LoanTerms(amount, content["term"], method, content["daily_rate_ppm"], day, rows, cost)
