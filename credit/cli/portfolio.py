"""Commands about the book as a whole: figures as tables, the report, scoring everybody anew."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from sqlalchemy import distinct, func, select

from credit.app import CreditApp
from credit.books import Books
from credit.catalogue import load_catalogue
from credit.cli.arguments import AsJson
from credit.cli.books import business_date, open_books
from credit.cli.output import Printer, counted
from credit.cli.refusing import told
from credit.lines.models import Line
from credit.monitoring import report as pages
from credit.monitoring import tables
from credit.monitoring.batch import CHUNK, Progress, rescore_everybody, rescore_in_processes
from credit.monitoring.figures import Figures, figures_of
from credit.monitoring.orders import present_orders
from credit.monitoring.stability import Reference
from credit.monitoring.tables import Table

Months = Annotated[
    int | None,
    typer.Option("--months", metavar="NUMBER", min=2, max=60, help="Month ends to go back; the policy's by default."),
]
app = typer.Typer(help="Figures of the whole book on the last closed day.", no_args_is_help=True)


def _figures(months: int | None) -> tuple[Figures, str]:
    """The figures and the lender's name."""
    catalogue = load_catalogue()
    with open_books() as operator:
        with operator.database.read() as session:
            business_date(session)
        desk = CreditApp(operator.database, catalogue, operator.clock)
        orders, reference = present_orders(), Reference.read()
        found = desk.reading(lambda books: figures_of(books, orders, reference, months=months))
    return found, catalogue.lender.name


def _show(made: Sequence[Table], found: Figures, as_json: bool, raw: Any) -> None:
    printer = Printer(as_json)
    if as_json:
        printer.json({"day": found.day, "figures": _plain(raw)})
        return
    for table in made:
        if table.rows:
            printer.table(table.title, list(table.columns), [list(row) for row in table.rows], amounts=table.numbers)
        else:
            printer.say(f"{table.title}: {table.empty}")


def _plain(value: Any) -> Any:
    """As JSON has it: fields by their names."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if isinstance(value, Mapping | Counter):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, date) else value


@app.command("buckets")
@told
def show_buckets(months: Months = None, as_json: AsJson = False) -> None:
    """Accounts and principal by days past due, M0 to M7."""
    found, _ = _figures(months)
    _show([tables.buckets(found)], found, as_json, found.ends)


@app.command("rolls")
@told
def show_rolls(months: Months = None, as_json: AsJson = False) -> None:
    """How principal and accounts roll from bucket to bucket, month by month."""
    found, _ = _figures(months)
    _show([tables.flow(found), tables.moved(found)], found, as_json, found.rolls)


@app.command("vintages")
@told
def show_vintages(months: Months = None, as_json: AsJson = False) -> None:
    """Accounts by month of opening: what share was ever late, by months on book."""
    found, _ = _figures(months)
    _show(tables.vintages(found), found, as_json, found.vintages)


@app.command("scores")
@told
def show_scores(months: Months = None, as_json: AsJson = False) -> None:
    """The distribution of scores, month by month."""
    found, _ = _figures(months)
    _show([tables.scores(found)], found, as_json, found.populations)


@app.command("stability")
@told
def show_stability(months: Months = None, as_json: AsJson = False) -> None:
    """How far the scored are from those in training, and from the month before (PSI)."""
    found, _ = _figures(months)
    _show([tables.stability(found)], found, as_json, found.shifts)


@app.command("performance")
@told
def show_performance(months: Months = None, as_json: AsJson = False) -> None:
    """AUC, KS and calibration of past scores on outcomes that the ledger has seen since."""
    found, _ = _figures(months)
    _show([tables.performance(found), tables.calibration(found)], found, as_json, found.performance)


@app.command("funnel")
@told
def show_funnel(months: Months = None, as_json: AsJson = False) -> None:
    """Applications: asked, approved, refused and why."""
    found, _ = _figures(months)
    _show([tables.funnel(found), tables.refusals(found)], found, as_json, found.funnels)


@app.command("alerts")
@told
def show_alerts(months: Months = None, as_json: AsJson = False) -> None:
    """Early warnings by rule, and what was done about them."""
    found, _ = _figures(months)
    _show([tables.alerts(found)], found, as_json, found.alerts)


@told
def report(
    html: Annotated[Path, typer.Option("--html", metavar="FILE", dir_okay=False, help="Where the page is written.")],
    months: Months = None,
    as_json: AsJson = False,
) -> None:
    """Write all figures and plots as one HTML page."""
    found, lender = _figures(months)
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(pages.html(found, lender), "utf-8")
    if as_json:
        Printer(as_json).json({"day": found.day, "file": str(html)})
    else:
        Printer(as_json).say(f"The portfolio on {found.day} is in {html}.")


@told
def rescore(
    workers: Annotated[
        int, typer.Option("--workers", metavar="NUMBER", min=1, max=16, help="Processes; SQLite has one writer.")
    ] = 2,
    chunk: Annotated[
        int, typer.Option("--chunk", metavar="NUMBER", min=1, max=10_000, help="Customers a transaction.")
    ] = CHUNK,
    as_json: AsJson = False,
) -> None:
    """Score everybody with a line anew, today.

    May be stopped at any point and started again: who has a score of today is passed over."""
    with open_books() as operator:
        with operator.database.read() as session:
            business_date(session)
        desk = CreditApp(operator.database, load_catalogue(), operator.clock)
        card, engine = present_orders().card, operator.database.engine
        with _bars(shown=not as_json and sys.stderr.isatty()) as bars:
            watch = _follow(bars, desk.reading(_with_lines))
            if workers == 1 or engine.dialect.name == "sqlite":
                done = rescore_everybody(desk, card, chunk=chunk, watch=watch)
            else:
                done = rescore_in_processes(desk, engine.url, workers=workers, chunk=chunk, watch=watch)
    if as_json:
        Printer(as_json).json({"customers": done.customers, "thin": done.thin, "version": card.version})
    else:
        thin = f", {counted(done.thin, 'thin file')} without points"
        Printer(as_json).say(f"Scored {counted(done.customers, 'customer')} by {card.version}{thin}.")


def _with_lines(books: Books) -> int:
    return int(books.session.scalar(select(func.count(distinct(Line.customer_id))).where(Line.status != "closed")) or 0)


def _bars(*, shown: bool) -> Bars:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Bars(*columns, console=Console(stderr=True), disable=not shown)


def _follow(bars: Bars, customers: int) -> Callable[[Progress], None]:
    task = bars.add_task("customers", total=customers)
    return lambda so_far: bars.update(task, completed=so_far.customers)
