"""Days become final: house accounts rolled up, late postings accepted for a while, every figure as of any day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.chart import chart
from credit.ledger.models import ClosedDay, Posting, Rollup
from credit.ledger.reports import account_statement, balance_as_of, trial_balance
from credit.ledger.service import Event, Lines, account_id
from tests.credit.ledger.conftest import CASH, INCOME, Books
from tests.credit.ledger.raw import REFUSED, line
from tests.credit.world import START, World

OPEN_DAYS = chart().back_dating_days


def earn(world: World, amount: int, request_id: str, *, on: date) -> UUID:
    what = Event("test", request_id, None, on, {})
    lines = Lines().move(Money(amount), debit=CASH, credit=INCOME)
    return world.do(lambda books: books.ledger.post(what, lines))


def as_of(books: Books, code: str, day: date) -> int:
    return books.world.look(lambda opened: balance_as_of(opened.session, code, day))


def newest_final(books: Books) -> date | None:
    return books.world.look(lambda opened: opened.session.scalar(select(func.max(ClosedDay.day))))


def test_a_day_is_final_once_the_days_for_late_postings_are_over(books: Books) -> None:
    books.world.go(OPEN_DAYS)
    first = newest_final(books)
    books.world.go(1)
    assert newest_final(books) == books.world.today - timedelta(days=OPEN_DAYS + 1)
    assert first is None or first < START


def test_the_roll_up_is_what_the_postings_say(books: Books) -> None:
    for nth in range(8):
        earn(books.world, 100 + nth, f"day-{nth}", on=books.world.today)
        books.world.go(1)
    final = newest_final(books)
    assert final is not None
    key = account_id(CASH)
    rolled = books.world.look(
        lambda opened: opened.session.scalars(
            select(Rollup.balance_minor).where(Rollup.account_id == key, Rollup.day == final)
        ).one()
    )
    summed = books.world.look(
        lambda opened: opened.session.scalar(
            select(func.sum(Posting.amount_minor)).where(Posting.account_id == key, Posting.effective_on <= final)
        )
    )
    assert rolled == summed
    assert books.balance(CASH) == sum(100 + nth for nth in range(8))


def test_a_late_posting_counts_for_the_day_it_was_made(books: Books) -> None:
    books.world.go(OPEN_DAYS)
    late = earn(books.world, 700, "late", on=START)
    assert as_of(books, CASH, START) == 700
    journal = next(found for found in books.world.journals("test") if found.id == late)
    assert journal.effective_on == START
    assert journal.recorded_at.date() >= START


def test_nothing_is_posted_into_a_day_that_is_final(books: Books) -> None:
    books.world.go(OPEN_DAYS + 1)
    before = books.rows()
    with pytest.raises(CreditError) as refusal:
        earn(books.world, 700, "too-late", on=START)
    assert refusal.value.code is ErrorCode.EFFECTIVE_DAY_CLOSED
    with pytest.raises(REFUSED, match="xz:effective_day_closed"):
        books.raw.journal([line(CASH, 500), line(INCOME, -500)], effective_on=START.isoformat())
    assert books.rows() == before


def test_nothing_is_posted_into_a_day_to_come(books: Books) -> None:
    with pytest.raises(CreditError) as refusal:
        earn(books.world, 700, "tomorrow", on=START + timedelta(days=1))
    assert refusal.value.code is ErrorCode.EFFECTIVE_DAY_AHEAD


def test_balances_and_trial_balance_are_told_as_of_any_day(books: Books) -> None:
    for nth in range(7):
        earn(books.world, 100, f"day-{nth}", on=books.world.today)
        books.world.go(1)
    for nth in range(7):
        day = START + timedelta(days=nth)
        assert as_of(books, CASH, day) == 100 * (nth + 1)
        trial = books.world.look(lambda opened, day=day: trial_balance(opened.session, day))  # type: ignore[misc]
        assert trial.difference("CNY") == 0
        cash = next(minor for kind, minor in trial.kinds.items() if kind.kind == "cash")
        assert cash == 100 * (nth + 1)
    assert as_of(books, books.used, START - timedelta(days=1)) == 0
    assert as_of(books, books.used, START) == books.balance(books.used)


def test_a_statement_comes_in_pages_that_join_without_gap_or_double(books: Books) -> None:
    for nth in range(25):
        earn(books.world, nth + 1, f"entry-{nth}", on=START)
    entries, cursor = [], None
    while True:
        page = books.world.look(
            lambda opened, cursor=cursor: account_statement(  # type: ignore[misc]
                opened.session, CASH, START, START, cursor, most=10
            )
        )
        entries += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [entry.amount_minor for entry in entries] == [nth + 1 for nth in range(25)]
    assert [entry.balance_minor for entry in entries] == [sum(range(nth + 2)) for nth in range(25)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM closed_days",
        "UPDATE rollups SET balance_minor = balance_minor + 1",
        "DELETE FROM rollups",
        "UPDATE control_totals SET balance_minor = 0",
    ],
)
def test_a_final_day_cannot_be_touched_by_a_raw_connection(books: Books, statement: str) -> None:
    earn(books.world, 700, "earned", on=START)
    books.world.go(OPEN_DAYS + 2)
    with pytest.raises(REFUSED, match="xz:"):
        books.raw.run(statement)
    assert as_of(books, CASH, START) == 700


def test_a_closing_whose_ledgers_differ_does_not_move_the_date(books: Books) -> None:
    """Only somebody who sets the guards aside can bring it about; the closing must still see it."""
    with books.raw.connection() as connection:
        if books.raw.sqlite:
            (script,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'balances_move'").fetchone()
            connection.execute("DROP TRIGGER balances_move")
        else:
            script = "SET session_replication_role = origin"
            connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE balances SET balance_minor = balance_minor + 1 WHERE balance_minor > 0")
        connection.execute(script)
        with pytest.raises(CreditError) as refusal:
            books.world.go(1)
        assert refusal.value.code is ErrorCode.LEDGER_OUT_OF_BALANCE
        assert books.world.today == START
        if books.raw.sqlite:
            connection.execute("DROP TRIGGER balances_move")
        else:
            connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE balances SET balance_minor = balance_minor - 1 WHERE balance_minor > 0")
        connection.execute(script)
