"""Commands about decisions: what was decided about a customer and why, and whether it would come out the same again."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select

from credit.cli.arguments import AsJson, day, uuid
from credit.cli.books import open_books
from credit.cli.output import Printer, amount, counted
from credit.cli.refusing import REFUSED, OperatorError, told
from credit.customers.models import Customer
from credit.scoring.models import DecisionRow
from credit.scoring.replay import Replayed, replay

COLUMNS = ["Day", "Purpose", "Product", "Outcome", "Limit", "Score", "Band", "Against", "For", "Policy", "Scorecard"]

app = typer.Typer(help="Decisions about limits: show them, make them again.", no_args_is_help=True)


@app.command("show")
@told
def show(
    customer: Annotated[UUID, typer.Argument(metavar="CUSTOMER", parser=uuid, help="The customer's id.")],
    as_json: AsJson = False,
) -> None:
    """Print every decision about a customer, newest first, with its reasons and, in JSON, its inputs."""
    printer = Printer(as_json)
    with open_books() as books, books.database.read() as session:
        if session.get(Customer, customer) is None:
            raise OperatorError("customer_unknown", f"There is no customer {customer}.")
        query = select(DecisionRow).where(DecisionRow.customer_id == customer)
        rows = session.scalars(query.order_by(DecisionRow.decided_at.desc(), DecisionRow.id.desc())).all()
        if as_json:
            printer.json({"customer": customer, "decisions": [_content(row) for row in rows]})
        elif not rows:
            printer.say(f"Nothing was decided about {customer}.")
        else:
            lines = [_line(row) for row in rows]
            printer.table(f"Decisions about {customer}", COLUMNS, lines, amounts=frozenset({"Limit", "Score"}))


def _content(row: DecisionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "request_id": row.request_id,
        "decided_on": row.decided_on,
        "policy": {"version": row.policy_version, "digest": row.policy_digest},
        "card": {"version": row.card_version, "digest": row.card_digest},
        "inputs": json.loads(row.inputs),
        "result": json.loads(row.result),
    }


def _line(row: DecisionRow) -> list[str]:
    result = json.loads(row.result)
    against = ", ".join(_reason(reason) for reason in result["against"])
    favour = ", ".join(_reason(reason) for reason in result["favour"])
    return [
        str(row.decided_on),
        row.purpose,
        row.product,
        row.outcome,
        "" if row.limit_minor is None else amount(row.limit_minor),
        "thin" if row.points is None else str(row.points),
        row.band or "",
        against,
        favour,
        row.policy_version,
        row.card_version,
    ]


def _reason(reason: dict[str, Any]) -> str:
    return f"{reason['code']} (-{reason['lost']})" if reason["lost"] else str(reason["code"])


@app.command("replay")
@told
def replay_decisions(
    since: Annotated[
        date | None, typer.Option(metavar="DAY", parser=day, help="Only decisions of this day and later.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make stored decisions again from their stored inputs, policy and scorecard, and say which come out differently.

    Exit code 1 when one does: the program has changed what a customer was told."""
    printer = Printer(as_json)
    different: list[Replayed] = []
    number = 0
    with open_books() as books, books.database.read() as session:
        for found in replay(session, since=since):
            number += 1
            if found.differences:
                different.append(found)
    if as_json:
        printer.json({"decisions": number, "different": [_told(found) for found in different]})
    else:
        for found in different:
            printer.say(f"{found.decided_on} {found.id} of customer {found.customer_id}:")
            for place, (old, new) in found.differences.items():
                printer.say(f"  {place}: stored {old}, now {new}")
        printer.say(f"{counted(number, 'decision')} made again, {len(different)} different.")
    if different:
        raise typer.Exit(REFUSED)


def _told(found: Replayed) -> dict[str, Any]:
    return {
        "id": found.id,
        "customer": found.customer_id,
        "decided_on": found.decided_on,
        "differences": {place: {"stored": old, "now": new} for place, (old, new) in found.differences.items()},
    }
