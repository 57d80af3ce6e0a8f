"""Lenders of any size for the closing's section: every account a real one has, by valid journals, loaded in bulk.

Of a hundred accounts (lines and loans) 40 are lines with a bill not yet due, 15 lines that revolve (a fifth of them
late and frozen), 20 quiet lines and 25 loans. The triggers are off for the filling only; the balances are what the
journals say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from credit.books import HOUSE
from credit.kernel.database import open_engine
from credit.kernel.ids import canonical_json, fingerprint, new_id
from credit.ledger.chart import chart
from credit.ledger.lines import account_id
from credit.lines.service import CASHLOAN, PAYLATER
from credit.paylater.accounts import PARTS
from credit.schema import create_schema
from tests.ledger_proof.databases import NOW

OPENED, START = date(2026, 11, 1), date(2026, 11, 12)
"""In the days after START nothing comes due and no statement is issued; that is so on most days of a month."""
LIMIT, BILL, PAST_DUE, PRINCIPAL = 1_000_000, 123_400, 90_000, 600_000
MIX = {"bill": 40, "revolving": 15, "quiet": 20}
LOANS = 25
TABLES = {
    "customers": "id, name, born_on, is_student, joined_on, card_tail, autopay, pin_hash, pin_failures",
    "lines": "id, customer_id, product, status, frozen_reason, opened_on, daily_rate_ppm, statement_day, due_day,"
    " limit_minor",
    "paylater_standings": "line_id, past_due_minor, overdue_minor, overdue_principal_minor, overdue_since,"
    " settled_minor, interest_exact, interest_posted, penalty_exact, penalty_posted",
    "statements": "id, line_id, statement_on, due_on, previous_minor, purchases_minor, refunds_minor,"
    " installments_minor, interest_minor, fees_minor, penalty_minor, payments_minor, total_minor, minimum_minor",
    "loans": "id, customer_id, line_id, opened_on, principal_minor, daily_rate_ppm, term, method, purpose,"
    " simple_yearly_ppm, compound_yearly_ppm, settled_on, interest_exact, interest_posted, penalty_exact,"
    " penalty_posted",
    "loan_rows": "loan_id, number, due_on, principal_minor, interest_minor, principal_paid, interest_paid, paid_on",
    "accounts": "id, code, kind, gl_class, customer_id, currency, is_held, opened_on",
    "balances": "account_id, balance_minor, posting_count, floor_minor, ceiling_minor",
    "journals": "id, request_id, fingerprint, kind, customer_id, effective_on, recorded_at, facts, lines",
    "postings": "journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after",
}
Row = tuple[Any, ...]


class Rows:
    """The rows of one customer, by table."""

    def __init__(self, nth: int, sort: str, *, with_loan: bool) -> None:
        self.by_table: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.customer = new_id()
        self._moves: dict[str, int] = {}
        self.by_table["customers"].append(
            (self.customer, "Lin", date(1990, 1, 1), False, OPENED, "3301", False, "-", 0)
        )
        self._line(nth, sort)
        if with_loan:
            self._loan(nth)
        self._journal()

    def _line(self, nth: int, sort: str) -> None:
        late = sort == "revolving" and nth % 5 == 0
        bill = {"bill": BILL, "revolving": PAST_DUE, "quiet": 0}[sort]
        line = self._granted(PAYLATER, bill, (1, 28) if sort == "bill" else (1, 10), frozen=late)
        for part in (*PARTS, "credit"):
            self._account(f"paylater/{line}/{part}", f"paylater_{part}", {"billed": bill}.get(part, 0))
        due_on = OPENED.replace(day=28 if sort == "bill" else 10)
        past_due = PAST_DUE if sort == "revolving" else 0
        missed = BILL // 10 if late else 0
        standing = (line, past_due, missed, missed, due_on if late else None, 0, 0, 0, 0, 0)
        self.by_table["paylater_standings"].append(standing)
        parts = (0, bill, 0, 0, 0, 0, 0, 0, bill, bill // 10)
        self.by_table["statements"].append((new_id(), line, OPENED, due_on, *parts))

    def _loan(self, nth: int) -> None:
        line, loan = self._granted(CASHLOAN, PRINCIPAL, (None, 10), frozen=False), new_id()
        costs = (300, 12, "level_payment", "consumption", 109_500, 115_000)
        self.by_table["loans"].append((loan, self.customer, line, OPENED, PRINCIPAL, *costs, None, 0, 0, 0, 0))
        for number in range(1, 13):
            due_on = date(OPENED.year + (11 + number - 1) // 12, (11 + number - 1) % 12 + 1, 10)
            row = (loan, number, due_on, PRINCIPAL // 12, 5_000, 0, 0, None)
            self.by_table["loan_rows"].append(row)
        for part in ("principal", "interest", "penalty"):
            self._account(f"loan/{loan}/{part}", f"loan_{part}", PRINCIPAL if part == "principal" else 0)

    def _granted(self, product: str, used: int, days: tuple[int | None, int], *, frozen: bool) -> UUID:
        line, state = new_id(), ("frozen", "overdue") if frozen else ("open", None)
        self.by_table["lines"].append((line, self.customer, product, *state, OPENED, 300, *days, LIMIT))
        for part, minor in (("granted", -LIMIT), ("available", LIMIT - used), ("held", 0), ("used", used)):
            self._account(f"line/{line}/{part}", f"limit_{part}", minor)
        return line

    def _account(self, code: str, kind: str, minor: int) -> None:
        listed, key = chart().kind(kind), account_id.__wrapped__(code)
        row = (key, code, kind, listed.gl_class, self.customer, "CNY", listed.held, OPENED)
        self.by_table["accounts"].append(row)
        bounds = (None, 0) if kind in {"limit_granted", "paylater_credit"} else (0, None)
        self.by_table["balances"].append((key, minor, int(minor != 0), *bounds))
        if minor:
            self._moves[code] = minor

    def _journal(self) -> None:
        """One journal that brings every balance about; what customers owe was paid out of clearing."""
        owed = sum(minor for code, minor in self._moves.items() if not code.startswith("line/"))
        moves = {**self._moves, "house/clearing": -owed} if owed else self._moves
        key, items = new_id(), sorted(moves.items())
        named = [(account_id.__wrapped__(code), minor) for code, minor in items]
        spelled = ",".join(f'{{"account":"{one.hex}","minor":{minor},"currency":"CNY"}}' for one, minor in named)
        request, lines = f"opening:{self.customer}", f"[{spelled}]"
        mark = fingerprint(["opening", str(self.customer), OPENED.isoformat(), lines, canonical_json({})])
        self.by_table["journals"].append((key, request, mark, "opening", self.customer, OPENED, NOW, "{}", lines))
        for nth, ((code, minor), (account, _)) in enumerate(zip(items, named, strict=True)):
            place = (None, None) if code in HOUSE else (1, minor)
            self.by_table["postings"].append((key, nth, account, minor, "CNY", OPENED, *place))


def customers(accounts: int) -> Iterator[Rows]:
    """Customers who together have that many accounts, the sorts mixed."""
    wheel: Sequence[str] = [sort for sort, share in MIX.items() for _ in range(share)]
    for nth in range(accounts * len(wheel) // (len(wheel) + LOANS)):
        sort = wheel[nth * 31 % len(wheel)]
        yield Rows(nth, sort, with_loan=nth % len(wheel) < LOANS)


def fill(url: str, accounts: int, start: date = START) -> None:
    """Schema, house, business date and the customers, in an empty database."""
    engine = open_engine(url)
    create_schema(engine)
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # this connection's triggers are off
        with connection.transaction():
            connection.execute('INSERT INTO business_day (id, "on") VALUES (1, %s)', (start,))
            house = [
                (account_id(code), code, kind, chart().kind(kind).gl_class, None, "CNY", False, OPENED)
                for code, kind in HOUSE.items()
            ]
            _copy(connection, "accounts", house)
            waiting: dict[str, list[Row]] = {name: [] for name in TABLES}
            for nth, customer in enumerate(customers(accounts)):
                for name, rows in customer.by_table.items():
                    waiting[name] += rows
                if nth % 2000 == 1999:
                    _flush(connection, waiting)
            _flush(connection, waiting)
        connection.execute("VACUUM ANALYZE")


def _flush(connection: psycopg.Connection, waiting: dict[str, list[Row]]) -> None:
    for name, rows in waiting.items():
        _copy(connection, name, rows)
        rows.clear()


def _copy(connection: psycopg.Connection, table: str, rows: list[Row]) -> None:
    with connection.cursor().copy(f"COPY {table} ({TABLES[table]}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
