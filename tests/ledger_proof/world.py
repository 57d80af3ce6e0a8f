"""What each random run begins with, and how the model's words are said to the real ledger."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from credit.kernel.database import Database
from credit.ledger.service import Event, Ledger, Lines
from tests.ledger_proof.databases import NOW, TODAY, engine_of, prepare, raw
from tests.ledger_proof.model import ModelAccount, ModelJournal

CUSTOMERS = 2
GRANTED = 1_000


def customer_id(nth: int | None) -> UUID | None:
    return None if nth is None else uuid5(NAMESPACE_URL, f"customer {nth}")


def first_accounts() -> list[ModelAccount]:
    """Two customers with a loan and a line, the house, and a few places in another currency."""
    found = [
        ModelAccount("house/cash", "cash", None),
        ModelAccount("house/income/fee", "fee_income", None),
        ModelAccount("house/dollars", "cash", None, "USD"),
    ]
    for nth in range(CUSTOMERS):
        found += [
            ModelAccount(f"c/{nth}/principal", "loan_principal", nth, floor=0),
            ModelAccount(f"c/{nth}/credit", "paylater_credit", nth, floor=-700, ceiling=0),
            ModelAccount(f"c/{nth}/dollars", "loan_fee", nth, "USD", floor=0),
            ModelAccount(f"c/{nth}/granted", "limit_granted", nth, ceiling=0),
            ModelAccount(f"c/{nth}/available", "limit_available", nth, floor=0),
            ModelAccount(f"c/{nth}/held", "limit_held", nth, floor=0),
            ModelAccount(f"c/{nth}/used", "limit_used", nth, floor=0),
        ]
    return found


def first_journals() -> list[ModelJournal]:
    return [
        ModelJournal(f"grant:{nth}", "grant", nth, TODAY, {f"c/{nth}/granted": -GRANTED, f"c/{nth}/available": GRANTED})
        for nth in range(CUSTOMERS)
    ]


def open_world(url: str) -> None:
    """What each run begins with, through the public service."""
    prepare(url)
    with engine_of(url) as engine, Database(engine).write() as session:
        ledger = Ledger(session, NOW)
        for account in first_accounts():
            open_in(ledger, account)
        for journal in first_journals():
            ledger.post(event_of(journal), lines_of(journal.lines))


def open_in(ledger: Ledger, account: ModelAccount) -> None:
    ledger.open_account(
        account.code,
        kind=account.kind,
        opened_on=TODAY,
        customer_id=customer_id(account.customer),
        floor=account.floor,
        ceiling=account.ceiling,
        currency=account.currency,
    )


def event_of(journal: ModelJournal) -> Event:
    facts: dict[str, object] = dict(journal.facts)
    return Event(journal.kind, journal.request_id, customer_id(journal.customer), journal.effective_on, facts)


def lines_of(lines: dict[str, int], currencies: dict[str, str] | None = None) -> Lines:
    whole = Lines()
    for code, minor in lines.items():
        whole.shift(code, minor, (currencies or {}).get(code, "CNY"))
    return whole


def ids_of_journals(url: str) -> dict[str, UUID]:
    """The id of each journal that is there, by its request."""
    with raw(url) as connection:
        rows = connection.execute("SELECT request_id, id FROM journals").fetchall()
    return {request_id: UUID(str(key)) for request_id, key in rows}
