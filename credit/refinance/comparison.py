"""The ways to settle an open bill side by side: pay now, pay the minimum, split it, borrow for it."""

from __future__ import annotations

from uuid import UUID

from credit.books import Books
from credit.cards import ComparisonCard, Way, money_out
from credit.cost.rules import CashFlow, YearlyCost, yearly_cost
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import PPM, ZERO, Money, round_half_up, total
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import service as loans_service
from credit.paylater import installments, rules
from credit.paylater.accounts import owed, payable_now
from credit.paylater.models import Statement
from credit.paylater.service import cycle_of, minimum_left, require_open_bill, standing_of
from credit.refinance import service as refinance_service
from credit.schedules.rules import PlannedRow

DEFAULT_TERM = 6


def compare(books: Books, customer_id: UUID, *, term: int | None) -> ComparisonCard:
    """Every way in yuan and yearly cost. Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL."""
    customer = books.customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    statement = require_open_bill(books, line)
    bill = payable_now(owed(books, line))
    months = term or DEFAULT_TERM
    return ComparisonCard(
        name=books.catalogue.paylater.name,
        outstanding=money_out(bill),
        due_on=statement.due_on,
        ways=[
            _pay_now(bill),
            _pay_minimum(books, line, statement, bill),
            _split(books, line, bill, months),
            _borrow(books, customer, bill, months),
        ],
    )


def _pay_now(bill: Money) -> Way:
    return Way(
        way="pay_now",
        possible=True,
        pay_today=money_out(bill),
        later_payments=0,
        largest_later_payment=money_out(ZERO),
        total_paid=money_out(bill),
        cost=money_out(ZERO),
        simple_yearly_ppm=0,
        compound_yearly_ppm=0,
    )


def _pay_minimum(books: Books, line: Line, statement: Statement, bill: Money) -> Way:
    """The minimum by the due day, the rest with revolving interest by the next one: it cannot be rolled further."""
    least = minimum_left(statement, standing_of(books, line), bill)
    rest = bill - least
    cycle = cycle_of(line)
    borrowed_on = max(statement.due_on, books.today)
    repaid_on = rules.due_day_of(cycle, rules.next_statement(cycle, borrowed_on))
    days = (repaid_on - borrowed_on).days - 1  # accrues from the day after the due day to the day before it is paid
    principal = min(rest.minor, owed(books, line)["billed"])
    interest = Money(round_half_up(principal * line.daily_rate_ppm * days, PPM))
    cost = YearlyCost(0, 0)
    if rest:
        cost = yearly_cost([CashFlow(borrowed_on, rest), CashFlow(repaid_on, -(rest + interest))])
    return Way(
        way="pay_minimum",
        possible=True,
        pay_today=money_out(least),
        later_payments=1 if rest else 0,
        largest_later_payment=money_out(rest + interest),
        total_paid=money_out(bill + interest),
        cost=money_out(interest),
        simple_yearly_ppm=cost.simple_ppm,
        compound_yearly_ppm=cost.compound_ppm,
    )


def _split(books: Books, line: Line, bill: Money, months: int) -> Way:
    terms = sorted(books.catalogue.paylater.installments.fee_ppm_by_term)
    try:
        term = _nearest(months, terms)
        _, principal = installments.splittable(books, line)
        _, rows = installments.plan(books, line, principal, term)
    except CreditError as refusal:
        return _refused("installment", refusal.code)
    return _way_of_rows(books, "installment", principal, rows, today=bill - principal, method=None)


def _borrow(books: Books, customer: Customer, bill: Money, months: int) -> Way:
    product = books.catalogue.cashloan
    try:
        _, cash, most = refinance_service.require_bridge(books, customer)
        refinance_service.check_amount(books, cash, bill, most)
        term = _nearest(months, sorted(product.terms))
        terms = loans_service.work_out(books, cash, bill, term, product.default_method)
    except CreditError as refusal:
        return _refused("borrow", refusal.code)
    return _way_of_rows(books, "borrow", bill, terms.rows, today=ZERO, method=terms.method)


def _nearest(months: int, terms: list[int]) -> int:
    """The sold term closest to what was asked for; the shorter of two equally close ones."""
    return min(terms, key=lambda term: (abs(term - months), term))


def _way_of_rows(
    books: Books, way: str, amount: Money, rows: tuple[PlannedRow, ...], *, today: Money, method: str | None
) -> Way:
    cost = loans_service.cost_of(books.today, amount, rows)
    price = total([row.interest + row.fee for row in rows])
    return Way(
        way="borrow" if way == "borrow" else "installment",
        possible=True,
        term=len(rows),
        method=method,
        pay_today=money_out(today),
        later_payments=len(rows),
        largest_later_payment=money_out(max(row.total for row in rows)),
        total_paid=money_out(today + amount + price),
        cost=money_out(price),
        simple_yearly_ppm=cost.simple_ppm,
        compound_yearly_ppm=cost.compound_ppm,
    )


def _refused(way: str, code: ErrorCode) -> Way:
    nothing = money_out(ZERO)
    return Way(
        way="borrow" if way == "borrow" else "installment",
        possible=False,
        refusal=code,
        pay_today=nothing,
        later_payments=0,
        largest_later_payment=nothing,
        total_paid=nothing,
        cost=nothing,
    )
