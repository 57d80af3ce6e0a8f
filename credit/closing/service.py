"""Closing the business day in one transaction; `credit.closing.run` does the same in many, for a lender of any size."""

from __future__ import annotations

from datetime import date

from credit.books import Books
from credit.closing import steps
from credit.closing.day import close_customers
from credit.closing.models import ClosingStep
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.assertions import assert_in_balance
from credit.ledger.finality import make_final
from credit.portfolio.service import principal_owed, set_provisions

MOST_DAYS_AHEAD = 366


def check_target(books: Books, until: date) -> date:
    """The day to close. Raises CLOSING_WRONG_DAY unless `until` lies ahead of it, by at most a year."""
    day = steps.day_to_close(books)
    if not 0 < (until - day).days <= MOST_DAYS_AHEAD:
        raise CreditError(ErrorCode.CLOSING_WRONG_DAY, f"{until} from {day}", today=day, until=until)
    return day


def close_day(books: Books, expected: date) -> date:
    """Close the business day and open the next, in this transaction. Returns the new date.

    `expected` is the day the caller means to close: raises CLOSING_WRONG_DAY when another run was faster,
    LEDGER_OUT_OF_BALANCE when sub-ledger and general ledger differ: the date does not move then."""
    steps.begin(books, expected)
    while step := steps.take(books, expected, wait=True):
        close_range(books, step)
    finish = steps.take_finish(books, expected)
    assert finish is not None
    finish_day(books, finish, check_day(books, expected))
    return books.today


def close_range(books: Books, step: ClosingStep) -> None:
    """One range of customers, in this transaction."""
    steps.tick(books, step, close_customers(books, step.day, steps.span_of(step)))
    books.forget_the_day()


def check_day(books: Books, day: date) -> int:
    """Compare the ledgers once all ranges are closed. Returns the principal owed at the end of the day, minor units.

    Raises LEDGER_OUT_OF_BALANCE."""
    return principal_owed(books, day, assert_in_balance(books.session))


def finish_day(books: Books, step: ClosingStep, principal: int) -> None:
    """What is done once: provisions for all ranges together, and the day behind the open ones becomes final."""
    figures = steps.figures_of(books, step.day)
    exposures = set_provisions(books, step.day, principal, [range_["not_normal"] for range_ in figures])
    make_final(books.session, step.day, books.now)
    steps.tick(books, step, {"exposures": exposures})
