"""Reading a golden book: a Markdown page with the hand calculation, and tables as a loan officer would write them."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).parent
NOTHING, MINUS = "\u00b7", "\u2212"
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Book:
    """One customer's story."""

    name: str
    calculations: tuple[str, ...]
    tables: dict[str, list[Row]]
    """Rows by heading of the section; a cell by heading of its column."""


def books() -> list[Book]:
    """All golden books, in order."""
    return [read(path) for path in sorted(FOLDER.glob("*.md"))]


def read(path: Path) -> Book:
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```calculation\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = tuple(line for block in blocks for line in block.splitlines() if line.strip())
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    tables = {section.splitlines()[0].strip(): list(_rows(section)) for section in sections}
    return Book(path.stem, lines, {heading: rows for heading, rows in tables.items() if rows})


def _rows(section: str) -> Iterator[Row]:
    lines = [line.strip().strip("|") for line in section.splitlines() if line.startswith("|")]
    if len(lines) < 3:
        return
    headings = [cell.strip() for cell in lines[0].split("|")]
    for line in lines[2:]:
        yield dict(zip(headings, (cell.strip() for cell in line.split("|")), strict=True))


def fen(cell: str) -> int:
    """`1,234.50` → 123450; a dot in the middle of the line is nothing, the minus may be typographic."""
    if cell == NOTHING:
        return 0
    amount = Fraction(plain(cell)) * 100
    if amount.denominator != 1:
        raise ValueError(f"not whole fen: {cell}")
    return int(amount)


def plain(text: str) -> str:
    """Figures as Python writes them."""
    for printed, typed in ((MINUS, "-"), ("\u00d7", "*"), (",", ""), ("%", "/ 100")):
        text = text.replace(printed, typed)
    return text.strip()


# ── the hand calculation ────────────────────────────────────────────────────────────────────────────────────

_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def holds(line: str) -> bool:
    """Whether a line `expression = result   remark` is right.

    `=` is exact, or right in all digits shown when the result ends in an ellipsis; after `≈` the result is rounded
    half up to its last digit."""
    expression, sign, rest = re.split(r"([=\u2248])", line, maxsplit=1)
    result = rest.split()[0]
    value, digits = worth(expression), result.rstrip("\u2026")
    unit = Fraction(1, 10 ** len(digits.partition(".")[2]))
    if sign == "\u2248":
        return (value + unit / 2) // unit * unit == worth(digits)
    if digits != result:
        return value // unit * unit == worth(digits)
    return value == worth(digits)


def worth(expression: str) -> Fraction:
    """The exact value of a sum, product or quotient of figures."""
    source = plain(expression)
    return _value(ast.parse(source, mode="eval").body, source)


def _value(node: ast.expr, source: str) -> Fraction:
    match node:
        case ast.Constant():
            return Fraction(ast.get_source_segment(source, node) or "")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, source)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, source), _value(right, source))
        case _:
            raise ValueError(f"not arithmetic: {source}")
