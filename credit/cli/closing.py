"""The command that closes business days."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from credit.app import CreditApp
from credit.catalogue import load_catalogue
from credit.cli.arguments import AsJson, day
from credit.cli.books import business_date, open_books
from credit.cli.output import Printer, counted
from credit.cli.refusing import told
from credit.closing.run import Progress as Step
from credit.closing.run import Run, Watch


@told
def close(
    until: Annotated[date, typer.Option(parser=day, metavar="DAY", help="The day to open; all before it are closed.")],
    workers: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=16, help="How many ranges of customers at a time.")
    ] = 2,
    as_json: AsJson = False,
) -> None:
    """Close every business day before DAY, one after the other.

    May be stopped at any point and started again: what is done is done, and the day that was begun is taken up first.
    Two of them at once share the work."""
    catalogue = load_catalogue()
    with open_books() as operator:
        with operator.database.read() as session:
            business_date(session)
        desk = CreditApp(operator.database, catalogue, operator.clock)
        with _bars(shown=not as_json and sys.stderr.isatty()) as bars:
            opened = Run(desk, workers=workers, watch=_follow(bars)).close(until)
        today = desk.business_date()
    if as_json:
        Printer(as_json).json({"opened": opened, "business_date": today})
    else:
        Printer(as_json).say(f"Closed {counted(len(opened), 'day')}; the ledger is at {today}.")


def _bars(*, shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not shown,
    )


def _follow(bars: Progress) -> Watch:
    """A bar a day."""
    tasks = {}

    def watch(step: Step) -> None:
        if step.day not in tasks:
            tasks[step.day] = bars.add_task(str(step.day), total=step.steps)
        bars.update(tasks[step.day], completed=step.done, total=step.steps)

    return watch
