"""Rows with the columns of the UCI table as histories: names, numbers and months, or a refusal with the column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from credit.kernel.errors import CreditError, ErrorCode
from credit.scoring.card import Scorecard, Scored, ThinFile
from credit.scoring.history import MONTHS, History

LIMIT = ("LIMIT_BAL", "X1")
LATENESS = (("PAY_0", "PAY_1", "X6"), *((f"PAY_{n}", f"X{n + 5}") for n in range(2, 7)))
BILLS = tuple((f"BILL_AMT{n}", f"X{n + 11}") for n in range(1, 7))
PAYMENTS = tuple((f"PAY_AMT{n}", f"X{n + 17}") for n in range(1, 7))
OUTCOME = ("default.payment.next.month", "default payment next month", "default_payment_next_month", "default", "Y")
"""Every column by its names: the file's own, then those under which the same table is handed round elsewhere."""
MOST_DIGITS = 18
"""More than any amount has; 1e+999999999 is a number that must not be written out."""

Row = Mapping[str, str | None]


class Columns:
    """Which columns of a table hold what. Raises CreditError SCORING_INPUT_INVALID naming one that is not there."""

    def __init__(self, header: Iterable[str]) -> None:
        self._found = {name.strip().upper(): name for name in header}
        self.limit = self._column(LIMIT)
        self.lateness = [self._column(names) for names in LATENESS]
        self.bills = [self._column(names) for names in BILLS]
        self.payments = [self._column(names) for names in PAYMENTS]
        self.outcome = self._find(OUTCOME)
        self.id = self._find(("ID",))
        self._by_field = {
            "limit": self.limit,
            **{f"lateness[{i}]": self.lateness[i] for i in range(MONTHS)},
            **{f"bills[{i}]": self.bills[i] for i in range(MONTHS)},
            **{f"payments[{i}]": self.payments[i] for i in range(MONTHS)},
        }

    def history(self, row: Row) -> History:
        """The history of a row; an empty cell is a missing month.

        Raises CreditError SCORING_INPUT_INVALID with the facts `column` and `value`."""
        if None in row:  # where csv puts cells beyond the header
            raise _invalid("after the last", "", "has a cell: the row is longer than the header")
        limit = _number(row, self.limit)
        if limit is None:
            raise _invalid(self.limit, "", "is empty")
        months = [
            tuple(_number(row, column) for column in columns) for columns in (self.lateness, self.bills, self.payments)
        ]
        try:
            return History(limit, *months)
        except CreditError as refusal:
            field = self._by_field[str(refusal.facts["field"])]
            raise _invalid(field, str(row[field]), "is out of the range that can be") from refusal

    def defaulted(self, row: Row) -> bool | None:
        """The outcome of a row, None when the table has none. Raises like `history`."""
        if self.outcome is None:
            return None
        value = _number(row, self.outcome)
        if value not in (0, 1):
            raise _invalid(self.outcome, str(row.get(self.outcome)), "is neither 0 nor 1")
        return value == 1

    def _find(self, names: Iterable[str]) -> str | None:
        return next((self._found[name.upper()] for name in names if name.upper() in self._found), None)

    def _column(self, names: tuple[str, ...]) -> str:
        found = self._find(names)
        if found is None:
            raise _invalid(names[0], "", f"is not in the table (looked for {', '.join(names)})")
        return found


def score_rows(rows: Iterable[Row], card: Scorecard | None = None) -> Iterator[Scored | ThinFile]:
    """Score rows with the columns of the UCI table, one by one as they are asked for; other columns are not looked at.

    Raises CreditError SCORING_INPUT_INVALID with the facts `row` (from 1), `column` and `value`."""
    card = card or Scorecard.load()
    columns: Columns | None = None
    for number, row in enumerate(rows, start=1):
        try:
            columns = columns or Columns(row)
            history = columns.history(row)
        except CreditError as refusal:
            raise CreditError(refusal.code, f"row {number}: {refusal}", row=number, **refusal.facts) from refusal
        yield card.score(history)


def _number(row: Row, column: str) -> int | None:
    text = row.get(column)
    if text is None:
        raise _invalid(column, "", "is not there: the row ends before it")
    text = text.strip()
    if not text:
        return None
    try:
        value = Decimal(text)  # the table as it is handed round writes 100000 as 1e+05
    except InvalidOperation as failure:
        raise _invalid(column, text, "is not a number") from failure
    if not value.is_finite() or value.adjusted() > MOST_DIGITS or value != value.to_integral_value():
        raise _invalid(column, text, "is not a whole number that can be")
    return int(value)


def _invalid(column: str, value: str, why: str) -> CreditError:
    text = f"column {column} {why}" + (f": {value}" if value else "")
    return CreditError(ErrorCode.SCORING_INPUT_INVALID, text, column=column, value=value, problem=why)
