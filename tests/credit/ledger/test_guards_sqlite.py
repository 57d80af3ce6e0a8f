"""SQLite lets a connection say what happens on a conflict, and hands that down into triggers. No form may help."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing

import pytest

from credit.kernel.ids import new_id
from credit.ledger.service import account_id
from tests.credit.conftest import NewDatabase
from tests.credit.ledger.conftest import CASH, INCOME, Books
from tests.credit.ledger.raw import REFUSED, as_json, line

CONFLICTS = ["REPLACE", "IGNORE", "FAIL", "ROLLBACK", "ABORT"]


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def new_database(new_sqlite: NewDatabase) -> NewDatabase:
    return new_sqlite


def attempt(books: Books, lines: object, conflict: str, **columns: object) -> None:
    """Whether it is refused or passed over in silence does not matter; the fixture sees whether anything moved."""
    with contextlib.suppress(*REFUSED):
        books.raw.journal(lines, verb=f"INSERT OR {conflict}", **columns)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_overdraws_a_limit(untouched: Books, conflict: str) -> None:
    attempt(untouched, [line(untouched.used, 900_001), line(untouched.available, -900_001)], conflict)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_makes_a_debt_negative(untouched: Books, conflict: str) -> None:
    attempt(untouched, [line(CASH, 100_001), line(untouched.unbilled, -100_001)], conflict)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_drops_one_of_two_lines_of_an_account(untouched: Books, conflict: str) -> None:
    attempt(untouched, [line(CASH, 500), line(CASH, -500)], conflict)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_drops_one_of_two_lines_of_a_customers_account(untouched: Books, conflict: str) -> None:
    attempt(untouched, [line(untouched.used, 500), line(untouched.used, -500)], conflict)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_lets_a_line_of_nothing_pass(untouched: Books, conflict: str) -> None:
    attempt(untouched, [line(CASH, 500), line(INCOME, -500), line(untouched.used, 0)], conflict)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_replaces_a_journal_by_its_id_or_request(untouched: Books, conflict: str) -> None:
    (journal,) = untouched.world.journals("purchase")
    attempt(untouched, [line(CASH, 500), line(INCOME, -500)], conflict, id=untouched.purchase)
    attempt(untouched, [line(CASH, 500), line(INCOME, -500)], conflict, request_id=journal.request_id)


def test_a_journal_is_not_replaced_by_its_hidden_row_number(untouched: Books) -> None:
    attempt(untouched, [line(CASH, 500), line(INCOME, -500)], "REPLACE", rowid=1)


def test_a_reversal_is_not_replaced_by_another_reversal_of_the_same_journal(books: Books) -> None:
    wrong = books.raw.journal([line(CASH, 500), line(INCOME, -500)])
    first = books.raw.journal([line(CASH, -500), line(INCOME, 500)], reverses=wrong)
    attempt(books, [line(CASH, -300), line(INCOME, 300)], "REPLACE", reverses=wrong)
    assert books.balance(CASH) == 0
    assert first in [journal.id for journal in books.world.journals("raw")]


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_no_conflict_clause_replaces_an_account(untouched: Books, conflict: str) -> None:
    columns = "(id, code, kind, currency, opened_on) VALUES (?, ?, 'cash', 'USD', '2026-10-28')"
    for key, code in ((account_id(CASH), CASH), (new_id(), CASH), (account_id(CASH), "house/other")):
        with contextlib.suppress(*REFUSED):
            untouched.raw.run(f"INSERT OR {conflict} INTO accounts {columns}", (key, code))


def test_an_account_is_not_replaced_by_its_hidden_row_number(untouched: Books) -> None:
    with contextlib.suppress(*REFUSED):
        untouched.raw.run(
            "INSERT OR REPLACE INTO accounts (rowid, id, code, kind, currency, opened_on)"
            " VALUES (1, ?, 'house/other', 'cash', 'CNY', '2026-10-28')",
            (new_id(),),
        )


def test_a_balance_is_not_replaced_by_its_hidden_row_number(untouched: Books) -> None:
    with contextlib.suppress(*REFUSED):
        untouched.raw.run(
            "INSERT OR REPLACE INTO balances (rowid, account_id, balance_minor, posting_count) VALUES (1, ?, 0, 0)",
            (account_id(INCOME),),
        )


def test_a_posting_is_not_replaced_by_its_hidden_row_number(untouched: Books) -> None:
    with contextlib.suppress(*REFUSED):
        untouched.raw.run(
            "INSERT OR REPLACE INTO postings (rowid, journal_id, line, account_id, amount_minor, currency, effective_on)"
            " VALUES (1, ?, 9, ?, 500, 'CNY', '2026-10-28')",
            (untouched.purchase, account_id(CASH)),
        )


@pytest.mark.parametrize("conflict", CONFLICTS)
@pytest.mark.parametrize(
    "change",
    [
        "journals SET request_id = 'same'",
        "postings SET amount_minor = amount_minor + 1",
        "postings SET account_sequence = 1",
        "accounts SET code = 'same'",
        "balances SET balance_minor = -1",
        "balances SET account_id = (SELECT MIN(account_id) FROM balances)",
        "balances SET balance_minor = balance_minor + 1, posting_count = posting_count + 1",
        "balances SET rowid = 1",
        "journals SET rowid = 1",
        "accounts SET rowid = 1",
        "postings SET rowid = 1",
    ],
)
def test_no_conflict_clause_changes_what_is_written(untouched: Books, conflict: str, change: str) -> None:
    with contextlib.suppress(*REFUSED):
        untouched.raw.run(f"UPDATE OR {conflict} {change}")


def test_a_replacing_insert_of_a_balance_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT OR REPLACE INTO balances (account_id, balance_minor, posting_count, floor_minor)"
            " VALUES (?, 0, 0, NULL)",
            (account_id(untouched.available),),
        )


def test_an_upsert_changes_nothing(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO balances (account_id, balance_minor, posting_count) VALUES (?, 0, 0)"
            " ON CONFLICT (account_id) DO UPDATE SET floor_minor = NULL",
            (account_id(untouched.available),),
        )


def test_check_constraints_switched_off_do_not_help(untouched: Books) -> None:
    """The pragma turns CHECK off for a connection; the floor must be kept by a trigger as well."""
    lines = [line(untouched.used, 900_001), line(untouched.available, -900_001)]
    file = untouched.world.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection, contextlib.suppress(*REFUSED):
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(
            "INSERT INTO journals (id, request_id, fingerprint, kind, effective_on, recorded_at, facts, lines)"
            " VALUES (?, 'raw', 'f', 'raw', '2026-10-28', '2026-10-28 04:00:00', '{}', ?)",
            (new_id().hex, as_json(lines)),
        )
