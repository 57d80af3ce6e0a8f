"""The ledger accounts of a pay-later line, and reading them together."""

from __future__ import annotations

from credit.books import Books
from credit.kernel.money import Money
from credit.lines.models import Line
from credit.paylater.rules import BILLED_PARTS

PARTS = ("unbilled", "plan", "accrued", "billed", "interest", "fee", "penalty")
"""Owed by the customer: spent since the statement; installments not yet due; interest since the statement;
and what is on the bill: principal, interest, fee, penalty. `credit` is owed to the customer."""


def account(line: Line, part: str) -> str:
    return f"paylater/{line.id}/{part}"


def open_accounts(books: Books, line: Line) -> None:
    for part in PARTS:
        books.ledger.open_account(
            account(line, part), kind=f"paylater_{part}", opened_on=books.today, customer_id=line.customer_id, floor=0
        )
    books.ledger.open_account(
        account(line, "credit"), kind="paylater_credit", opened_on=books.today, customer_id=line.customer_id, ceiling=0
    )


def owed(books: Books, line: Line) -> dict[str, int]:
    """Every part in minor units; `credit` as a positive amount owed to the customer."""
    codes = {account(line, part): part for part in (*PARTS, "credit")}
    found = {codes[code]: amount.minor for code, amount in books.ledger.balances(codes).items()}
    found["credit"] = -found["credit"]
    return found


def payable_now(parts: dict[str, int]) -> Money:
    """What is on the open bill and still owed, penalty to this day included."""
    return Money(sum(parts[part] for part in BILLED_PARTS))


def principal_owed(parts: dict[str, int]) -> Money:
    """What counts against the limit."""
    return Money(parts["unbilled"] + parts["plan"] + parts["billed"])
