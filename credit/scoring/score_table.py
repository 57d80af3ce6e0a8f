"""Score a table from the scorecard's file alone: python -m credit.scoring.score_table FILE.csv[.gz] [--out OUT.csv]

Prints one line a row (line, id, points, default_probability) and at the end how many rows there were and, where the
table has the outcome, AUC and KS. A bad row is refused with its line and column on stderr, the others are scored.
Exit code 0: every row was answered; 1: some were refused; 2: nothing could be scored."""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from credit.kernel.errors import CreditError
from credit.scoring.card import DEFAULT, Scorecard, ThinFile
from credit.scoring.ranking import ranking
from credit.scoring.table import Columns, Row, score_rows

__all__ = ["main", "score_rows"]

GZIP = b"\x1f\x8b"
UNREADABLE = (CreditError, OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error)
HEAD = ("line", "id", "points", "default_probability")


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """A table's text, unpacked when it is packed, whatever the file is called."""
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        with (
            gzip.open(raw, "rt", encoding="utf-8-sig", newline="")
            if packed
            else path.open(encoding="utf-8-sig", newline="") as text
        ):
            yield text


class Run:
    """One table being scored: counts what was refused and keeps (points, outcome) for the ranking."""

    def __init__(self, card: Scorecard, columns: Columns, out: IO[str]) -> None:
        self._card, self._columns = card, columns
        self._out = csv.writer(out, lineterminator="\n")
        self._out.writerow(HEAD)
        self._outcomes: list[tuple[int, bool]] = []
        self.rows = self.thin = self.refused = 0

    def take(self, line: int, row: Row) -> None:
        """Score one row and write its line, or name on stderr what is wrong with it."""
        self.rows += 1
        try:
            history, defaulted = self._columns.history(row), self._columns.defaulted(row)
        except CreditError as refusal:
            self.refused += 1
            print(f"line {line}: {refusal}", file=sys.stderr)
            return
        scored = self._card.score(history)
        name = row[self._columns.id] if self._columns.id else ""
        if isinstance(scored, ThinFile):
            self.thin += 1
            self._out.writerow((line, name, "thin file", ""))
            return
        self._out.writerow((line, name, scored.points, f"{scored.default_ppm / 1_000_000:.6f}"))
        if defaulted is not None:
            self._outcomes.append((scored.points, defaulted))

    def summary(self) -> list[str]:
        """What stands below the rows."""
        lines = [f"# {self.rows} rows, {self.refused} refused, {self.thin} thin files; scorecard {self._card.version}"]
        if (found := ranking(self._outcomes)) is not None:
            lines.append(f"# AUC {found.auc:.4f}, KS {found.ks:.4f} on {len(self._outcomes)} rows with an outcome")
        return lines


def main(arguments: list[str] | None = None) -> int:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(prog="python -m credit.scoring.score_table", description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path, help="a CSV with the columns of the UCI table, packed with gzip or not")
    parser.add_argument("--out", type=Path, help="write the rows there instead of to the terminal")
    parser.add_argument("--card", type=Path, default=DEFAULT, help="another scorecard file")
    asked = parser.parse_args(arguments)
    try:
        with ExitStack() as stack:
            card = Scorecard.load(asked.card)
            reader = csv.DictReader(stack.enter_context(opened(asked.file)))
            columns = Columns(reader.fieldnames or ())
            out = stack.enter_context(asked.out.open("w", encoding="utf-8")) if asked.out else sys.stdout
            run = Run(card, columns, out)
            for row in reader:
                run.take(reader.line_num, row)
    except UNREADABLE as failure:
        print(f"{asked.file.name}: {failure}", file=sys.stderr)
        return 2
    print("\n".join(run.summary()))
    return 1 if run.refused else 0


if __name__ == "__main__":
    sys.exit(main())
