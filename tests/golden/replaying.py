"""Replaying a golden book: every event through the lender's services, every day closed in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError
from credit.lines.service import CASHLOAN, PAYLATER
from tests.credit.world import World
from tests.golden.reading import Book, Row, fen

AMOUNT = r"([\d,]+\.\d\d)"
BILL_COLUMNS = (
    "previous",
    "purchases",
    "refunds",
    "installments",
    "interest",
    "fees",
    "penalty",
    "payments",
    "total",
    "minimum",
)


class Life:
    """The customer of one book."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.customer = world.join()
        self.bought: dict[str, UUID] = {}
        self.loan: UUID | None = None
        self.product = PAYLATER
        self._events: list[tuple[str, Callable[..., object]]] = [
            (rf"opens a pay-later line of {AMOUNT}", self._open_paylater),
            (rf"opens a cash line of {AMOUNT} at (\d+) ppm a day", self._open_cashloan),
            (rf"buys (.+) for {AMOUNT}", self._buy),
            (rf"gets {AMOUNT} back for (.+)", self._get_back),
            (rf"pays {AMOUNT} of the bill", self._pay_bill),
            (r"pays the bill", self._pay_bill),
            (rf"splits {AMOUNT} of the bill into (\d+)", self._split),
            (rf"settles the plan for {AMOUNT}", self._settle_plan),
            (rf"borrows {AMOUNT} over (\d+) months", self._borrow),
            (rf"pays {AMOUNT} of the loan", self._pay_loan),
            (r"pays off the loan", self._pay_loan),
            (r"morning", lambda: None),
        ]

    def live(self, row: Row) -> None:
        """Close every day up to the row's, then do what it says; a refusal must be the one that is written."""
        self.world.go_to(date.fromisoformat(row["date"]))
        event, _, refusal = row["event"].partition(" \u2192 ")
        if not refusal:
            self._do(event)
            return
        with pytest.raises(CreditError) as refused:
            self._do(event)
        assert refused.value.code.name == refusal

    def _do(self, event: str) -> None:
        for pattern, act in self._events:
            if found := re.fullmatch(pattern, event):
                act(*(group.replace(",", "") if re.fullmatch(AMOUNT, group) else group for group in found.groups()))
                return
        raise ValueError(f"nobody knows how to do this: {event}")

    def _open_paylater(self, limit: str) -> None:
        self.world.open_paylater(self.customer, limit)

    def _open_cashloan(self, limit: str, rate: str) -> None:
        self.world.open_cashloan(self.customer, limit, rate=int(rate))
        self.product = CASHLOAN

    def _buy(self, what: str, amount: str) -> None:
        self.bought[what] = self.world.buy(self.customer, amount, merchant=what)

    def _get_back(self, amount: str, what: str) -> None:
        self.world.refund(self.customer, self.bought[what], amount)

    def _pay_bill(self, amount: str | None = None) -> None:
        self.world.pay_bill(self.customer, amount)

    def _split(self, amount: str, term: str) -> None:
        self.world.split_bill(self.customer, amount, int(term))

    def _settle_plan(self, amount: str) -> None:
        offer = self.world.propose(self.customer, "settle_plan")
        assert written(offer.amount.minor).replace(",", "") == amount
        self.world.execute(self.customer, offer)

    def _borrow(self, amount: str, term: str) -> None:
        self.loan = self.world.borrow(self.customer, amount, int(term))

    def _pay_loan(self, amount: str | None = None) -> None:
        assert self.loan is not None
        self.world.pay_loan(self.customer, self.loan, amount)

    # ── what is written and what is there ───────────────────────────────────────────────────────────────

    def stands(self, row: Row) -> Row:
        """The row as the books have it: the same columns, the same way of writing amounts."""
        found = {"date": row["date"], "event": row["event"]}
        parts = self._parts()
        for column in row:
            if column == "limit left":
                found[column] = written(self.world.available(self.customer, self.product))
            elif column == "line":
                found[column] = self.world.limit(self.customer, self.product).status
            elif column not in found:
                found[column] = written(parts[column])
        return found

    def _parts(self) -> dict[str, int]:
        if self.product == PAYLATER:
            return self.world.paylater_owed(self.customer)
        if self.loan is None:
            return {"principal": 0, "interest": 0, "penalty": 0}
        return self.world.loan_owed(self.loan)

    def bills(self) -> list[Row]:
        """All bills, a row each."""
        return [
            {
                "bill": str(bill.statement_on),
                "due": str(bill.due_on),
                **{name: written(getattr(bill, f"{name}_minor")) for name in BILL_COLUMNS},
            }
            for bill in self.world.statements(self.customer)
        ]

    def plan(self) -> list[Row]:
        """The loan's rows as they are planned now."""
        assert self.loan is not None
        rows, found = self.world.rows(self.loan), []
        left = sum(row.principal_minor for row in rows)
        for row in rows:
            left -= row.principal_minor
            amounts = {"principal": row.principal_minor, "interest": row.interest_minor, "balance": left}
            written_out = {name: written(minor) for name, minor in amounts.items()}
            found.append({"row": str(row.number), "due": str(row.due_on), **written_out})
        return found


def written(minor: int) -> str:
    """Fen as the books write them."""
    if not minor:
        return "\u00b7"
    whole, rest = divmod(abs(minor), 100)
    return f"{'\u2212' if minor < 0 else ''}{whole:,}.{rest:02d}"


def replay(world: World, book: Book) -> None:
    """Live the whole book; the first row that differs fails, told as both wrote it."""
    life = Life(world)
    for row in book.tables["Life"]:
        life.live(row)
        assert life.stands(row) == row
        if "Plan when lent" in book.tables and row["event"].startswith("borrows"):
            assert life.plan() == book.tables["Plan when lent"]
    if "Bills" in book.tables:
        assert life.bills() == book.tables["Bills"]
    for row in book.tables["House"]:
        assert world.balance(row["account"]) == fen(row["balance"]), row["account"]


__all__ = ["Life", "replay", "written"]
