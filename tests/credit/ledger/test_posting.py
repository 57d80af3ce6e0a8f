"""Posting through the service: once a request, exact, and reversed instead of edited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger.models import Journal, Posting
from credit.ledger.service import Event, Lines, account_id
from tests.credit.ledger.conftest import CASH, INCOME, Books
from tests.credit.world import START, World

DAY = START


def event(request_id: str = "posting-1", **other: Any) -> Event:
    content: dict[str, Any] = {"kind": "test", "customer_id": None, "effective_on": DAY, "facts": {"note": "a"}} | other
    return Event(request_id=request_id, **content)


def moved(amount: int = 500, *, debit: str = CASH, credit: str = INCOME) -> Lines:
    return Lines().move(Money(amount), debit=debit, credit=credit)


def post(world: World, what: Event, lines: Lines) -> UUID:
    return world.do(lambda books: books.ledger.post(what, lines))


def test_a_posted_journal_moves_both_sides(books: Books) -> None:
    journal = post(books.world, event(), moved())
    assert books.world.postings(journal) == {CASH: 500, INCOME: -500}
    assert books.balance(CASH) == 500
    assert books.balance(INCOME) == -500


def test_a_repeat_of_a_request_gets_the_first_journal_and_moves_nothing(books: Books) -> None:
    first = post(books.world, event(), moved())
    assert post(books.world, event(), moved()) == first
    assert books.balance(CASH) == 500


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        (event(), moved(501)),
        (event(), moved(-500)),
        (event(), moved(credit="house/income/fee")),
        (event(kind="other"), moved()),
        (event(effective_on=date(2026, 10, 29)), moved()),
        (event(facts={"note": "b"}), moved()),
        (event(customer_id=new_id()), moved()),
    ],
    ids=["amount", "direction", "account", "kind", "day", "facts", "customer"],
)
def test_another_content_under_the_same_request_is_refused(books: Books, what: Event, lines: Lines) -> None:
    post(books.world, event(), moved())
    with pytest.raises(CreditError) as refusal:
        post(books.world, what, lines)
    assert refusal.value.code is ErrorCode.REQUEST_ID_REUSED
    assert books.balance(CASH) == 500


def test_lines_in_another_order_are_the_same_content(books: Books) -> None:
    two = moved(300).move(Money(200), debit=books.used, credit=books.available)
    turned = Lines().move(Money(200), debit=books.used, credit=books.available)
    turned.move(Money(300), debit=CASH, credit=INCOME)
    assert post(books.world, event(), two) == post(books.world, event(), turned)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (Lines(), ErrorCode.JOURNAL_EMPTY),
        (moved(0), ErrorCode.JOURNAL_EMPTY),
        (Lines().shift(CASH, 500).shift(INCOME, -499), ErrorCode.JOURNAL_UNBALANCED),
        (moved(credit="house/nowhere"), ErrorCode.ACCOUNT_UNKNOWN),
        (moved(2**53), ErrorCode.POSTING_TOO_LARGE),
    ],
    ids=["no lines", "zero amount", "unbalanced", "unknown account", "too large"],
)
def test_a_wrong_journal_is_refused_with_its_code(books: Books, lines: Lines, code: ErrorCode) -> None:
    before = books.rows()
    with pytest.raises(CreditError) as refusal:
        post(books.world, event(), lines)
    assert refusal.value.code is code
    assert books.rows() == before


@pytest.mark.parametrize("amount", [900_001, 10**12])
def test_overdrawing_a_limit_is_refused_with_its_code(books: Books, amount: int) -> None:
    before = books.rows()
    with pytest.raises(CreditError) as refusal:
        post(books.world, event(), moved(amount, debit=books.used, credit=books.available))
    assert refusal.value.code is ErrorCode.BALANCE_OUT_OF_BOUNDS
    assert books.rows() == before


def test_several_movements_of_one_account_become_one_line(books: Books) -> None:
    lines = moved(300).move(Money(200), debit=CASH, credit="house/income/fee")
    journal = post(books.world, event(), lines)
    assert books.world.postings(journal) == {CASH: 500, INCOME: -300, "house/income/fee": -200}


def test_movements_that_cancel_out_leave_no_line(books: Books) -> None:
    lines = moved(300).move(Money(200), debit=books.used, credit=books.available)
    lines.move(Money(200), debit=books.available, credit=books.used)
    assert set(books.world.postings(post(books.world, event(), lines))) == {CASH, INCOME}


def test_a_reversal_is_the_opposite_and_leaves_the_first_as_it_was(books: Books) -> None:
    world, first = books.world, post(books.world, event(), moved())
    before = world.look(lambda opened: str(opened.session.get_one(Journal, first).lines))
    back = world.do(
        lambda opened: opened.ledger.reverse(first, request_id="undo-1", effective_on=DAY, reason="mistake")
    )
    assert world.postings(back) == {CASH: -500, INCOME: 500}
    assert books.balance(CASH) == 0
    assert world.look(lambda opened: str(opened.session.get_one(Journal, first).lines)) == before
    assert world.look(lambda opened: opened.session.get_one(Journal, back).reverses) == first


def reverse(world: World, journal: UUID, request_id: str) -> UUID:
    return world.do(
        lambda opened: opened.ledger.reverse(journal, request_id=request_id, effective_on=DAY, reason="mistake")
    )


def test_a_repeated_reversal_gets_the_first_one(books: Books) -> None:
    first = post(books.world, event(), moved())
    assert reverse(books.world, first, "undo-1") == reverse(books.world, first, "undo-1")
    assert books.balance(CASH) == 0


def test_a_journal_is_reversed_only_once(books: Books) -> None:
    first = post(books.world, event(), moved())
    reverse(books.world, first, "undo-1")
    before = books.rows()
    with pytest.raises(Exception, match="reverse"):
        reverse(books.world, first, "undo-2")
    assert books.rows() == before


def test_a_reversal_does_not_pass_a_floor_either(books: Books) -> None:
    """The purchase was partly refunded since; taking all of it back would leave less than nothing owed."""
    world = books.world
    post(world, event(), moved(99_999, debit="house/clearing", credit=books.unbilled))
    with pytest.raises(CreditError) as refusal:
        reverse(world, books.purchase, "undo-1")
    assert refusal.value.code is ErrorCode.BALANCE_OUT_OF_BOUNDS


def test_a_failed_transaction_leaves_no_trace(books: Books) -> None:
    before = books.rows()

    def half(opened: Any) -> None:
        opened.ledger.post(event(), moved())
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        books.world.do(half)
    assert books.rows() == before


def test_a_customers_account_counts_its_postings_without_a_gap(books: Books) -> None:
    for nth in range(1, 4):
        post(books.world, event(f"posting-{nth}"), moved(nth, debit=books.used, credit=books.available))
    query = (
        select(Posting.account_sequence, Posting.balance_after)
        .where(Posting.account_id == account_id(books.used))
        .order_by(Posting.account_sequence)
    )
    found = books.world.look(lambda opened: [tuple(row) for row in opened.session.execute(query)])
    assert found == [(1, 100_000), (2, 100_001), (3, 100_003), (4, 100_006)]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(-(10**9), 10**9)), max_size=20))
def test_movements_always_collect_to_lines_that_sum_to_zero(moves: list[tuple[str, str, int]]) -> None:
    lines = Lines()
    for debit, credit, amount in moves:
        lines.move(Money(amount), debit=debit, credit=credit)
    items = lines.items()
    assert sum(minor for _, minor in items) == 0
    assert all(minor for _, minor in items)
    assert len({code for code, _ in items}) == len(items)
    assert bool(lines) == bool(items)


@contextmanager
def guards_off(books: Books, table: str, trigger: str) -> Iterator[Any]:
    """A raw connection with the guards of a table set aside, as only the owner of the database can."""
    with books.raw.connection() as connection:
        if books.raw.sqlite:
            (script,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
            off, on = f"DROP TRIGGER {trigger}", script
        else:
            off, on = (f"ALTER TABLE {table} {word} TRIGGER USER" for word in ("DISABLE", "ENABLE"))
        connection.execute(off)
        yield connection
        connection.execute(on)


def test_the_audit_sees_a_balance_that_is_not_the_sum_of_its_postings(books: Books) -> None:
    """The audit itself must be able to fail."""
    with guards_off(books, "balances", "balances_move") as connection:
        connection.execute("UPDATE balances SET balance_minor = balance_minor + 1 WHERE floor_minor = 0")
        assert books.world.problems() != []
        connection.execute("UPDATE balances SET balance_minor = balance_minor - 1 WHERE floor_minor = 0")


@pytest.mark.parametrize(
    ("table", "there", "back"),
    [
        ("journals", "lines = replace(lines, '500', '600')", "lines = replace(lines, '600', '500')"),
        ("postings", "amount_minor = amount_minor * 2", "amount_minor = amount_minor / 2"),
    ],
)
def test_the_audit_sees_a_journal_and_postings_that_differ(books: Books, table: str, there: str, back: str) -> None:
    post(books.world, event(), moved())
    where = "WHERE id IN" if table == "journals" else "WHERE journal_id IN"
    chosen = f"{where} (SELECT id FROM journals WHERE request_id = 'posting-1')"
    with guards_off(books, table, f"{table}_no_update") as connection:
        connection.execute(f"UPDATE {table} SET {there} {chosen}")
        assert books.world.problems() != []
        connection.execute(f"UPDATE {table} SET {back} {chosen}")
