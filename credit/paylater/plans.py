"""Buying in installments, and paying a plan off early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.cost.rules import YearlyCost, refuse_above_cap
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money, share_of, total
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans.service import cost_of
from credit.paylater import installments
from credit.paylater.accounts import account, owed, principal_owed
from credit.paylater.models import InstallmentPlan, InstallmentRow, Purchase
from credit.paylater.service import FEE_INCOME
from credit.paylater.spending import CLEARING, check_payment, remember_purchase
from credit.schedules.rules import PlannedRow


@dataclass(frozen=True, slots=True)
class PurchaseTerms:
    """A purchase in installments, worked out to the last row, as the checkout shows it before the customer agrees."""

    rows: tuple[PlannedRow, ...]
    cost: YearlyCost
    fee: Money
    """Of the customer; zero when the seller carries it."""
    seller_fee: Money


def purchase_terms(books: Books, line: Line, amount: Money, term: int, *, seller_pays: bool) -> PurchaseTerms:
    """Raises TERM_NOT_SOLD, AMOUNT_BELOW_MINIMUM, COST_ABOVE_CAP."""
    rules = books.catalogue.paylater.installments
    if term not in rules.purchase_terms:
        raise CreditError(ErrorCode.TERM_NOT_SOLD, term=term, terms=sorted(rules.purchase_terms))
    if amount < rules.smallest_purchase:
        raise CreditError(ErrorCode.AMOUNT_BELOW_MINIMUM, amount=amount, smallest=rules.smallest_purchase)
    _, rows = _rows(books, line, amount, term, seller_pays=seller_pays)
    cost = cost_of(books.today, amount, rows)
    refuse_above_cap(cost, books.catalogue.cost.cap)
    seller_fee = share_of(amount, rules.fee_ppm_by_term[term]) if seller_pays else Money(0)
    return PurchaseTerms(rows, cost, total([row.fee for row in rows]), seller_fee)


def _rows(
    books: Books, line: Line, amount: Money, term: int, *, seller_pays: bool
) -> tuple[tuple[date, ...], tuple[PlannedRow, ...]]:
    # A fee that does not depend on days costs more a year the sooner the first row is due.
    first = books.catalogue.paylater.installments.purchase_first_days
    return installments.plan(books, line, amount, term, seller_pays=seller_pays, first_days=first)


def buy_in_installments(
    books: Books,
    customer_id: UUID,
    amount: Money,
    term: int,
    *,
    merchant: str,
    category: str,
    seller_pays: bool,
    request_id: str,
) -> Purchase:
    """Pay a merchant from the line, billed row by row. A repeat of the request gives the first purchase.

    Raises PRODUCT_NOT_OPEN, REQUEST_ID_REUSED, and as `purchase_terms` and
    `credit.paylater.spending.check_payment`."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    earlier = books.ledger.find(request_id)
    if earlier is not None:
        return _first(books, earlier.id, amount, request_id)
    check_payment(books, line, amount, category)
    terms = purchase_terms(books, line, amount, term, seller_pays=seller_pays)
    lines = Lines().move(amount, debit=account(line, "plan"), credit=CLEARING)
    lines.move(terms.seller_fee, debit=CLEARING, credit=FEE_INCOME)
    lines_service.draw(lines, line, amount)
    facts: dict[str, object] = {"merchant": merchant, "amount": amount.minor, "term": term}
    journal = books.post("purchase_in_installments", request_id, lines, customer_id=customer_id, facts=facts)
    days, rows = _rows(books, line, amount, term, seller_pays=seller_pays)
    made = installments.store_plan(books, line, amount, days, rows, cost=terms.cost, seller_pays=seller_pays)
    return remember_purchase(
        books, line, amount, merchant=merchant, category=category, journal_id=journal, plan_id=made.id
    )


def _first(books: Books, journal_id: UUID, amount: Money, request_id: str) -> Purchase:
    bought = books.session.scalars(select(Purchase).where(Purchase.journal_id == journal_id)).one_or_none()
    if bought is None or bought.amount_minor != amount.minor:
        raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
    return bought


@dataclass(frozen=True, slots=True)
class Settlement:
    """What paying a plan off today takes, and what it saves."""

    plan: InstallmentPlan
    rows: tuple[InstallmentRow, ...]
    """Not yet billed; those on a bill are paid with the bill."""
    principal: Money
    fee: Money
    """Zero where the catalogue waives the fees of rows not yet billed."""
    saved: Money

    @property
    def amount(self) -> Money:
        return self.principal + self.fee


def settlement(books: Books, line: Line, plan_id: UUID) -> Settlement:
    """Raises PLAN_NOT_FOUND for missing, foreign and finished plans alike."""
    plan = books.session.get(InstallmentPlan, plan_id)
    rows: tuple[InstallmentRow, ...] = ()
    if plan is not None and plan.line_id == line.id:
        query = select(InstallmentRow).where(InstallmentRow.plan_id == plan_id, InstallmentRow.statement_id.is_(None))
        rows = tuple(books.session.scalars(query.order_by(InstallmentRow.number)))
    if plan is None or not rows:
        raise CreditError(ErrorCode.PLAN_NOT_FOUND)
    fees = Money(sum(row.fee_minor for row in rows))
    waived = books.catalogue.paylater.installments.waive_later_fees
    principal = Money(sum(row.principal_minor for row in rows))
    return Settlement(plan, rows, principal, Money(0) if waived else fees, fees if waived else Money(0))


def settle_plan(books: Books, line: Line, plan_id: UUID, *, paid_from: str, lines: Lines) -> Settlement:
    """Add the lines that pay off the rows not yet billed, give limit back and end the plan. The caller posts them.

    Raises PLAN_NOT_FOUND."""
    due = settlement(books, line, plan_id)
    lines.move(due.principal, debit=paid_from, credit=account(line, "plan"))
    lines.move(due.fee, debit=paid_from, credit=FEE_INCOME)
    owed_after = principal_owed(owed(books, line)) - due.principal
    lines_service.release(books, lines, line, owed_after=owed_after)
    for row in due.rows:
        books.session.delete(row)
    due.plan.settled_on = books.today
    books.session.flush()
    return due
