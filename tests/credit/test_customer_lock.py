"""A command locks its customer once; what it may then remember of the locked rows, and what it must read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from credit.books import Books
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from tests.credit.world import World


class TurnBackError(Exception):
    """Rolls a savepoint back."""


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that read customers while it lasts."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM customers" in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", see)


def reads_of(world: World, work: Callable[[Books], object]) -> int:
    with statements(world.app.database.engine) as seen:
        world.do(work)
    return len(seen)


def test_a_customer_that_a_command_has_locked_is_not_read_again(world: World) -> None:
    customer = world.borrower()

    def work(books: Books) -> None:
        first = books.lock_customer(customer)
        assert books.holds(customer)
        assert books.lock_customer(customer) is first

    assert reads_of(world, work) == 1


def test_the_next_transaction_locks_anew(world: World) -> None:
    customer = world.borrower()
    assert reads_of(world, lambda books: books.lock_customer(customer)) == 1
    assert reads_of(world, lambda books: books.lock_customer(customer)) == 1


def test_a_lock_taken_in_a_savepoint_is_taken_again_when_that_was_rolled_back(world: World) -> None:
    """PostgreSQL gives a lock back with the savepoint that took it: to remember it would be to write unlocked."""
    customer = world.borrower()

    def work(books: Books) -> None:
        with pytest.raises(TurnBackError), books.session.begin_nested():
            books.lock_customer(customer)
            raise TurnBackError
        assert not books.holds(customer)
        books.lock_customer(customer)
        assert books.holds(customer)

    assert reads_of(world, work) == 2


def test_two_customers_of_one_command_are_both_held(world: World) -> None:
    one, other = world.borrower(), world.borrower()

    def work(books: Books) -> None:
        for customer in (one, other, one):
            assert books.lock_customer(customer).id == customer
        assert books.holds(one)
        assert books.holds(other)

    assert reads_of(world, work) == 2


def test_an_unknown_customer_is_a_refusal_and_not_remembered(world: World) -> None:
    nobody = new_id()

    def work(books: Books) -> None:
        with pytest.raises(CreditError) as refusal:
            books.lock_customer(nobody)
        assert refusal.value.code == ErrorCode.CUSTOMER_UNKNOWN
        assert not books.holds(nobody)

    world.do(work)


def test_what_was_kept_is_given_back_while_the_session_knows_it(world: World) -> None:
    customer = world.borrower()

    def work(books: Books) -> None:
        found = books.keep("who", books.lock_customer(customer))
        assert books.kept("who") is found
        assert books.kept("else") is None
        books.session.expunge(found)
        assert books.kept("who") is None

    world.do(work)


def test_a_row_that_left_the_session_is_locked_and_read_anew(world: World) -> None:
    customer = world.borrower()

    def work(books: Books) -> None:
        books.session.expunge(books.lock_customer(customer))
        assert isinstance(books.lock_customer(customer), Customer)

    assert reads_of(world, work) == 2
