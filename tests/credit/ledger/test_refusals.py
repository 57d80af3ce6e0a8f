"""Every wrong wish to the ledger has a code of its own, on both databases, and leaves no row behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger.service import Event, Ledger, Lines
from tests.credit.ledger.conftest import CASH, INCOME, Books
from tests.credit.ledger.raw import REFUSED, line
from tests.credit.world import START

CLOSED, DOLLARS = "house/closed", "house/dollars"


def event(request_id: str = "refused") -> Event:
    return Event("test", request_id, None, START, {})


def moved(amount: int = 500, debit: str = CASH, credit: str = INCOME) -> Lines:
    return Lines().move(Money(amount), debit=debit, credit=credit)


def prepared(ledger: Ledger) -> None:
    ledger.open_account(CLOSED, kind="suspense", opened_on=START)
    ledger.open_account(DOLLARS, kind="cash", opened_on=START, currency="USD")
    ledger.close_account(CLOSED, closed_on=START, reason="not needed")
    ledger.post(event("first"), moved())


WRONG: dict[str, tuple[Callable[[Ledger], object], ErrorCode]] = {
    "nothing": (lambda ledger: ledger.post(event(), Lines()), ErrorCode.JOURNAL_EMPTY),
    "one line": (lambda ledger: ledger.post(event(), Lines().shift(CASH, 5)), ErrorCode.JOURNAL_EMPTY),
    "zero": (lambda ledger: ledger.post(event(), moved(0)), ErrorCode.JOURNAL_EMPTY),
    "unbalanced": (
        lambda ledger: ledger.post(event(), Lines().shift(CASH, 500).shift(INCOME, -499)),
        ErrorCode.JOURNAL_UNBALANCED,
    ),
    "mixed currency": (
        lambda ledger: ledger.post(event(), Lines().shift(DOLLARS, 500, "USD").shift(INCOME, -500)),
        ErrorCode.JOURNAL_MIXED_CURRENCY,
    ),
    "another currency than the account's": (
        lambda ledger: ledger.post(event(), Lines().shift(CASH, 500, "USD").shift(DOLLARS, -500, "USD")),
        ErrorCode.POSTING_CURRENCY,
    ),
    "unknown account": (lambda ledger: ledger.post(event(), moved(debit="house/nowhere")), ErrorCode.ACCOUNT_UNKNOWN),
    "closed account": (lambda ledger: ledger.post(event(), moved(debit=CLOSED)), ErrorCode.ACCOUNT_CLOSED),
    "beyond what is exact": (lambda ledger: ledger.post(event(), moved(2**53)), ErrorCode.POSTING_TOO_LARGE),
    "beyond 63 bits": (lambda ledger: ledger.post(event(), moved(2**63)), ErrorCode.POSTING_TOO_LARGE),
    "hundreds of digits": (lambda ledger: ledger.post(event(), moved(10**300)), ErrorCode.POSTING_TOO_LARGE),
    "other content under a used id": (
        lambda ledger: ledger.post(event("first"), moved(501)),
        ErrorCode.REQUEST_ID_REUSED,
    ),
    "an account opened twice": (
        lambda ledger: ledger.open_account(CASH, kind="cash", opened_on=START),
        ErrorCode.ACCOUNT_EXISTS,
    ),
    "an account of no kind": (
        lambda ledger: ledger.open_account("house/new", kind="treasure", opened_on=START),
        ErrorCode.ACCOUNT_KIND_UNKNOWN,
    ),
    "closing what is not empty": (
        lambda ledger: ledger.close_account(CASH, closed_on=START, reason="no"),
        ErrorCode.ACCOUNT_NOT_EMPTY,
    ),
    "closing twice": (
        lambda ledger: ledger.close_account(CLOSED, closed_on=START, reason="no"),
        ErrorCode.ACCOUNT_CLOSED,
    ),
    "reversing nothing": (
        lambda ledger: ledger.reverse(new_id(), request_id="back", effective_on=START, reason="no"),
        ErrorCode.JOURNAL_NOT_FOUND,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_wish_is_refused_by_its_own_code(books: Books, name: str) -> None:
    work, code = WRONG[name]
    books.world.do(lambda opened: prepared(opened.ledger))
    before = books.rows()
    with pytest.raises(CreditError) as refusal:
        books.world.do(lambda opened: work(opened.ledger))
    assert refusal.value.code is code
    assert books.rows() == before


def test_a_zero_line_by_hand_is_refused_by_its_own_code(untouched: Books) -> None:
    with pytest.raises(REFUSED, match="xz:posting_zero"):
        untouched.raw.journal([line(CASH, 0), line(INCOME, 0)])


def test_an_account_twice_in_a_journal_by_hand_is_refused_by_its_own_code(untouched: Books) -> None:
    with pytest.raises(REFUSED, match="xz:journal_account_repeated"):
        untouched.raw.journal([line(CASH, 5), line(CASH, 5), line(INCOME, -10)])


@pytest.mark.parametrize(
    "lines",
    [
        '[{"account":"%s","minor":5e2,"currency":"CNY"},{"account":"%s","minor":-500,"currency":"CNY"}]',
        '[{"account":"%s","minor":1,"minor":500,"currency":"CNY"},{"account":"%s","minor":-500,"currency":"CNY"}]',
        '[{"account": "%s", "minor": 500, "currency": "CNY"},{"account":"%s","minor":-500,"currency":"CNY"}]',
        '[{"account":"%s","minor":500,"currency":"CNY","note":1},{"account":"%s","minor":-500,"currency":"CNY"}]',
    ],
    ids=["another spelling of a number", "a doubled key", "blanks", "a key too many"],
)
def test_lines_have_one_spelling_only(untouched: Books, lines: str) -> None:
    cash, income = line(CASH, 1)["account"], line(INCOME, 1)["account"]
    with pytest.raises(REFUSED, match="xz:journal_malformed"):
        untouched.raw.journal(lines % (cash, income))
