"""The books of a whole life in words that do not depend on the database or on ids drawn by chance."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from credit.books import Books
from credit.ledger.models import Account, Journal
from credit.ledger.service import Ledger
from credit.lines.models import Line, LineChange
from credit.loans.models import Loan, LoanRow
from credit.paylater.models import Standing, Statement
from tests.year.people import customer_id
from tests.year.view import balances

UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Names:
    """Says `7/paylater` or `7/loan/2` where the books have an id."""

    def __init__(self, books: Books, seed: int, customers: int) -> None:
        self._known = {customer_id(seed, number): str(number) for number in range(customers)}
        for line, customer, product in books.session.execute(select(Line.id, Line.customer_id, Line.product)):
            self._known[line] = f"{self._known[customer]}/{product}"
        counted: Counter[UUID] = Counter()
        loans = select(Loan.id, Loan.customer_id).order_by(Loan.opened_on, Loan.purpose, Loan.principal_minor)
        for loan, customer in books.session.execute(loans):
            counted[customer] += 1
            self._known[loan] = f"{self._known[customer]}/loan/{counted[customer]}"

    def say(self, value: Any) -> str:
        """Any value of a column."""
        if isinstance(value, UUID):
            return self._known[value]
        return UUID_TEXT.sub(lambda found: self._known[UUID(found.group())], str(value))


def content(books: Books, seed: int, customers: int) -> dict[str, list[str]]:
    """Every part of the books as sorted lines."""
    names = Names(books, seed, customers)
    session = books.session
    codes = {account.hex: names.say(code) for account, code in session.execute(select(Account.id, Account.code))}
    journals = []
    for day, kind, customer, lines in session.execute(
        select(Journal.effective_on, Journal.kind, Journal.customer_id, Journal.lines)
    ):
        moved = sorted((codes[UUID(line["account"]).hex], line["minor"]) for line in json.loads(lines))
        journals.append(f"{day} {kind} {names.say(customer) if customer else 'house'} {moved}")
    house = (code for code in codes.values() if code.startswith("house/"))
    ledger: Ledger = books.ledger
    kept = {names.say(code): minor for code, minor in balances(books).items()}
    kept |= {code: ledger.balance(code).minor for code in house}
    tables: dict[str, Any] = {
        "lines": (Line.id, Line.status, Line.frozen_reason, Line.due_day, Line.limit_minor),
        "line_changes": (LineChange.line_id, LineChange.on, LineChange.kind, LineChange.reason),
        "loan_rows": tuple(LoanRow.__table__.columns),
        "loans": (Loan.id, Loan.opened_on, Loan.principal_minor, Loan.settled_on, Loan.interest_exact),
        "standings": tuple(Standing.__table__.columns),
        "statements": tuple(column for column in Statement.__table__.columns if column.name != "id"),
    }
    return {
        "journals": sorted(journals),
        "balances": sorted(f"{code} {minor}" for code, minor in kept.items()),
        **{name: _lines(names, session.execute(select(*columns))) for name, columns in tables.items()},
    }


def _lines(names: Names, rows: Iterable[Row[Any]]) -> list[str]:
    return sorted(" ".join(names.say(value) for value in row) for row in rows)


def digest(parts: dict[str, list[str]]) -> str:
    """One SHA-256 over all parts."""
    whole = hashlib.sha256()
    for name in sorted(parts):
        whole.update(f"{name}\n".encode())
        for line in parts[name]:
            whole.update(f"{line}\n".encode())
    return whole.hexdigest()


def write(parts: dict[str, list[str]], file: Path) -> None:
    """All lines in a file, to compare two lives that differ."""
    file.write_text("\n".join(f"{name}: {line}" for name in sorted(parts) for line in parts[name]), encoding="utf-8")
