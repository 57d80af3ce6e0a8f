"""A table is scored from the file alone: its columns by all their names, its bad rows by line and column."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.scoring.card import Scorecard, Scored, ThinFile
from credit.scoring.ranking import Ranking, ranking
from credit.scoring.score_table import main, score_rows
from tests.credit.scoring.small import content, written

OWN = (
    "ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,"
    "BILL_AMT5,BILL_AMT6,PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month"
)
GOOD = "{id},{limit},2,1,1,30,{late},0,0,0,0,0,900,900,900,900,900,900,100,100,100,100,100,100,{outcome}"


def line(number: int, late: object = 0, limit: object = 50_000, outcome: object = 0) -> str:
    return GOOD.format(id=number, late=late, limit=limit, outcome=outcome)


@pytest.fixture
def card_file(tmp_path: Path) -> Path:
    return written(tmp_path, content())


@pytest.fixture
def card(card_file: Path) -> Scorecard:
    return Scorecard.load(card_file)


def rows(*lines: str, header: str = OWN) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO("\n".join((header, *lines)))))


def table(folder: Path, *lines: str, header: str = OWN) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def points(scored: Iterator[Scored | ThinFile]) -> list[int]:
    return [one.points for one in scored if isinstance(one, Scored)]


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_get_the_points_of_their_columns(card: Scorecard) -> None:
    # 500 + 40 + 20 + 8, then 500 − 90 − 10 − 3
    assert points(score_rows(rows(line(1), line(2, late=2, limit=10_000)), card)) == [568, 397]


X_NAMES = ",".join(["ID", *(f"X{n}" for n in range(1, 24)), "Y"])


@pytest.mark.parametrize(
    "header",
    [
        OWN,
        OWN.replace("PAY_0", "PAY_1"),
        OWN.replace("default.payment.next.month", "default payment next month"),
        OWN.replace("default.payment.next.month", "default"),
        OWN.lower(),
        OWN.replace(",", " , "),
        X_NAMES,
    ],
    ids=["own", "PAY_1", "spaces in the outcome", "short outcome", "small letters", "padded", "X1 to X23"],
)
def test_the_names_under_which_the_table_goes_round_are_known(
    tmp_path: Path, card_file: Path, header: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path, line(1), line(2, late=2, outcome=1), header=header)
    assert main([str(path), "--card", str(card_file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "line,id,points,default_probability",
        "2,1,568,0.096400",
        "3,2,428,0.410000",
        "# 2 rows, 0 refused, 0 thin files; scorecard small-1",
        "# AUC 1.0000, KS 1.0000 on 2 rows with an outcome",
    ]


def test_who_the_customer_is_changes_nothing(card: Scorecard) -> None:
    other = line(1).replace(",2,1,1,30,", ",1,4,3,75,")
    without = list(rows(line(1)))
    for row in without:
        for name in ("SEX", "EDUCATION", "MARRIAGE", "AGE"):
            del row[name]
    assert list(score_rows(rows(line(1)), card)) == list(score_rows(rows(other), card))
    assert list(score_rows(rows(line(1)), card)) == list(score_rows(iter(without), card))


@pytest.mark.parametrize("text", ["50000", "50000.0", "5e+04", " 50000 ", "5E4"])
def test_a_whole_number_may_be_written_in_several_ways(card: Scorecard, text: str) -> None:
    assert points(score_rows(rows(line(1, limit=text)), card)) == [568]


def test_an_empty_cell_is_a_missing_month(card: Scorecard) -> None:
    scored = next(score_rows(rows(line(1, late="")), card))
    assert isinstance(scored, Scored)
    assert scored.parts[0].bin == "missing"


def test_a_row_of_two_months_is_a_thin_file(card: Scorecard) -> None:
    row = next(rows(line(1)))
    assert list(score_rows([{**row, "PAY_3": "", "PAY_4": "", "PAY_5": "", "PAY_6": ""}], card)) == [
        ThinFile(2, 3, "small-1")
    ]


def test_rows_are_scored_as_they_are_asked_for(card: Scorecard) -> None:
    source = rows(line(1), line(2), line(3))
    scored = score_rows(source, card)
    next(scored)
    assert next(source)["ID"] == "2"


# ── bad rows ────────────────────────────────────────────────────────────────────────────────────────────────

BAD = [
    ({"PAY_0": "late"}, "PAY_0", "late"),
    ({"PAY_0": "12"}, "PAY_0", "12"),
    ({"PAY_6": "-3"}, "PAY_6", "-3"),
    ({"LIMIT_BAL": "0"}, "LIMIT_BAL", "0"),
    ({"LIMIT_BAL": ""}, "LIMIT_BAL", ""),
    ({"LIMIT_BAL": "1e+999999999"}, "LIMIT_BAL", "1e+999999999"),
    ({"BILL_AMT3": "0.5"}, "BILL_AMT3", "0.5"),
    ({"BILL_AMT3": "NaN"}, "BILL_AMT3", "NaN"),
    ({"PAY_AMT2": "-100"}, "PAY_AMT2", "-100"),
    ({"PAY_AMT2": "Infinity"}, "PAY_AMT2", "Infinity"),
    ({"PAY_AMT6": None}, "PAY_AMT6", ""),
]


@pytest.mark.parametrize(("change", "column", "value"), BAD, ids=[f"{bad[1]}={bad[2]}" for bad in BAD])
def test_a_bad_row_is_refused_by_number_and_column(
    card: Scorecard, change: dict[str, str | None], column: str, value: str
) -> None:
    good = next(rows(line(1)))
    scored = score_rows([good, {**good, **change}], card)
    next(scored)
    with pytest.raises(CreditError) as refusal:
        next(scored)
    assert refusal.value.code is ErrorCode.SCORING_INPUT_INVALID
    assert {name: refusal.value.facts[name] for name in ("row", "column", "value")} == {
        "row": 2,
        "column": column,
        "value": value,
    }


def test_bad_lines_are_named_and_the_others_scored(
    tmp_path: Path, card_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, long = "4,50000,2", line(5) + ",7"
    path = table(tmp_path, line(1), line(2, late="x"), line(3, outcome=2), short, long, line(6, late=1))
    assert main([str(path), "--card", str(card_file)]) == 1
    seen = capsys.readouterr()
    assert [answer.split(",")[:3] for answer in seen.out.splitlines()[1:3]] == [["2", "1", "568"], ["7", "6", "488"]]
    assert seen.out.splitlines()[-1] == "# 6 rows, 4 refused, 0 thin files; scorecard small-1"
    assert [complaint.partition(" scoring_input_invalid: ")[::2] for complaint in seen.err.splitlines()] == [
        ("line 3:", "column PAY_0 is not a number: x"),
        ("line 4:", "column default.payment.next.month is neither 0 nor 1: 2"),
        ("line 5:", "column PAY_0 is not there: the row ends before it"),
        ("line 6:", "column after the last has a cell: the row is longer than the header"),
    ]


@pytest.mark.parametrize(
    ("header", "named"),
    [(OWN.replace("PAY_4", "PAY_7"), "PAY_4"), (OWN.replace("LIMIT_BAL", "BAL"), "LIMIT_BAL"), ("", "LIMIT_BAL")],
)
def test_a_table_without_a_column_is_refused_whole(
    tmp_path: Path, card_file: Path, header: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path, line(1), header=header)
    assert main([str(path), "--card", str(card_file)]) == 2
    assert f"column {named} is not in the table" in capsys.readouterr().err


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_packed_table_goes_to_a_file(tmp_path: Path, card_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "table.csv", tmp_path / "out.csv"
    path.write_bytes(gzip.compress(f"\ufeff{OWN}\n{line(1)}\n".encode()))
    assert main([str(path), "--card", str(card_file), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == "line,id,points,default_probability\n2,1,568,0.096400\n"
    assert capsys.readouterr().out == "# 1 rows, 0 refused, 0 thin files; scorecard small-1\n"


@pytest.mark.parametrize(
    "raw",
    [None, gzip.compress(f"{OWN}\n{line(1)}\n".encode() * 50)[:200], b"\xff\xfeI\x00D"],
    ids=["absent", "cut", "UTF-16"],
)
def test_a_file_that_cannot_be_read_is_said_so(
    tmp_path: Path, card_file: Path, raw: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv.gz"
    if raw is not None:
        path.write_bytes(raw)
    assert main([str(path), "--card", str(card_file)]) == 2
    assert "\ntable.csv.gz: " in "\n" + capsys.readouterr().err


def test_a_damaged_card_scores_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = written(tmp_path, {"format": 9})
    assert main([str(table(tmp_path, line(1))), "--card", str(card)]) == 2
    assert "scorecard_version" in capsys.readouterr().err


# ── ranking ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_ranking_by_hand() -> None:
    # Pairs (payer, defaulter): 500>400, 500>450, 450>400 are right, 450=450 is half, of 4 pairs.
    assert ranking([(500, False), (450, False), (450, True), (400, True)]) == Ranking(auc=3.5 / 4, ks=0.5)


def test_a_score_that_says_nothing_ranks_at_half() -> None:
    assert ranking([(500, False), (500, True)]) == Ranking(auc=0.5, ks=0.0)


@pytest.mark.parametrize("outcomes", [[], [(500, True)], [(500, False), (400, False)]])
def test_there_is_no_ranking_of_one_kind_of_customer(outcomes: list[tuple[int, bool]]) -> None:
    assert ranking(outcomes) is None
