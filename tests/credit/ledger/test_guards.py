"""The database keeps the ledger's promises against code that goes round ours, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from uuid import uuid4

import pytest

from credit.ledger.service import account_id
from tests.credit.ledger.conftest import CASH, INCOME, Books
from tests.credit.ledger.raw import REFUSED, as_json, line

MINOR = "a line's amount"


def test_a_right_journal_passes_by_hand_so_the_attempts_below_fail_for_their_own_reason(books: Books) -> None:
    books.raw.journal([line(CASH, 500), line(INCOME, -500)])
    assert books.balance(CASH) == 500
    books.raw.journal([line(books.used, 100), line(books.available, -100)])
    assert books.balance(books.available) == 899_900


@pytest.mark.parametrize(
    "amounts",
    [(500, -499), (500, 500), (-1, -1), (1, -2), (2**53 - 1, -(2**53 - 2))],
)
def test_a_journal_that_does_not_sum_to_zero_is_refused(untouched: Books, amounts: tuple[int, int]) -> None:
    with pytest.raises(REFUSED, match="xz:journal_unbalanced"):
        untouched.raw.journal([line(CASH, amounts[0]), line(INCOME, amounts[1])])


@pytest.mark.parametrize("lines", ["[]", "", "null", "{}", "5", "not json", "[1, 2]", '["a", "b"]', "[null, null]"])
def test_a_journal_without_lines_is_refused(untouched: Books, lines: str) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal(lines)


def test_a_journal_of_one_line_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED, match="xz:journal_empty"):
        untouched.raw.journal([line(CASH, 500)])


@pytest.mark.parametrize("amounts", [(0, 0), (0, 0, 0)])
def test_a_line_of_nothing_is_refused(untouched: Books, amounts: tuple[int, ...]) -> None:
    accounts = (CASH, INCOME, untouched.used)
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(code, amount) for code, amount in zip(accounts, amounts, strict=False)])


def test_a_line_of_nothing_among_others_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, 500), line(INCOME, -500), line(untouched.used, 0)])


def test_an_account_that_was_never_opened_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED, match="xz:account_unknown"):
        untouched.raw.journal([line(CASH, 500), line(uuid4(), -500)])


def test_an_account_that_is_no_identifier_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, 500), {"account": "nobody", "minor": -500, "currency": "CNY"}])


@pytest.mark.parametrize("currency", ["USD", "cny", "", None])
def test_a_currency_that_is_not_the_accounts_is_refused(untouched: Books, currency: str | None) -> None:
    with pytest.raises(REFUSED, match="xz:journal_malformed" if currency is None else "xz:posting_currency"):
        untouched.raw.journal([line(CASH, 500, currency), line(INCOME, -500, currency)])  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["account", "minor", "currency"])
def test_a_line_that_lacks_a_part_is_refused(untouched: Books, missing: str) -> None:
    lines = [line(CASH, 500), line(INCOME, -500)]
    del lines[1][missing]
    with pytest.raises(REFUSED):
        untouched.raw.journal(lines)


@pytest.mark.parametrize("amount", [0.5, "500", True, None, [500], {"minor": 500}])
def test_an_amount_that_is_no_whole_number_is_refused(untouched: Books, amount: object) -> None:
    opposite = -amount if isinstance(amount, float) else amount
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, amount), line(INCOME, opposite)])


@pytest.mark.parametrize("spelling", ["5.0", "5e2", "5E-1", "1e309", "0x10", "NaN", "Infinity", "05", "+5"])
def test_an_amount_in_another_spelling_is_refused(untouched: Books, spelling: str) -> None:
    text = as_json([line(CASH, MINOR), line(INCOME, "-" + MINOR)])
    text = text.replace(f'"{MINOR}"', spelling).replace(f'"-{MINOR}"', f"-{spelling}")
    with pytest.raises(REFUSED):
        untouched.raw.journal(text)


@pytest.mark.parametrize("amount", [2**53, 10**16 - 1, 10**16, 2**63 - 1, 2**63, 2**64, 10**30])
def test_an_amount_too_large_to_be_exact_everywhere_is_refused(untouched: Books, amount: int) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, amount), line(INCOME, -amount)])


def test_one_account_on_two_lines_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, 500), line(CASH, -500)])


def test_a_part_said_twice_with_two_values_is_refused(untouched: Books) -> None:
    """Readers of JSON differ on which of two equal keys counts, so the books would depend on who reads them."""
    text = as_json([line(CASH, 500), line(INCOME, -500)])
    for first, second in ((500, 7), (7, 500)):
        twice = text.replace(":500", f':{first},"minor":{second}').replace(":-500", f':-{first},"minor":-{second}')
        with pytest.raises(REFUSED):
            untouched.raw.journal(twice)


def test_a_request_is_booked_only_once(untouched: Books) -> None:
    (journal,) = untouched.world.journals("purchase")
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, 500), line(INCOME, -500)], request_id=journal.request_id)


def test_a_journals_own_id_is_used_only_once(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(CASH, 500), line(INCOME, -500)], id=untouched.purchase)


def test_a_posting_without_a_journal_is_refused(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on)"
            " VALUES (?, 0, ?, 500, 'CNY', '2026-10-28')",
            (uuid4(), account_id(CASH)),
        )


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, -1, 99])
def test_a_second_posting_for_a_journal_is_refused(untouched: Books, number: int) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on)"
            " VALUES (?, ?, ?, 500, 'CNY', '2026-10-28')",
            (untouched.purchase, number, account_id(CASH)),
        )


@pytest.mark.parametrize(
    "change",
    [
        "journals SET kind = 'other'",
        "journals SET lines = '[]'",
        "journals SET request_id = 'another'",
        "journals SET facts = '{}'",
        "journals SET effective_on = '2026-01-01'",
        "postings SET amount_minor = amount_minor + 1",
        "postings SET amount_minor = -amount_minor",
        "postings SET balance_after = 0",
        "accounts SET code = 'mine'",
        "accounts SET kind = 'other'",
        "accounts SET currency = 'USD'",
        "balances SET balance_minor = 0",
        "balances SET balance_minor = balance_minor + 1",
        "balances SET balance_minor = balance_minor + 1, posting_count = posting_count + 1",
        "balances SET posting_count = posting_count + 1",
        "balances SET floor_minor = floor_minor - 1",
        "balances SET floor_minor = NULL WHERE floor_minor IS NOT NULL",
        "balances SET ceiling_minor = 100000000 WHERE ceiling_minor IS NOT NULL",
        "balances SET ceiling_minor = -1 WHERE ceiling_minor IS NULL",
    ],
)
def test_nothing_written_is_changed(untouched: Books, change: str) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(f"UPDATE {change}")


@pytest.mark.parametrize("table", ["journals", "postings", "accounts", "balances"])
def test_nothing_written_is_deleted(untouched: Books, table: str) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(f"DELETE FROM {table}")


def test_a_balance_row_begins_at_zero(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO balances (account_id, balance_minor, posting_count) VALUES (?, 500, 0)", (account_id(INCOME),)
        )


def test_an_account_with_postings_gets_no_balance_row_later(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO balances (account_id, balance_minor, posting_count) VALUES (?, 0, 0)",
            (account_id("house/clearing"),),
        )


def test_a_balance_row_belongs_to_an_account(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.run(
            "INSERT INTO balances (account_id, balance_minor, posting_count) VALUES (?, 0, 0)", (uuid4(),)
        )


def test_an_accounts_code_and_id_are_used_only_once(untouched: Books) -> None:
    columns = "(id, code, kind, currency, opened_on) VALUES (?, ?, 'cash', 'CNY', '2026-10-28')"
    for key, code in ((uuid4(), CASH), (account_id(CASH), "house/other")):
        with pytest.raises(REFUSED):
            untouched.raw.run(f"INSERT INTO accounts {columns}", (key, code))


def test_available_limit_cannot_be_overdrawn_by_hand(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(untouched.used, 900_001), line(untouched.available, -900_001)])


def test_what_a_customer_owes_cannot_become_negative_by_hand(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(untouched.unbilled, -100_001), line(CASH, 100_001)])


def test_what_was_granted_cannot_become_a_debt_of_the_customer_by_hand(untouched: Books) -> None:
    with pytest.raises(REFUSED):
        untouched.raw.journal([line(untouched.granted, 1_000_001), line(CASH, -1_000_001)])


def test_the_last_fen_of_a_limit_can_be_drawn_and_not_one_more(books: Books) -> None:
    books.raw.journal([line(books.used, 900_000), line(books.available, -900_000)])
    assert books.balance(books.available) == 0
    with pytest.raises(REFUSED):
        books.raw.journal([line(books.used, 1), line(books.available, -1)])
