"""Checks of the whole books, for tests and operators: every promise recomputed from the journals."""

from __future__ import annotations

import json
from collections import defaultdict
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from credit.ledger.models import Account, Balance, Journal, Posting


def check_books(engine: Engine) -> list[str]:
    """Every broken promise as an English sentence; an empty list means the books are right."""
    with Session(engine) as session:
        found = _check_journals(session)
        found += _check_balances(session)
        session.rollback()
    return found


def _check_journals(session: Session) -> list[str]:
    found = []
    spread: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for row in session.execute(select(Posting.journal_id, Posting.account_id, Posting.amount_minor)):
        spread[row.journal_id].append((row.account_id, row.amount_minor))
    for journal in session.scalars(select(Journal)):
        lines = [(UUID(line["account"]), line["minor"]) for line in json.loads(journal.lines)]
        if sum(minor for _, minor in lines) != 0:
            found.append(f"journal {journal.id} does not sum to zero")
        if sorted(lines) != sorted(spread.pop(journal.id, [])):
            found.append(f"journal {journal.id} and its postings differ")
    found += [f"postings without a journal {key}" for key in spread]
    return found


def _check_balances(session: Session) -> list[str]:
    sums: dict[UUID, int] = defaultdict(int)
    for row in session.execute(select(Posting.account_id, Posting.amount_minor)):
        sums[row.account_id] += row.amount_minor
    found = []
    for account, balance in session.execute(select(Account, Balance).join(Balance, Balance.account_id == Account.id)):
        if balance.balance_minor != sums[account.id]:
            found.append(f"{account.code} says {balance.balance_minor}, its postings {sums[account.id]}")
        if balance.floor_minor is not None and balance.balance_minor < balance.floor_minor:
            found.append(f"{account.code} is below its floor")
    if sum(sums.values()) != 0:
        found.append("all postings together do not sum to zero")
    return found
