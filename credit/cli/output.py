"""What the operator sees: tables and sentences, or with --json nothing but JSON. Answers go to stdout, refusals to
stderr."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from credit.kernel.money import Currency, Money


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints either way; `as_json` decides."""

    as_json: bool

    def json(self, content: Any) -> None:
        """One JSON document on one line."""
        sys.stdout.write(as_line(content))
        sys.stdout.flush()  # a reader that has gone is noticed here, where it is handled

    def say(self, sentence: str) -> None:
        _console().print(printable(sentence), soft_wrap=True)

    def table(self, title: str, columns: list[str], rows: list[list[str]], *, amounts: frozenset[str]) -> None:
        """`amounts` are the columns that stand to the right."""
        made = Table(title=printable(title), title_justify="left", show_edge=False)
        for column in columns:
            made.add_column(column, justify="right" if column in amounts else "left", overflow="fold")
        for row in rows:
            made.add_row(*map(printable, row))
        _console().print(made)


def amount(minor: int, currency: str = Currency.CNY) -> str:
    """Minor units as people write them. How many decimals another currency has is not known here."""
    return Money(minor).yuan() if currency == Currency.CNY else f"{minor:,} minor units of {currency}"


def debit_and_credit(minor: int, currency: str) -> list[str]:
    """The two columns of a booking."""
    return [amount(minor, currency), ""] if minor >= 0 else ["", amount(-minor, currency)]


def counted(number: int, noun: str) -> str:
    """`1 journal`, `2 journals`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printable(text: str) -> str:
    """Without what a terminal would obey: a request id can hold any character its sender liked."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def as_line(content: Any) -> str:
    """JSON with its line end. Raises TypeError for what has no exact spelling."""
    return json.dumps(content, ensure_ascii=False, default=_spelled) + "\n"


def _spelled(value: object) -> str:
    if isinstance(value, date | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no agreed JSON form")


def _console() -> Console:
    # Without a terminal there is no width to keep to; what reads the pipe wants whole lines.
    width = None if sys.stdout.isatty() else 1000
    return Console(markup=False, highlight=False, emoji=False, width=width)
