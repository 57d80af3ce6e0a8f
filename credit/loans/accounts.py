"""The ledger accounts of a loan."""

from __future__ import annotations

from credit.books import Books
from credit.kernel.money import Money
from credit.loans.models import Loan

PARTS = ("principal", "interest", "penalty")


def account(loan: Loan, part: str) -> str:
    return f"loan/{loan.id}/{part}"


def open_accounts(books: Books, loan: Loan) -> None:
    for part in PARTS:
        books.ledger.open_account(
            account(loan, part), kind=f"loan_{part}", opened_on=books.today, customer_id=loan.customer_id, floor=0
        )


def owed(books: Books, loan: Loan) -> dict[str, int]:
    """Principal, interest accrued to this day and penalty, minor units."""
    codes = {account(loan, part): part for part in PARTS}
    return {codes[code]: amount.minor for code, amount in books.ledger.balances(codes).items()}


def payoff(parts: dict[str, int]) -> Money:
    """What settles the loan today: interest only for the days used, no fee for paying early."""
    return Money(sum(parts.values()))
