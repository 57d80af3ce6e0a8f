"""The prices behind what-if answers: the comparison of ways, and what settling a loan today would save."""

from __future__ import annotations

from uuid import UUID

from credit.books import Books
from credit.cards import Way
from credit.explain import ways
from credit.explain.reading.usable import late_state
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.accounts import owed, payoff
from credit.loans.models import Loan
from credit.refinance.comparison import compare


def what_if_facts(
    books: Books,
    customer_id: UUID,
    *,
    term: int | None = None,
    asked_to_borrow: bool = False,
    in_hardship: bool = False,
) -> ways.WhatIfFacts:
    """Raises CUSTOMER_UNKNOWN."""
    late = late_state(books, customer_id)
    running = loans_service.running_loans(books, customer_id)
    return ways.WhatIfFacts(
        is_late=late.days > 0,
        in_hardship=in_hardship,
        asked_to_borrow=asked_to_borrow,
        ways=_ways(books, customer_id, term),
        prepay=tuple(_prepay(books, loan) for loan in running if not loans_service.days_overdue(books, loan)),
    )


def _ways(books: Books, customer_id: UUID, term: int | None) -> tuple[ways.WayFact, ...]:
    try:
        compared = compare(books, customer_id, term=term)
    except CreditError as refusal:
        if refusal.code in {ErrorCode.PRODUCT_NOT_OPEN, ErrorCode.NO_OPEN_BILL}:
            return ()
        raise
    return tuple(_way(way) for way in compared.ways if way.possible)


def _way(way: Way) -> ways.WayFact:
    return ways.WayFact(
        way=way.way,
        today=way.pay_today.money(),
        later=way.largest_later_payment.money(),
        count=way.later_payments,
        cost=way.cost.money(),
        simple_ppm=way.simple_yearly_ppm or 0,
        compound_ppm=way.compound_yearly_ppm or 0,
    )


def _prepay(books: Books, loan: Loan) -> ways.PrepayFact:
    planned = sum(repaying.left_of(row).minor for row in loans_service.unpaid_rows(books, loan))
    today = payoff(owed(books, loan))
    return ways.PrepayFact(
        loan_id=loan.id,
        opened_on=loan.opened_on,
        principal=Money(loan.principal_minor),
        payoff=today,
        saved=Money(max(0, planned - today.minor)),
        simple_ppm=loan.simple_yearly_ppm,
        compound_ppm=loan.compound_yearly_ppm,
    )
