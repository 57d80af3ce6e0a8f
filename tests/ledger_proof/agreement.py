"""Whether a database and the model say the same: once through the driver alone, once through the public readers."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from credit.kernel.database import Database
from credit.ledger.audit import check_books
from credit.ledger.lines import account_id
from credit.ledger.reports import account_statement, balance_as_of, trial_balance
from credit.ledger.service import Ledger
from tests.ledger_proof.databases import NOW, TODAY, raw
from tests.ledger_proof.model import ModelBooks


def differences(
    url: str, engine: Engine, books: ModelBooks, ids: dict[str, UUID], hold_ids: dict[str, UUID], turn: int
) -> list[str]:
    """Every disagreement as a sentence. `turn` chooses which account's readers are asked."""
    requests = {key: request for request, key in ids.items()}
    holds = {key: request for request, key in hold_ids.items()}
    with raw(url) as connection:
        found = _tables(connection, books, requests, holds)
    return found + _readers(engine, books, ids, turn) + check_books(engine)


def _tables(connection: Any, books: ModelBooks, requests: dict[UUID, str], holds: dict[UUID, str]) -> list[str]:
    codes = {account_id(code): code for code in books.accounts}

    def rows(query: str) -> list[tuple[Any, ...]]:
        return list(connection.execute(query).fetchall())

    postings: dict[str, dict[str, int]] = defaultdict(dict)
    sums: Counter[str] = Counter()
    for journal, account, minor, currency in rows(
        "SELECT journal_id, account_id, amount_minor, currency FROM postings"
    ):
        postings[requests[_key(journal)]][codes[_key(account)]] = minor
        sums[currency] += minor
    found = [f"not conserved: {currency} {minor}" for currency, minor in sums.items() if minor]
    found += _compare("codes", {row[0] for row in rows("SELECT code FROM accounts")}, set(books.accounts))
    written = {
        request: (_day(day), None if reverses is None else requests[_key(reverses)])
        for request, day, reverses in rows("SELECT request_id, effective_on, reverses FROM journals")
    }
    expected = {request: (journal.effective_on, journal.reverses) for request, journal in books.journals.items()}
    found += _compare("journals", written, expected)
    found += _compare("postings", dict(postings), {key: journal.lines for key, journal in books.journals.items()})
    kept = {
        codes[_key(account)]: (minor, count)
        for account, minor, count in rows("SELECT account_id, balance_minor, posting_count FROM balances")
    }
    customers = [code for code, account in books.accounts.items() if account.customer is not None]
    found += _compare("balances", kept, {code: (books.balance(code), books.count(code)) for code in customers})
    held = {
        holds[_key(key)]: (
            codes[_key(source)],
            codes[_key(target)],
            minor,
            state,
            None if by is None else requests[_key(by)],
        )
        for key, source, target, minor, state, by in rows(
            "SELECT id, from_account_id, held_account_id, amount_minor, state, closed_by FROM holds"
        )
    }
    wanted = {
        request: (hold.source, hold.held, hold.amount, hold.state, hold.closed_by)
        for request, hold in books.holds.items()
    }
    found += _compare("holds", held, wanted)
    rolled = {
        (codes[_key(account)], _day(day)): (moved, minor)
        for account, day, moved, minor in rows("SELECT account_id, day, moved_minor, balance_minor FROM rollups")
    }
    return found + _compare("roll-ups", rolled, books.rollups) + _invariants(books, kept)


def _invariants(books: ModelBooks, kept: dict[str, tuple[int, int]]) -> list[str]:
    """What must hold whatever the model thinks: floors and ceilings, and held accounts equal to their pending holds."""
    found = []
    for code, account in books.accounts.items():
        if account.customer is None:
            continue
        minor = kept[code][0]
        if account.floor is not None and minor < account.floor:
            found.append(f"{code} is below its floor")
        if account.ceiling is not None and minor > account.ceiling:
            found.append(f"{code} is above its ceiling")
        pending = sum(hold.amount for hold in books.holds.values() if hold.held == code and hold.state == "pending")
        if account.held and minor != pending:
            found.append(f"{code} holds {minor}, pending are {pending}")
    return found


def _readers(engine: Engine, books: ModelBooks, ids: dict[str, UUID], turn: int) -> list[str]:
    """Present balances of all accounts, and of one account its balance, statement and the trial balance as of a day."""
    code = list(books.accounts)[turn % len(books.accounts)]
    day = books.today - timedelta(days=turn % 6 - 1)
    with Database(engine).read() as session:
        ledger = Ledger(session, NOW)
        present = {
            name: minor.minor
            for name, minor in ledger.balances(
                name for name, of in books.accounts.items() if of.customer is not None
            ).items()
        }
        present |= {name: ledger.balance(name).minor for name in {code, *present.keys() ^ books.accounts.keys()}}
        found = _compare("present balances", present, {name: books.balance(name) for name in books.accounts})
        found += _compare(f"{code} on {day}", balance_as_of(session, code, day), books.balance(code, day))
        kinds = {
            (kind.kind, kind.currency): minor for kind, minor in trial_balance(session, day).kinds.items() if minor
        }
        found += _compare(f"trial balance on {day}", kinds, books.trial(day))
        statement, cursor, balance = [], None, books.balance(code, TODAY - timedelta(days=10))
        while True:
            page = account_statement(session, code, TODAY - timedelta(days=9), day, cursor, most=3)
            statement += [(entry.request_id, entry.amount_minor) for entry in page.entries]
            if [entry.balance_minor for entry in page.entries] != _running(page.opening_minor, page.entries):
                found.append(f"{code}: balances of a statement page do not follow from its entries")
            cursor, balance = page.next_cursor, page.closing_minor
            if cursor is None:
                break
    expected = [
        (request, journal.lines[code])
        for request, journal in books.journals.items()
        if code in journal.lines and journal.effective_on <= day
    ]
    by_day = sorted(expected, key=lambda entry: (books.journals[entry[0]].effective_on, ids[entry[0]]))
    found += _compare(f"statement of {code} up to {day}", statement, by_day)
    return found + _compare(f"closing balance of {code}'s statement", balance, books.balance(code, day))


def _running(opening: int, entries: list[Any]) -> list[int]:
    found = []
    for entry in entries:
        opening += entry.amount_minor
        found.append(opening)
    return found


def _compare(what: str, found: object, expected: object) -> list[str]:
    return [] if found == expected else [f"{what}: the database says {found}, the model {expected}"]


def _key(value: object) -> UUID:
    return UUID(str(value))


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
