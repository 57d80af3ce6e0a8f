"""Commands that read: trial balance, account statement, one journal, holds."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.cli.arguments import AsJson, JournalName, Most, day, uuid
from credit.cli.books import day_or_today, find_journal, open_books
from credit.cli.output import Printer, amount, debit_and_credit
from credit.cli.refusing import OperatorError, told
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.models import Leaf
from credit.kernel.errors import ErrorCode
from credit.ledger.chart import chart
from credit.ledger.lines import account_id
from credit.ledger.models import Account, Hold, Journal
from credit.ledger.reports import StatementPage, TrialBalance, account_statement, trial_balance

MONEY = frozenset({"Debit", "Credit", "Amount", "Balance"})


@told
def show_trial_balance(
    on: Annotated[
        date | None, typer.Option("--on", metavar="DAY", parser=day, help="A past day, YYYY-MM-DD; today's by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print every kind's balance at the end of a day.

    The day is a business day of the ledger. Exit code 1 when debits and credits differ."""
    printer = Printer(as_json)
    with open_books() as books, books.database.read() as session:
        found = trial_balance(session, day_or_today(session, on))
    currencies = sorted({kind.currency for kind in found.kinds}) or ["CNY"]
    if as_json:
        printer.json(_trial_balance(found, currencies))
    else:
        _print_trial_balance(printer, found, currencies)
    for currency in currencies:
        if difference := found.difference(currency):
            sentence = f"Debits and credits differ by {amount(difference, currency)}: the books are broken."
            raise OperatorError(str(ErrorCode.LEDGER_OUT_OF_BALANCE), sentence)


def _trial_balance(found: TrialBalance, currencies: list[str]) -> dict[str, Any]:
    kinds = [
        {"class": kind.gl_class, "kind": kind.kind, "currency": kind.currency, "balance_minor": minor}
        for kind, minor in found.kinds.items()
    ]
    totals = {
        currency: {
            "debits_minor": found.debits(currency),
            "credits_minor": found.credits(currency),
            "difference_minor": found.difference(currency),
        }
        for currency in currencies
    }
    return {"day": found.day, "kinds": kinds, "totals": totals}


def _print_trial_balance(printer: Printer, found: TrialBalance, currencies: list[str]) -> None:
    known = chart().kinds
    rows = []
    for kind, minor in found.kinds.items():
        name = known[kind.kind].en if kind.kind in known else kind.kind
        rows.append([kind.gl_class, name, kind.currency, *debit_and_credit(minor, kind.currency)])
    sums = {unit: (found.debits(unit), found.credits(unit)) for unit in currencies}
    rows += [["", "Total", unit, *(amount(minor, unit) for minor in both)] for unit, both in sums.items()]
    columns = ["Class", "Kind", "Currency", "Debit", "Credit"]
    printer.table(f"Trial balance on {found.day}", columns, rows, amounts=MONEY)


@told
def show_account(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Account code, for example house/cash.")],
    first: Annotated[
        date | None,
        typer.Option("--from", metavar="DAY", parser=day, help="First day, YYYY-MM-DD; the opening's by default."),
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", metavar="DAY", parser=day, help="Last day, YYYY-MM-DD; today's by default.")
    ] = None,
    most: Most = 200,
    cursor: Annotated[str | None, typer.Option(metavar="CURSOR", help="Where an earlier page ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print an account's statement.

    Every posting with the balance after it, by the day it counts for; debits are positive."""
    if first is not None and last is not None and first > last:
        raise typer.BadParameter(f"{first} is after {last}.", param_hint="'--from'")
    with open_books() as books, books.database.read() as session:
        account = session.get(Account, account_id(code))
        if account is None:
            raise OperatorError(str(ErrorCode.ACCOUNT_UNKNOWN), f"There is no account {code}.")
        end = day_or_today(session, last)
        start = min(account.opened_on, end) if first is None else day_or_today(session, first)
        try:
            page = account_statement(session, code, start, end, cursor, most=most)
        except ValueError as error:
            if cursor is None:
                raise
            raise typer.BadParameter(f"{cursor!r} is not where a page ended.", param_hint="'--cursor'") from error
        kind = account.kind
    if as_json:
        Printer(as_json).json(_statement(page) | {"kind": kind, "from": start, "to": end})
    else:
        _print_statement(Printer(as_json), page, f"{code}, {start} to {end}")


def _statement(page: StatementPage) -> dict[str, Any]:
    entries = [
        {
            "journal": entry.journal_id,
            "kind": entry.kind,
            "request_id": entry.request_id,
            "effective_on": entry.effective_on,
            "recorded_at": entry.recorded_at.isoformat(),
            "amount_minor": entry.amount_minor,
            "balance_minor": entry.balance_minor,
        }
        for entry in page.entries
    ]
    return {
        "account": page.code,
        "currency": page.currency,
        "opening_minor": page.opening_minor,
        "entries": entries,
        "closing_minor": page.closing_minor,
        "next_cursor": page.next_cursor,
    }


def _print_statement(printer: Printer, page: StatementPage, title: str) -> None:
    rows = [["", "", "Opening balance", "", amount(page.opening_minor, page.currency)]]
    for entry in page.entries:
        moved, balance = amount(entry.amount_minor, page.currency), amount(entry.balance_minor, page.currency)
        rows.append([str(entry.effective_on), str(entry.journal_id), entry.kind, moved, balance])
    columns = ["Day", "Journal", "Kind", "Amount", "Balance"]
    printer.table(title, columns, rows, amounts=MONEY)
    if page.next_cursor:
        printer.say(f"There is more: --cursor {page.next_cursor}")


@told
def show_journal(journal: JournalName, as_json: AsJson = False) -> None:
    """Print one journal.

    What happened and why, its lines, what it reverses or was reversed by, and the block it is sealed in."""
    with open_books() as books, books.database.read() as session:
        try:
            found = _journal(session, find_journal(session, journal))
        except (ValueError, TypeError, KeyError) as error:
            sentence = f"journal {journal} holds what cannot be read; `verify` tells more"
            raise EvidenceError(EvidenceCode.CONTENT_UNREADABLE, sentence) from error
    printer = Printer(as_json)
    if as_json:
        printer.json(found)
        return
    lines = found.pop("lines")
    for label, value in found.items():
        if value is not None:
            shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            printer.say(f"{label.replace('_', ' '):>14}  {shown}")
    rows = [[line["account"], *debit_and_credit(line["amount_minor"], line["currency"])] for line in lines]
    printer.table("Lines", ["Account", "Debit", "Credit"], rows, amounts=MONEY)


def _journal(session: Session, journal: Journal) -> dict[str, Any]:
    lines = json.loads(journal.lines)
    keys = [UUID(line["account"]) for line in lines]
    codes = {account.id: account.code for account in session.scalars(select(Account).where(Account.id.in_(keys)))}
    leaf = session.get(Leaf, journal.id)
    reversed_by = session.scalars(select(Journal.id).where(Journal.reverses == journal.id)).one_or_none()
    return {
        "id": str(journal.id),
        "request_id": journal.request_id,
        "kind": journal.kind,
        "customer": None if journal.customer_id is None else str(journal.customer_id),
        "effective_on": str(journal.effective_on),
        "recorded_at": journal.recorded_at.isoformat(),
        "reverses": None if journal.reverses is None else str(journal.reverses),
        "reversed_by": None if reversed_by is None else str(reversed_by),
        "hold": None if journal.hold_id is None else {"id": str(journal.hold_id), "act": journal.hold_act},
        "facts": json.loads(journal.facts),
        "sealed": None if leaf is None else {"block": leaf.height, "position": leaf.position},
        "lines": [
            {"account": codes.get(key, str(key)), "amount_minor": line["minor"], "currency": line["currency"]}
            for key, line in zip(keys, lines, strict=True)
        ],
    }


@told
def show_holds(
    customer: Annotated[
        UUID | None, typer.Option(metavar="ID", parser=uuid, help="Of this customer only, by UUID.")
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Also those that are no longer pending.")] = False,
    most: Most = 200,
    as_json: AsJson = False,
) -> None:
    """Print amounts that are set aside, next to expire first."""
    query = select(Hold, Account.code).join(Account, Account.id == Hold.from_account_id)
    if not closed:
        query = query.where(Hold.state == "pending")
    if customer is not None:
        query = query.where(Hold.customer_id == customer)
    with open_books() as books, books.database.read() as session:
        due = session.execute(query.order_by(Hold.expires_on, Hold.id).limit(most))
        found = [_hold(hold, code) for hold, code in due]
    printer = Printer(as_json)
    if as_json:
        printer.json({"holds": found})
        return
    columns = {"Last day": "expires_on", "State": "state", "Hold": "id", "Account": "account"}
    rows = [
        [*(hold[key] for key in columns.values()), amount(hold["amount_minor"], hold["currency"])] for hold in found
    ]
    printer.table("Holds", [*columns, "Amount"], rows, amounts=MONEY)


def _hold(hold: Hold, code: str) -> dict[str, Any]:
    return {
        "id": str(hold.id),
        "request_id": hold.request_id,
        "customer": str(hold.customer_id),
        "account": code,
        "amount_minor": hold.amount_minor,
        "currency": hold.currency,
        "expires_on": str(hold.expires_on),
        "state": hold.state,
    }
