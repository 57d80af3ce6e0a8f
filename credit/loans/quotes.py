"""What a loan would cost, without offering it."""

from __future__ import annotations

from uuid import UUID

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.lines import service as lines_service
from credit.loans.service import LoanTerms, work_out
from credit.schedules.rules import Method


def method_named(books: Books, name: str | None) -> Method:
    """The repayment method of that name, or the default. Raises METHOD_NOT_SOLD."""
    if name is None:
        return books.catalogue.cashloan.default_method
    if name not in set(Method):
        raise CreditError(ErrorCode.METHOD_NOT_SOLD, method=name)
    return Method(name)


def quote(books: Books, customer_id: UUID, amount: Money, term: int, method: str | None) -> LoanTerms:
    """At the customer's own rate; the limit is not looked at."""
    line = lines_service.require_line(books, customer_id, lines_service.CASHLOAN)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    return work_out(books, line, amount, term, method_named(books, method))
