"""A small lender for the crash and the race: customers with floors, and the house."""

from __future__ import annotations

import random
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.orm import Session

from credit.kernel.database import Database
from credit.kernel.money import Money
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW, TODAY

HOUSE = ("house/cash", "house/income/fee")
PARTS = {"loan_principal": "principal", "loan_interest": "interest", "loan_fee": "fee"}


def customer(nth: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"customer {nth}")


def account(nth: int, part: str) -> str:
    return f"proof/{nth}/{part}"


def open_trade(database: Database, customers: int, opening: int) -> int:
    """Open the accounts, with `opening` minor units lent to each customer. Returns how many journals that took."""

    def work(session: Session) -> None:
        ledger = Ledger(session, NOW)
        ledger.open_account("house/cash", kind="cash", opened_on=TODAY)
        ledger.open_account("house/income/fee", kind="fee_income", opened_on=TODAY)
        for nth in range(customers):
            for kind, part in PARTS.items():
                ledger.open_account(account(nth, part), kind=kind, opened_on=TODAY, customer_id=customer(nth), floor=0)
            event = Event("opening", f"opening:{nth}", customer(nth), TODAY, {})
            ledger.post(event, Lines().move(Money(opening), debit=account(nth, "principal"), credit="house/cash"))

    database.attempt(work)
    return customers


def repayment(rng: random.Random, request_id: str, customers: int) -> tuple[Event, Lines]:
    """A journal of four postings: principal and interest move, a fee is charged, cash comes or goes."""
    nth = rng.randrange(customers)
    # More is lent than the fee can be: were they equal, no cash would move and the journal had three postings.
    lent, interest, fee = rng.randint(10, 500), rng.randint(1, 50), rng.randint(1, 9)
    lines = Lines()
    lines.shift(account(nth, "principal"), lent).shift(account(nth, "interest"), interest)
    lines.shift("house/income/fee", -fee).shift("house/cash", fee - lent - interest)
    return Event("drawn", request_id, customer(nth), TODAY, {"lent": lent}), lines


def transfer(rng: random.Random, request_id: str, accounts: int, most: int) -> tuple[Event, Lines]:
    """From one customer's principal to another's, with a fee to the one house account."""
    giver, taker = rng.sample(range(accounts), 2)
    amount = rng.randint(2, most)
    lines = Lines().shift(account(giver, "principal"), -amount)
    lines.shift(account(taker, "principal"), amount - 1).shift("house/income/fee", 1)
    return Event("transfer", request_id, customer(giver), TODAY, {"amount": amount}), lines
