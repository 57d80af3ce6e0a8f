"""What only PostgreSQL offers to somebody who goes round our code."""

from __future__ import annotations

import pytest

from credit.ledger.service import account_id
from tests.credit.conftest import NewDatabase
from tests.credit.ledger.conftest import CASH, Books
from tests.credit.ledger.raw import REFUSED


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.fixture
def new_database(new_postgresql: NewDatabase) -> NewDatabase:
    return new_postgresql


@pytest.mark.parametrize(
    "tables",
    ["journals", "postings", "accounts", "balances", "journals, postings", "journals, postings, balances, accounts"],
)
@pytest.mark.parametrize("how", ["", " CASCADE", " RESTART IDENTITY CASCADE"])
def test_no_table_is_emptied(untouched: Books, tables: str, how: str) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(f"TRUNCATE {tables}{how}")


def test_an_upsert_changes_nothing(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO balances (account_id, balance_minor, posting_count) VALUES (?, 0, 0)"
            " ON CONFLICT (account_id) DO UPDATE SET floor_minor = NULL",
            (account_id(untouched.available),),
        )


def test_a_bulk_copy_of_postings_is_refused(untouched: Books) -> None:
    columns = "(journal_id, line, account_id, amount_minor, currency, effective_on)"
    with untouched.raw.connection() as connection, pytest.raises(REFUSED), connection.cursor() as cursor:
        with cursor.copy(f"COPY postings {columns} FROM STDIN") as copy:
            copy.write_row((untouched.purchase, 9, account_id(CASH), 500, "CNY", "2026-10-28"))


def test_constraints_put_off_to_the_end_of_the_transaction_do_not_help(untouched: Books) -> None:
    with untouched.raw.connection() as connection, pytest.raises(REFUSED), connection.transaction():
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        connection.execute(b"UPDATE balances SET balance_minor = balance_minor + 1")
