"""Commands that read: trial balance, account statement, one journal, holds."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.cli.books import business_date, day_of, find_journal, open_books
from credit.cli.output import FOUND_WRONG, AsJson, OperatorError, Printer, amount, told
from credit.evidence.models import Leaf
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.chart import chart
from credit.ledger.lines import account_id
from credit.ledger.models import Account, Hold, Journal
from credit.ledger.reports import StatementPage, TrialBalance, account_statement, trial_balance

Most = Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many at most.")]


@told
def show_trial_balance(
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="Day, YYYY-MM-DD; today's by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every kind's balance at the end of a business day. Exit code 1 when debits and credits differ."""
    printer = Printer(as_json)
    with open_books() as books, books.database.read() as session:
        found = trial_balance(session, day_of(on, "--on") or business_date(session))
    currencies = sorted({kind.currency for kind in found.kinds}) or ["CNY"]
    if as_json:
        printer.json(_trial_balance(found, currencies))
    else:
        _print_trial_balance(printer, found, currencies)
    if any(found.difference(currency) for currency in currencies):
        raise typer.Exit(FOUND_WRONG)


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
        debit, credit = (amount(minor), "") if minor > 0 else ("", amount(-minor))
        rows.append([kind.gl_class, name, kind.currency, debit, credit])
    rows += [["", "Total", unit, amount(found.debits(unit)), amount(found.credits(unit))] for unit in currencies]
    columns = ["Class", "Kind", "Currency", "Debit", "Credit"]
    printer.table(f"Trial balance on {found.day}", columns, rows, amounts=frozenset({"Debit", "Credit"}))
    for currency in currencies:
        if difference := found.difference(currency):
            printer.say(f"Debits and credits differ by {amount(difference, currency)}: the books are broken.")


@told
def show_account(
    code: Annotated[str, typer.Argument(help="Account code, for example house/cash.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day; the opening by default.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day; today's by default.")] = None,
    most: Most = 200,
    cursor: Annotated[str | None, typer.Option(help="Where an earlier page ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """An account's statement: every posting with the balance after it."""
    with open_books() as books, books.database.read() as session:
        account = session.get(Account, account_id(code))
        if account is None:
            raise OperatorError("account_unknown", f"There is no account {code}.")
        start = day_of(first, "--from") or account.opened_on
        end = day_of(last, "--to") or business_date(session)
        try:
            page = account_statement(session, code, start, end, cursor, most=most)
        except ValueError as error:
            raise OperatorError("cursor_unreadable", "--cursor takes what an earlier page ended with.") from error
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
    printer.table(title, columns, rows, amounts=frozenset({"Amount", "Balance"}))
    if page.next_cursor:
        printer.say(f"There is more: --cursor {page.next_cursor}")


@told
def show_journal(
    name: Annotated[str, typer.Argument(metavar="ID|REQUEST-ID", help="Journal id or request id.")],
    as_json: AsJson = False,
) -> None:
    """One journal: what happened, its lines, and where it is sealed."""
    with open_books() as books, books.database.read() as session:
        found = _journal(session, find_journal(session, name))
    printer = Printer(as_json)
    if as_json:
        printer.json(found)
        return
    lines = found.pop("lines")
    for label, value in found.items():
        if value is not None:
            shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            printer.say(f"{label.replace('_', ' '):>14}  {shown}")
    rows = [[line["account"], amount(line["amount_minor"], line["currency"])] for line in lines]
    printer.table("Lines", ["Account", "Amount"], rows, amounts=frozenset({"Amount"}))


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
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Of this customer only.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Also those that are no longer pending.")] = False,
    most: Most = 200,
    as_json: AsJson = False,
) -> None:
    """Amounts that are set aside, those that expire first at the top."""
    query = select(Hold, Account.code).join(Account, Account.id == Hold.from_account_id)
    if not closed:
        query = query.where(Hold.state == "pending")
    if customer is not None:
        query = query.where(Hold.customer_id == _customer(customer))
    with open_books() as books, books.database.read() as session:
        found = [_hold(*row) for row in session.execute(query.order_by(Hold.expires_on, Hold.id).limit(most)).tuples()]
    printer = Printer(as_json)
    if as_json:
        printer.json({"holds": found})
        return
    columns = {"Last day": "expires_on", "State": "state", "Hold": "id", "Account": "account"}
    rows = [
        [*(hold[key] for key in columns.values()), amount(hold["amount_minor"], hold["currency"])] for hold in found
    ]
    printer.table("Holds", [*columns, "Amount"], rows, amounts=frozenset({"Amount"}))


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


def _customer(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, text) from error
