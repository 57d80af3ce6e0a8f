"""Accruals written many at a time are asked the same as journals written one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger.batch import ACCRUAL, post_accruals
from credit.ledger.lines import Event, Lines
from tests.credit.ledger.raw import REFUSED, Raw, as_json, line
from tests.credit.world import START, World

INCOME = "house/income/interest"
Case = Callable[[str, str], Any]
"""Lines of a bad journal, from a customer's interest account and their held account."""

BAD: dict[str, tuple[Case, str]] = {
    "nothing": (lambda own, held: [], "journal_empty"),
    "one line": (lambda own, held: [line(own, 5)], "journal_empty"),
    "no list": (lambda own, held: '{"account":"x"}', "journal_malformed"),
    "no JSON": (lambda own, held: "interest", "journal_malformed"),
    "another spelling": (lambda own, held: as_json([line(own, 5), line(INCOME, -5)]).replace(":5", ": 5"), "journal_malformed"),
    "a number as text": (lambda own, held: [line(own, "5"), line(INCOME, -5)], "journal_malformed"),
    "no amount": (lambda own, held: [line(own, None), line(INCOME, -5)], "journal_malformed"),
    "unbalanced": (lambda own, held: [line(own, 5), line(INCOME, -4)], "journal_unbalanced"),
    "a zero line": (lambda own, held: [line(own, 0), line(INCOME, 0)], "posting_zero"),
    "too large": (lambda own, held: [line(own, 2**53), line(INCOME, -(2**53))], "posting_too_large"),
    "an unknown account": (lambda own, held: [line(new_id(), 5), line(INCOME, -5)], "account_unknown"),
    "an account twice": (lambda own, held: [line(own, 5), line(own, -5)], "journal_account_repeated"),
    "another currency": (lambda own, held: [line(own, 5, "USD"), line(INCOME, -5, "USD")], "posting_currency"),
    "a held account": (lambda own, held: [line(held, 5), line(INCOME, -5)], "hold_required"),
    "below the floor": (lambda own, held: [line(own, -5), line(INCOME, 5)], "floor|balance_out_of_bounds"),
}  # fmt: skip


def test_a_bad_accrual_is_refused_like_any_bad_journal(world: World) -> None:
    customer = world.borrower()
    loan, own_line = world.borrow(customer, "2000.00", 3), world.line(customer).id
    before, raw = world.everything(), Raw(world.url)
    for name, (lines, mark) in BAD.items():
        for kind in ("raw", ACCRUAL):
            with pytest.raises(REFUSED) as refused:
                raw.journal(lines(f"loan/{loan}/interest", f"line/{own_line}/held"), kind=kind)
            assert re.search(mark, str(refused.value)), (name, kind, refused.value)
    assert world.everything() == before


def test_an_accrual_on_a_wrong_day_or_with_a_hold_is_refused(world: World) -> None:
    loan = world.borrow(world.borrower(), "2000.00", 3)
    world.go(4)
    before, raw = world.everything(), Raw(world.url)
    for columns, mark in (
        ({"effective_on": str(world.today + timedelta(days=1))}, "effective_day_ahead"),
        ({"effective_on": str(START)}, "effective_day_closed"),
        ({"effective_on": str(world.today), "hold_id": new_id(), "hold_act": "place"}, "hold|malformed"),
    ):
        with pytest.raises(REFUSED, match=mark):
            raw.journal([line(f"loan/{loan}/interest", 5), line(INCOME, -5)], kind=ACCRUAL, **columns)
    assert world.everything() == before


def entry(request_id: str, loan: Any, minor: int) -> tuple[Event, Lines]:
    event = Event(ACCRUAL, request_id, None, START, {})
    return event, Lines().move(Money(minor), debit=f"loan/{loan}/interest", credit=INCOME)


def test_many_accruals_are_the_journals_that_one_by_one_would_be(world: World) -> None:
    loans = [world.borrow(world.borrower(), "2000.00", 3) for _ in range(3)]
    entries = [entry(f"many:{nth}", loan, 7 + nth) for nth, loan in enumerate(loans)]
    world.do(lambda books: post_accruals(books.session.connection(), entries, books.now))
    assert [world.loan_owed(loan)["interest"] for loan in loans] == [7, 8, 9]
    kept = {journal.request_id: journal.id for journal in world.journals(ACCRUAL)}
    # The same request, written the other way, finds what was written: content and fingerprint are the same.
    again = world.do(lambda books: [books.ledger.post(event, lines) for event, lines in entries])
    assert again == [kept[f"many:{nth}"] for nth in range(3)]


def test_a_request_written_before_refuses_the_whole_batch(world: World) -> None:
    first, second = (world.borrow(world.borrower(), "2000.00", 3) for _ in range(2))
    world.do(lambda books: post_accruals(books.session.connection(), [entry("once", first, 7)], books.now))
    before = world.everything()
    twice = [entry("new", second, 7), entry("once", first, 7)]
    with pytest.raises(CreditError) as refusal:
        world.do(lambda books: post_accruals(books.session.connection(), twice, books.now))
    assert refusal.value.code is ErrorCode.REQUEST_ID_REUSED
    assert world.everything() == before
