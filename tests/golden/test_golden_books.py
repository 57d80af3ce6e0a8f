"""Six whole customer stories, calculated by hand in the page itself and replayed day by day on both databases."""

from __future__ import annotations

from typing import get_args

import pytest

from credit.cards.models import OfferKind
from tests.credit.world import World
from tests.golden.reading import Book, books, fen, holds
from tests.golden.replaying import replay, written

BOOKS = books()
PLANS_CAN_BE_SETTLED = "settle_plan" in get_args(OfferKind)
EVERY = pytest.mark.parametrize("book", BOOKS, ids=[book.name for book in BOOKS])


def test_the_six_stories_are_there() -> None:
    assert [book.name for book in BOOKS] == [
        "1-paid-in-full",
        "2-minimum-for-three-months",
        "3-installment-settled-early",
        "4-refund-after-payment",
        "5-loan-prepaid",
        "6-overdue-frozen-cured",
    ]


@EVERY
def test_every_line_of_the_hand_calculation_is_right(book: Book) -> None:
    assert len(book.calculations) >= 8
    assert [line for line in book.calculations if not holds(line)] == []


@EVERY
def test_bills_are_what_they_are_made_of(book: Book) -> None:
    """Statement = previous + movements, in the page as it is written."""
    for row in book.tables.get("Bills", []):
        amounts = {name: fen(cell) for name, cell in row.items() if name not in ("bill", "due")}
        total, minimum = amounts.pop("total"), amounts.pop("minimum")
        assert sum(amounts.values()) == total, row["bill"]
        assert 0 <= minimum <= total


@pytest.mark.parametrize(
    "book",
    [
        pytest.param(
            book,
            id=book.name,
            marks=[pytest.mark.skipif("settled" in book.name and not PLANS_CAN_BE_SETTLED, reason="no such offer yet")],
        )
        for book in BOOKS
    ],
)
def test_the_books_hold_what_the_page_says(book: Book, world: World) -> None:
    replay(world, book)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("2,700.00 × 0.0003 × 20 = 16.20   twenty days", True),
        ("2,700.00 × 0.0003 × 20 = 16.21", False),
        ("10 % × 1,545.67 ≈ 154.57", True),
        ("10 % × 1,545.67 = 154.57", False),
        ("1 / 3 = 0.333…", True),
        ("1 / 3 = 0.334…", False),
        ("100.00 − 30.00 = 70.00", True),
    ],
)
def test_a_wrong_calculation_is_found(line: str, right: bool) -> None:
    assert holds(line) is right


@pytest.mark.parametrize(("minor", "cell"), [(0, "·"), (5, "0.05"), (-123456, "−1,234.56")])
def test_amounts_are_read_as_they_are_written(minor: int, cell: str) -> None:
    assert (written(minor), fen(cell)) == (cell, minor)
